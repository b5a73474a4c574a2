"""Urging many tasks at once: which were chosen, who will be told of each, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Membership, Person
from committees.roles import RESTRICTED_READERS
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused, Verdict
from tasks import actions, rules
from tasks.lifecycle import RUNNING
from tasks.listing import Row
from tasks.models import Part, Task
from tasks.querysets import TaskQuerySet

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
    known = {int(key) for key in keys if str(key).isascii() and str(key).isdigit() and len(str(key)) < 18}
    return list(tasks.filter(pk__in=sorted(known)[:MOST]).for_list().late_first())


def plan(tasks: Sequence[Task], by: Person) -> list[Planned]:
    """Who will be told of each task; as many queries for 500 as for one."""
    workers = _workers(tasks)
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


def _workers(tasks: Sequence[Task]) -> dict[int, list[int]]:
    """Task → who works on it for its lead; of a restricted one only those whose office reads it."""
    working = access.people_of_many("work_on_tasks", {task.lead_id for task in tasks if task.lead_id})
    closed = [task for task in tasks if task.secrecy != Task.Secrecy.NORMAL]
    bodies = _reading_bodies({key for task in closed for key in working.get(task.lead_id or 0, ())})
    named: dict[int, set[int | None]] = {task.pk: {task.assigner_id, task.lead_id} for task in closed}
    for task_id, body_id in Part.objects.filter(task__in=named).values_list("task_id", "body_id"):
        named[task_id].add(body_id)
    return {
        task.pk: [
            key
            for key in working.get(task.lead_id or 0, ())
            if task.pk not in named or not named[task.pk].isdisjoint(bodies.get(key, ()))
        ]
        for task in tasks
    }


def _reading_bodies(people: set[int]) -> dict[int, set[int]]:
    """Person → the bodies in which they hold an office that reads restricted tasks."""
    if not people:
        return {}
    terms = Membership.objects.holding_on(today()).filter(
        person__in=people, office__role__in=RESTRICTED_READERS
    )
    held: dict[int, set[int]] = {}
    for person, body in terms.values_list("person_id", "office__body_id"):
        held.setdefault(person, set()).add(body)
    return held


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
    result = Urged()
    for task in tasks:
        try:
            result.told.append((task, actions.urge(task=task, by=by, message=message)))
        except Refused as refused:
            result.refused.append((task, str(refused.verdict.reason)))
        except ValidationError as error:
            result.refused.append((task, " ".join(error.messages)))
    return result
