"""Everything that changes a received file on its way to drafts."""

from imports.actions.column_meanings import forget_column, name_columns
from imports.actions.corrections import correct_row, leave_out, name_body
from imports.actions.drafts import undo_import, write_import
from imports.actions.files import drop_import, next_import, read_import, start_import

__all__ = [
    "correct_row",
    "drop_import",
    "forget_column",
    "leave_out",
    "name_body",
    "name_columns",
    "next_import",
    "read_import",
    "start_import",
    "undo_import",
    "write_import",
]
