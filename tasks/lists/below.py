"""How all that stands below a task is doing: five ways and how many are silent, by province or by body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from committees.models import Body
from tasks.lifecycle import FIVE, State
from tasks.models.counting import Tally
from tasks.models.tasks import TaskQuerySet

# Given, and nothing heard: the lead has neither accepted nor reported. Such a task is in one of the five too.
SILENT = "silent"

# The columns of a body that a line shows.
BODY_COLUMNS = ("code", "path", "short_name", "name_vi", "name_en")

NUMBERS = ("given", *FIVE, SILENT)


@dataclass(frozen=True)
class Line:
    """The numbers of one body, or of a province: a provincial body with all below it."""

    body: Body
    whole: bool
    tally: Tally

    @property
    def filters(self) -> dict[str, str]:
        """What lists exactly the tasks that were counted here."""
        return {"within": self.body.code} if self.whole else {"body": self.body.code, "part": "lead"}


def by_body(tasks: TaskQuerySet, on: date) -> list[Line]:
    """A line for each lead body, most overdue first; a handful of queries for any number of bodies."""
    tallies = tasks.tallies(on, by="lead_id", silent=Q(state=State.ASSIGNED))
    bodies = Body.objects.only(*BODY_COLUMNS).in_bulk(tallies)
    return _sorted(Line(bodies[pk], False, tally) for pk, tally in tallies.items())


def by_province(lines: Iterable[Line]) -> list[Line]:
    """The tallies by the highest provincial body above each; a body outside any stands for itself."""
    lines = list(lines)
    chains = {line.body.pk: [*line.body.ancestor_ids(), line.body.pk] for line in lines}
    above = {pk for chain in chains.values() for pk in chain}
    provinces = Body.objects.filter(level=Body.Level.PROVINCIAL).in_bulk(above)
    groups: dict[int, list[Line]] = {}
    for line in lines:
        highest = next((pk for pk in chains[line.body.pk] if pk in provinces), line.body.pk)
        groups.setdefault(highest, []).append(line)
    return _sorted(
        Line(provinces[pk], True, add(group)) if pk in provinces else group[0] for pk, group in groups.items()
    )


def add(lines: Iterable[Line]) -> Tally:
    """The sum of the numbers of some lines."""
    lines = list(lines)
    return {str(name): sum(line.tally[name] for line in lines) for name in NUMBERS}


def _sorted(lines: Iterable[Line]) -> list[Line]:
    """Most overdue first, then most silent, then most given."""
    return sorted(
        lines,
        key=lambda line: (
            -line.tally["overdue"],
            -line.tally[SILENT],
            -line.tally["given"],
            line.body.path,
        ),
    )
