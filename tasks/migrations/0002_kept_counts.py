# ruff: noqa: S608 - the statements are made of the constants of this file
"""The counts of tasks at rest are kept by the database itself, whoever changes a task and by what means."""

from typing import Any

from django.db import migrations

AT_REST = "state IN ('completed', 'suspended', 'withdrawn')"
KEY = "assigner_id, lead_id, secrecy, state, issued, late, first_late"

# --- PostgreSQL: once for each statement, however many rows it changes ---------------------------

LATE = "state = 'completed' AND COALESCE((submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date > {due}, FALSE)"


def _rows(table: str, sign: int) -> str:
    return (
        f"SELECT assigner_id, lead_id, secrecy, state, assigned_at IS NOT NULL AS issued,"
        f" {LATE.format(due='due_on')} AS late, {LATE.format(due='original_due_on')} AS first_late,"
        f" {sign} AS number FROM {table} WHERE {AT_REST}"
    )


def _add(rows: str) -> str:
    return (
        f"INSERT INTO tasks_keptcount ({KEY}, number)"
        f" SELECT {KEY}, SUM(number) FROM ({rows}) changes GROUP BY {KEY} HAVING SUM(number) <> 0"
    )


def _function() -> str:
    after, before = _rows("after_rows", 1), _rows("before_rows", -1)
    return f"""
    CREATE FUNCTION tasks_keep_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN {_add(after)};
        ELSIF TG_OP = 'DELETE' THEN {_add(before)};
        ELSE {_add(f"{after} UNION ALL {before}")};
        END IF;
        RETURN NULL;
    END $$
    """


def _trigger(verb: str, tables: str) -> str:
    return f"""
    CREATE TRIGGER tasks_keep_counts_{verb.lower()} AFTER {verb} ON tasks_task REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_keep_counts()
    """


POSTGRESQL = [
    _function(),
    _trigger("INSERT", "NEW TABLE AS after_rows"),
    _trigger("DELETE", "OLD TABLE AS before_rows"),
    _trigger("UPDATE", "NEW TABLE AS after_rows OLD TABLE AS before_rows"),
]
UNDO_POSTGRESQL = ["DROP FUNCTION tasks_keep_counts() CASCADE"]

# --- SQLite: row by row ---------------------------------------------------------------------------

# Vietnam has been seven hours ahead all the time that a task may date from.
LATE_IN_SQLITE = (
    "{row}.state = 'completed' AND COALESCE(date({row}.submitted_at, '+7 hours') > {row}.{due}, 0)"
)


def _values(row: str) -> str:
    late = [LATE_IN_SQLITE.format(row=row, due=due) for due in ("due_on", "original_due_on")]
    columns = ", ".join(f"{row}.{name}" for name in ("assigner_id", "lead_id", "secrecy", "state"))
    return f"{columns}, {row}.assigned_at IS NOT NULL, {late[0]}, {late[1]}"


def _add_in_sqlite(row: str, sign: int) -> str:
    return (
        f"INSERT INTO tasks_keptcount ({KEY}, number) SELECT {_values(row)}, {sign} WHERE {row}.{AT_REST};"
    )


AFTER, BEFORE = _add_in_sqlite("NEW", 1), _add_in_sqlite("OLD", -1)
SQLITE = [
    f"CREATE TRIGGER tasks_keep_counts_insert AFTER INSERT ON tasks_task BEGIN {AFTER} END",
    f"CREATE TRIGGER tasks_keep_counts_delete AFTER DELETE ON tasks_task BEGIN {BEFORE} END",
    f"""
    CREATE TRIGGER tasks_keep_counts_update AFTER UPDATE ON tasks_task
    WHEN ({_values("OLD")}) IS NOT ({_values("NEW")}) BEGIN {BEFORE} {AFTER} END
    """,
]
UNDO_SQLITE = [f"DROP TRIGGER tasks_keep_counts_{verb}" for verb in ("insert", "delete", "update")]


def forward(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backward(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else UNDO_SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
