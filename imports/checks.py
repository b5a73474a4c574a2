"""What the rows of a file mean, and what of it a person must look at. Nothing is written, nothing guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from committees.names.reader import NameReader
from committees.names.results import ReadName
from imports.deadlines.phrases import read_due, shortened
from imports.duplicates import TitleIndex, TitleWords
from imports.reading.columns import DOCUMENT
from imports.types import CheckedRow, Due, FileRow, Problem
from portal.shared.text import MAX_TEXT_LENGTH, fold, number_key
from tasks.lifecycle import OPEN, UNISSUED, State
from tasks.models import Order, Task

# Rows between two reports of progress.
ROWS_PER_REPORT = 50

# The latest tasks of the body's other orders with which the rows are compared.
MAX_COMPARED_TASKS = 20_000

# Tasks named at most that a row may repeat.
MAX_NAMED_DUPLICATES = 5

# What may be longer than the column of a task that takes it.
CUT_FIELDS = ("title", "deliverable", "pillar", "number", "parent_words", "lead")

_COLUMN = {"lead": "lead_words"}
_LONGEST: dict[str, int] = {
    name: getattr(Task._meta.get_field(_COLUMN.get(name, name)), "max_length", MAX_TEXT_LENGTH)
    for name in CUT_FIELDS
}
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_ONE_NUMBER = re.compile(r"(?:nv|nhiem vu)?\s*(?:so)?\s*((?:\d{1,3}\.)*\d{1,3})\b(?!\s*[-–,;/]\s*\d)")


def check(
    rows: Sequence[FileRow], order: Order, progress: Callable[[int], None] | None = None
) -> list[CheckedRow]:
    """The rows in their order, each with its meaning for this order and what is unsure about it.

    `progress` is told from time to time how many rows are done.
    """
    checking = _Checking(rows, order)
    checked = []
    for done, row in enumerate(rows, start=1):
        checked.append(checking.check_row(done - 1, row))
        if progress and (done % ROWS_PER_REPORT == 0 or done == len(rows)):
            progress(done)
    return checked


class _Checking:
    """What is asked of the database once for all rows."""

    def __init__(self, rows: Sequence[FileRow], order: Order) -> None:
        names = NameReader(order.body)
        self.order = order
        self.read_due: Callable[[str], Due] = cache(lambda words: read_due(words, order.body.before_means))
        self.read_names: Callable[[str], tuple[ReadName, ...]] = cache(lambda cell: tuple(names.read(cell)))
        self.existing = _Existing(order)
        self.inside = _Inside(rows)
        self.above = _Above(rows, order)

    def check_row(self, place: int, row: FileRow) -> CheckedRow:
        due = self._due(row)
        lead, coordinating = self._agencies(row)
        words = self.inside.repeats.words[place]
        duplicates, alike = self.existing.like(row, words)
        problems = (
            *_of_title(row),
            *(problem for problem in _of_agencies(lead, coordinating) if problem.field not in row.undecided),
            *_of_due(row, due),
            *(
                Problem(name, "two_columns", {"words": words})
                for name, words in row.undecided.items()
                if name != "due"
            ),
            *(Problem(field, code) for field, code in row.doubts),
            *self.inside.repeated(place, row, words),
            *_of_existing(duplicates, alike),
            *_of_errors(row),
        )
        read, long = _cut(row)
        return CheckedRow(
            read=read,
            due=due,
            lead=lead,
            coordinating=coordinating,
            parent=self.above.of(row),
            duplicates=duplicates,
            alike=alike,
            problems=(*problems, *long),
        )

    def _due(self, row: FileRow) -> Due:
        """The deadline of the row; of two columns none is taken until somebody said which of them counts."""
        if words := row.undecided.get("due"):
            return replace(Due(shortened(words)), problem=Problem("due", "two_columns", {"words": words}))
        return self.read_due(row.due)

    def _agencies(self, row: FileRow) -> tuple[tuple[ReadName, ...], tuple[ReadName, ...]]:
        """Leads and helpers; one cell may name both: "Chủ trì: Sở A. Phối hợp: Sở B"."""
        first = () if "lead" in row.undecided else self.read_names(row.lead)
        second = () if "coordinating" in row.undecided else self.read_names(row.coordinating)
        lead = tuple(name for name in first if not name.helps)
        return lead, (*(name for name in first if name.helps), *second)


def _of_title(row: FileRow) -> Iterator[Problem]:
    if not row.title:
        yield Problem("title", "no_title", stops=True)


def _of_agencies(lead: Sequence[ReadName], coordinating: Sequence[ReadName]) -> Iterator[Problem]:
    if not lead:
        yield Problem("lead", "no_lead")
    elif len(lead) > 1 and not any(name.group for name in lead):
        yield Problem("lead", "several_leads", {"words": lead[0].words})
    for field, names in (("lead", lead), ("coordinating", coordinating)):
        for name in names:
            if name.group:
                if field == "lead":
                    yield Problem(field, "group_leads", {"words": name.words})
            elif name.body is None and not (name.loose and field == "coordinating"):
                yield Problem(field, "unknown_body", {"words": name.words})


def _of_due(row: FileRow, due: Due) -> Iterator[Problem]:
    if due.problem:
        yield due.problem
    elif not row.due:
        yield Problem("due", "no_due")


def _of_errors(row: FileRow) -> Iterator[Problem]:
    """Excel could not compute a cell, and its sender did not look."""
    for field in ("title", "lead", "coordinating", "deliverable", "note", "parent_words", "pillar", "number"):
        if error := _ERROR.search(getattr(row, field)):
            yield Problem(field, "error_value", {"words": error[0]})


def _cut(row: FileRow) -> tuple[FileRow, list[Problem]]:
    """What a column does not hold is shortened there and kept whole in the note."""
    problems, notes = [], [row.note]
    short: dict[str, Any] = {}
    for field in CUT_FIELDS:
        words, max_length = getattr(row, field), _LONGEST[field]
        if len(words) > max_length:
            short[field] = f"{words[: max_length - 1].rsplit(' ', 1)[0]}…"
            notes.append(words)
            problems.append(Problem(field, "shortened", {"length": len(words), "most": max_length}))
    note = "\n".join(filter(None, notes))
    if len(note) > MAX_TEXT_LENGTH:
        problems.append(
            Problem("note", "too_long", {"length": len(note), "most": MAX_TEXT_LENGTH}, stops=True)
        )
    return (replace(row, note=note, **short) if short else row), problems


def _key(words: str) -> str:
    return "".join(fold(words).split()).rstrip(".)")


class _Inside:
    """The file itself: the same number twice under one heading, or the same task for the same agency."""

    def __init__(self, rows: Sequence[FileRow]) -> None:
        self.rows = rows
        self.numbers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            if row.number:
                self.numbers[self._numbered(row)].append(place)
        self.repeats = TitleIndex([row.title for row in rows])

    @staticmethod
    def _numbered(row: FileRow) -> tuple[str, str, str]:
        return row.table, row.pillar, _key(row.number)

    def repeated(self, place: int, row: FileRow, words: TitleWords) -> Iterator[Problem]:
        first = self.numbers[self._numbered(row)][0] if row.number else place
        if first < place:
            yield Problem("number", "number_again", {"row": self.rows[first].row})
        for other in self.repeats.of(words):
            earlier = self.rows[other]
            if other < place and fold(earlier.lead) == fold(row.lead):
                code = "row_again" if earlier.table == row.table else "row_again_there"
                yield Problem("title", code, {"row": earlier.row, "table": earlier.table})
                break


def _of_existing(duplicates: Sequence[int], alike: Sequence[int]) -> Iterator[Problem]:
    if duplicates:
        yield Problem("title", "is_there", {"task": duplicates[0]})
    elif alike:
        yield Problem("title", "exists", {"task": alike[0]})


Place = tuple[str, str]


def _place(number: str, pillar: str) -> Place:
    """Where a task stands in its order. Each appendix begins with 1 again: the number alone says little."""
    return _key(number), _key(pillar)


class _Existing:
    """Tasks that the body gave already: under this order, and the latest under others."""

    def __init__(self, order: Order) -> None:
        kept = Task.objects.exclude(state=State.WITHDRAWN).exclude(secrecy=Task.Secrecy.SECRET)
        under = kept.filter(order=order.pk).order_by("pk") if order.pk else kept.none()
        given = kept.filter(assigner=order.body, state__in=(*OPEN, *UNISSUED)).order_by("-pk")
        beside = (given.exclude(order=order.pk) if order.pk else given)[:MAX_COMPARED_TASKS]
        rows = list(under.values_list("pk", "title", "number", "pillar"))
        self.places = {pk: _place(number, pillar) for pk, _title, number, pillar in rows}
        self.tasks = [*((pk, title) for pk, title, *_rest in rows), *beside.values_list("pk", "title")]
        self.repeats = TitleIndex([title for _pk, title in self.tasks])

    def like(self, row: FileRow, words: TitleWords) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Tasks of this order at the same place, and others, that say nearly the same."""
        near = dict.fromkeys(self.tasks[number][0] for number in self.repeats.of(words))
        place = _place(row.number, row.pillar)
        same = [pk for pk in near if self.places.get(pk) == place]
        others = [pk for pk in near if pk not in same]
        return tuple(same[:MAX_NAMED_DUPLICATES]), tuple(
            others[: MAX_NAMED_DUPLICATES - len(same[:MAX_NAMED_DUPLICATES])]
        )


class _Above:
    """The task that the file names as the one above, where one alone can be meant.

    The body received it under the document named, or the only one that this order implements.
    """

    def __init__(self, rows: Iterable[FileRow], order: Order) -> None:
        implemented = (
            [
                relation.other.number_key
                for relation in order.relations.filter(kind="implements").select_related("other")
            ]
            if order.pk
            else []
        )
        self.default = implemented[0] if len(implemented) == 1 else ""
        named = {self._named(row) for row in rows if row.parent_words} - {("", "")}
        self.tasks: dict[tuple[str, str], list[int]] = defaultdict(list)
        documents = {document for document, _number in named if document}
        if documents:
            received = Task.objects.filter(lead=order.body, order__number_key__in=documents)
            received = received.exclude(state__in=(*UNISSUED, State.WITHDRAWN))
            for pk, document, number in received.values_list("pk", "order__number_key", "number"):
                self.tasks[document, _key(number)].append(pk)

    def _named(self, row: FileRow) -> tuple[str, str]:
        """Keys of the document and of the number in it; both empty without a number."""
        document = DOCUMENT.search(row.parent_words) or DOCUMENT.search(row.parent_order)
        without = row.parent_words.replace(document[0], " ") if document else row.parent_words
        number = _ONE_NUMBER.match(fold(without).strip())
        key = number_key(document[0]) if document else self.default
        return (key, _key(number[1])) if number else ("", "")

    def of(self, row: FileRow) -> int | None:
        keys = self.tasks.get(self._named(row), []) if row.parent_words else []
        return keys[0] if len(keys) == 1 else None
