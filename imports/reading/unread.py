"""What of a table is not read, named so that a person can look at it or say what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from django.utils.text import Truncator

from imports.reading.columns import (
    Answers,
    Columns,
    heading_lines,
    headings_of,
    likely_heading_line,
)
from imports.reading.table_line import in_one_line, is_end
from imports.types import Cell, Line, PassedOver, Table
from portal.shared.text import fold

MAX_NAME_LENGTH = 200

_LETTERHEAD = re.compile(r"cong hoa xa hoi chu nghia|dang cong san viet nam|doc lap.{1,3}tu do")


def without_hidden(table: Table, answers: Answers) -> tuple[Table, list[PassedOver]]:
    """The table as it is seen, with hidden columns that somebody gave a meaning; and what was left out."""
    left_out = [PassedOver("hidden_sheet", table.name, table.name)] if table.hidden else []
    header = heading_lines(table)
    headings = headings_of(header) if header else {}
    rows = {
        column: line.row
        for line in header
        for column, cell in enumerate(line.cells)
        if cell.hidden and cell.text and not cell.continues
    }
    wanted = {column for column in rows if answers.get(headings[column].key)}
    left_out += [
        PassedOver("hidden", table.name, headings[column].words, row, columns=(headings[column],))
        for column, row in rows.items()
        if column not in wanted
    ]
    return table.visible(wanted), left_out


def unread_table(table: Table) -> PassedOver | None:
    """A table that was not read, for the list of these; None for a letterhead or the signatures."""
    lines = [line for line in table.lines if any(cell.text for cell in line.cells)]
    if not lines or any(_is_frame(line) for line in lines[:2]):
        return None
    header = likely_heading_line(table)
    headings = headings_of([table.lines[header]]) if header is not None else {}
    return PassedOver(
        kind="table" if table.follows else "sheet",
        table=table.name,
        name=_name_of(lines[:1] if header is None else table.lines[: header + 1], table.heading),
        row=lines[0].row if header is None else table.lines[header].row,
        columns=tuple(heading for heading in headings.values() if heading.words),
    )


def _is_frame(line: Line) -> bool:
    texts = [cell.text for cell in line.cells if cell.text]
    return len(texts) < 4 and any(_LETTERHEAD.search(fold(text)) or is_end(text) for text in texts)


def unread_list(table: Table, header: int) -> PassedOver:
    """Another list in the same sheet, below the tasks or between them; its header stands in this line."""
    headings = headings_of([table.lines[header]])
    return PassedOver(
        kind="table",
        table=table.name,
        name=_name_of(table.lines[max(header - 1, 0) : header + 1]),
        row=table.lines[header].row,
        columns=tuple(heading for heading in headings.values() if heading.words),
    )


def _name_of(lines: Sequence[Line], heading: str = "") -> str:
    """What stands over a table: a paragraph, a line of its own, else its header."""
    texts = [[cell.text for cell in line.cells if cell.text and not cell.continues] for line in lines]
    alone = [cells[0] for cells in texts if len(cells) == 1]
    name = heading or (alone[-1] if alone else " | ".join(next(filter(None, reversed(texts)), [])))
    return Truncator(in_one_line(name)).chars(MAX_NAME_LENGTH)


def open_choices(table: Table, columns: Columns) -> Iterator[PassedOver]:
    """The columns of a table that may mean the same field: a person says which one does."""
    row = table.lines[columns.first - 1].row
    for name, places in columns.rivals.items():
        headings = tuple(columns.headings[place] for place in places)
        words = "; ".join(heading.words for heading in headings)
        yield PassedOver("choice", table.name, words, row, name, headings)


def answered_columns(table: Table, columns: Columns, answers: Answers) -> dict[str, PassedOver]:
    """Key of a heading → the column of which somebody said what it means: that can be changed."""
    row = table.lines[columns.first - 1].row
    return {
        heading.key: PassedOver("answered", table.name, heading.words, row, answers[heading.key], (heading,))
        for heading in columns.headings.values()
        if heading.key in answers
    }


def unread_columns(
    table: Table, columns: Columns, rows: Mapping[int, int], answers: Answers
) -> Iterator[PassedOver]:
    """`rows`: columns that hold something nobody knows the meaning of → the row where it begins."""
    for column, row in sorted(rows.items()):
        heading = columns.headings.get(column) or headings_of([Line(0, (Cell(),) * (column + 1))])[column]
        if heading.key not in answers:
            yield PassedOver("column", table.name, heading.words, row, columns=(heading,))
