"""Urging many tasks at once: which were chosen, who will be told of each, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.numbers import parse_number
from portal.shared.verdicts import Verdict
from tasks import rules
from tasks.lifecycle import RUNNING
from tasks.lists.task_list import Row
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet
from tasks.urging import actions as urging_actions
from tasks.urging.actions import workers_of_many

MOST = 500
"""Tasks that are urged at once."""

NOWHERE = _("There is no such task, or you cannot see it.")


@dataclass(frozen=True)
class Planned:
    """A chosen task, as it would be urged now."""

    task: Task
    verdict: Verdict
    told: list[Person]
    already: list[Person]
    urged_by: list[str]
    """By whom those were told today who are told no second time."""


@dataclass
class Urged:
    """What came of it: the tasks whose people are told, and why the others were passed over."""

    told: list[tuple[Task, int]] = field(default_factory=list)
    refused: list[tuple[Task, str]] = field(default_factory=list)

    @property
    def people(self) -> int:
        """Notices owed: whoever is told of two tasks counts twice."""
        return sum(number for _key, number in self.told)

    @property
    def reasons(self) -> dict[str, int]:
        """Why tasks were passed over, the most frequent first, each with how many."""
        counted: dict[str, int] = {}
        for _task, reason in self.refused:
            counted[reason] = counted.get(reason, 0) + 1
        return dict(sorted(counted.items(), key=lambda row: -row[1]))


def choosable(rows: Iterable[Row], person: Person) -> set[int]:
    """Of the rows of a list the tasks that the person may urge by their own offices."""
    grants = access.grants(person)
    return {
        row.task.pk
        for row in rows
        if row.task.state in RUNNING and "urge_tasks" in grants.get(row.task.assigner_id, ())
    }


def chosen(tasks: TaskQuerySet, keys: Iterable[str | int]) -> list[Task]:
    """Of these tasks the ones with these keys, nearest deadline first."""
    known = {number for key in keys if (number := parse_number(str(key))) is not None}
    return list(tasks.filter(pk__in=sorted(known)[:MOST]).for_list().late_first())


def plan(tasks: Sequence[Task], by: Person) -> list[Planned]:
    """Who will be told of each task; as many queries for 500 as for one."""
    workers = workers_of_many(tasks)
    before = _told_today(tasks)
    people = Person.objects.in_bulk({key for keys in workers.values() for key in keys})
    planned = []
    with access.asking_once():
        for task in tasks:
            verdict, names = rules.may_urge(by, task), before.get(task.pk, {})
            keys = [key for key in workers[task.pk] if key != by.pk] if verdict else []
            planned.append(
                Planned(
                    task,
                    verdict,
                    told=[people[key] for key in keys if key not in names],
                    already=[people[key] for key in keys if key in names],
                    urged_by=sorted({names[key] for key in keys if names.get(key)}),
                )
            )
    return planned


def _told_today(tasks: Sequence[Task]) -> dict[int, dict[int, str]]:
    """Task → person → who urged them today."""
    rows = Notice.objects.filter(
        kind="task_urged",
        about_type=Task._meta.label_lower,
        about_id__in=[task.pk for task in tasks],
        on=today(),
    )
    told: dict[int, dict[int, str]] = {}
    for about, person, data in rows.values_list("about_id", "person_id", "data"):
        told.setdefault(about, {})[person] = str(data.get("by", ""))
    return told


def urge_keys(keys: Iterable[int], *, by: Person, message: str = "") -> dict[str, list[dict[str, Any]]]:
    """The same by the keys of tasks, as the API answers it."""
    keys = list(dict.fromkeys(keys))
    tasks = chosen(Task.objects.visible_to(by), keys)
    seen = {task.pk for task in tasks}
    urged = urge_all(tasks, by=by, message=message)
    refused = [(task.pk, reason) for task, reason in urged.refused]
    refused += [(key, str(NOWHERE)) for key in keys if key not in seen]
    return {
        "told": [{"task": task.pk, "people": number} for task, number in urged.told],
        "refused": [{"task": key, "reason": reason} for key, reason in refused],
    }


def urge_all(tasks: Iterable[Task], *, by: Person, message: str = "") -> Urged:
    """Urge each by itself, so that one that may not be urged keeps no other from it."""
    tasks = list(tasks)
    outcomes = urging_actions.urge_many(tasks=tasks, by=by, message=message)
    result = Urged()
    for task in tasks:
        outcome = outcomes.get(task.pk, NOWHERE)
        if isinstance(outcome, int):
            result.told.append((task, outcome))
        elif isinstance(outcome, ValidationError):
            result.refused.append((task, " ".join(outcome.messages)))
        else:
            result.refused.append((task, str(outcome)))
    return result
