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
NOTES = ("evidence", "progress", "comment")
# The open tasks once more by themselves: a search looks at them first, and often finds enough.
INDEXES = {
    "task_words": "tasks_task USING gin (search_text gin_trgm_ops)",
    "task_words_open": "tasks_task USING gin (search_text gin_trgm_ops)"
    " WHERE state IN ('assigned', 'in_progress', 'submitted')",
    "order_words": "tasks_order USING gin (search_text gin_trgm_ops, number_key gin_trgm_ops)",
    **{f"{name}_words": f"tasks_{name} USING gin (search_text gin_trgm_ops)" for name in NOTES},
}


def forward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MAY_INSTALL)
        if not cursor.fetchone()[0]:
            return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name, place in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {place}")


def backward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_kept_counts")]
    operations = [migrations.RunPython(forward, backward)]
