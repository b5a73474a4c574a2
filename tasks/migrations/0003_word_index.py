"""On PostgreSQL a word is found inside a text by an index of three letters each (`pg_trgm`).

Where the server has no such extension, or its owner gave the portal no right to use it, words are looked for
row by row, as on SQLite.
"""

from typing import Any

from django.db import migrations

MAY_INSTALL = """
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')
    OR EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')
    AND has_database_privilege(current_database(), 'CREATE')
"""
INDEX = "CREATE INDEX task_words ON tasks_task USING gin (search_text gin_trgm_ops)"


def forward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MAY_INSTALL)
        if not cursor.fetchone()[0]:
            return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    schema_editor.execute(INDEX)


def backward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS task_words")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_kept_counts")]
    operations = [migrations.RunPython(forward, backward)]
