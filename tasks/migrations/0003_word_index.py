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
TABLES = {name: f"tasks_{name}" for name in ("task", "evidence", "progress", "comment")}
INDEX = "CREATE INDEX {name}_words ON {table} USING gin (search_text gin_trgm_ops)"


def forward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MAY_INSTALL)
        if not cursor.fetchone()[0]:
            return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name, table in TABLES.items():
        schema_editor.execute(INDEX.format(name=name, table=table))


def backward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in TABLES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}_words")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_kept_counts")]
    operations = [migrations.RunPython(forward, backward)]
