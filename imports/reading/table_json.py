"""Tables as plain data, on their way from the process that reads a file to the one that waits for it."""

from __future__ import annotations

from typing import Any

from imports.types import Cell, Line, Table

EMPTY = Cell()


def table_to_json(table: Table) -> list[Any]:
    lines = [[line.row, int(line.hidden), [_plain_cell(cell) for cell in line.cells]] for line in table.lines]
    flags = [int(flag) for flag in (table.follows, table.linked, table.hidden)]
    return [table.name, table.inside, table.heading, flags, lines]


def _plain_cell(cell: Cell) -> Any:
    if cell == EMPTY:
        return 0
    flags = [int(flag) for flag in (cell.continues, cell.bold, cell.hidden, cell.formula)]
    return [cell.text, cell.width, *flags, *cell.marks]


def table_from_json(plain: list[Any]) -> Table:
    name, inside, heading, (follows, linked, hidden), lines = plain
    return Table(
        name,
        [
            Line(row, tuple(_cell_of(cell) for cell in cells), bool(is_hidden))
            for row, is_hidden, cells in lines
        ],
        follows=bool(follows),
        inside=inside,
        heading=heading,
        linked=bool(linked),
        hidden=bool(hidden),
    )


def _cell_of(plain: Any) -> Cell:
    if not plain:
        return EMPTY
    text, width, continues, bold, hidden, formula, *marks = plain
    return Cell(text, width, bool(continues), bool(bold), bool(hidden), bool(formula), tuple(marks))
