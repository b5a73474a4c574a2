"""Whom a deputy stood in for. SQLite writes a table anew for it and forgets the table's triggers."""

from typing import Any

from django.db import migrations, models

SQLITE = [
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """
    for verb in ("UPDATE", "DELETE")
]


def keep_append_only(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, keep_append_only),
        migrations.AddField(
            model_name="event",
            name="for_name",
            field=models.CharField(blank=True, db_default="", max_length=250, verbose_name="on behalf of"),
        ),
        migrations.RunPython(keep_append_only, migrations.RunPython.noop),
    ]
