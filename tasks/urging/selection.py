"""Urging many tasks at once: which were chosen, who will be told of each, and the result."""

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
from tasks.lists.rows import TaskRow
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet
from tasks.urging import actions as urging_actions
from tasks.urging.actions import workers_of_many

# Tasks that are urged at once.
MAX_URGED = 500

NOT_SEEN = _("There is no such task, or you cannot see it.")


@dataclass(frozen=True)
class PlannedUrge:
    """A chosen task, as it would be urged now."""

    task: Task
    verdict: Verdict
    recipients: list[Person]
    urged_today: list[Person]
    """Who works on the task too, and gets no second notice today."""
    urged_by: list[str]
    """Whose notice those got."""


@dataclass
class UrgeResult:
    """The tasks that were urged, each with how many people are told, and why the others were passed over."""

    urged: list[tuple[Task, int]] = field(default_factory=list)
    refused: list[tuple[Task, str]] = field(default_factory=list)

    @property
    def notices(self) -> int:
        """Whoever is told of two tasks counts twice."""
        return sum(number for _task, number in self.urged)

    @property
    def reasons(self) -> dict[str, int]:
        """Why tasks were passed over, the most frequent first, each with how many."""
        counted: dict[str, int] = {}
        for _task, reason in self.refused:
            counted[reason] = counted.get(reason, 0) + 1
        return dict(sorted(counted.items(), key=lambda row: -row[1]))


def choosable(rows: Iterable[TaskRow], person: Person) -> set[int]:
    """Keys of the tasks of these rows that the person may urge by their own offices."""
    grants = access.grants(person)
    return {
        row.task.pk
        for row in rows
        if row.task.state in RUNNING and "urge_tasks" in grants.get(row.task.assigner_id, ())
    }


def chosen(tasks: TaskQuerySet, keys: Iterable[str | int]) -> list[Task]:
    """The tasks with these keys, nearest deadline first; what is no key is passed over."""
    known = {number for key in keys if (number := parse_number(str(key))) is not None}
    return list(tasks.filter(pk__in=sorted(known)[:MAX_URGED]).for_list().late_first())


def plan(tasks: Sequence[Task], by: Person) -> list[PlannedUrge]:
    """Who will be told of each task; as many queries for 500 as for one."""
    workers = workers_of_many(tasks)
    urged_today = _urged_today(tasks)
    people = Person.objects.in_bulk({key for keys in workers.values() for key in keys})
    planned = []
    with access.asking_once():
        for task in tasks:
            verdict, urgers = rules.may_urge(by, task), urged_today.get(task.pk, {})
            keys = [key for key in workers[task.pk] if key != by.pk] if verdict else []
            planned.append(
                PlannedUrge(
                    task,
                    verdict,
                    recipients=[people[key] for key in keys if key not in urgers],
                    urged_today=[people[key] for key in keys if key in urgers],
                    urged_by=sorted({urgers[key] for key in keys if urgers.get(key)}),
                )
            )
    return planned


def _urged_today(tasks: Sequence[Task]) -> dict[int, dict[int, str]]:
    """Task → person who got a notice today → who urged them."""
    notices = Notice.objects.filter(
        kind="task_urged",
        about_type=Task._meta.label_lower,
        about_id__in=[task.pk for task in tasks],
        on=today(),
    )
    urgers: dict[int, dict[int, str]] = {}
    for task, person, data in notices.values_list("about_id", "person_id", "data"):
        urgers.setdefault(task, {})[person] = str(data.get("by", ""))
    return urgers


def urge_all(tasks: Iterable[Task], *, by: Person, message: str = "") -> UrgeResult:
    """Urge each task by itself, so that one that may not be urged keeps no other from it."""
    tasks = list(tasks)
    outcomes = urging_actions.urge_many(tasks=tasks, by=by, message=message)
    result = UrgeResult()
    for task in tasks:
        outcome = outcomes.get(task.pk, NOT_SEEN)
        if isinstance(outcome, int):
            result.urged.append((task, outcome))
        elif isinstance(outcome, ValidationError):
            result.refused.append((task, " ".join(outcome.messages)))
        else:
            result.refused.append((task, str(outcome)))
    return result


def urge_keys(keys: Iterable[int], *, by: Person, message: str = "") -> dict[str, list[dict[str, Any]]]:
    """Urge the tasks with these keys; the result as the API answers it, with the keys that were not seen."""
    keys = list(dict.fromkeys(keys))
    tasks = chosen(Task.objects.visible_to(by), keys)
    seen = {task.pk for task in tasks}
    result = urge_all(tasks, by=by, message=message)
    refused = [(task.pk, reason) for task, reason in result.refused]
    refused += [(key, str(NOT_SEEN)) for key in keys if key not in seen]
    return {
        "told": [{"task": task.pk, "people": number} for task, number in result.urged],
        "refused": [{"task": key, "reason": reason} for key, reason in refused],
    }
