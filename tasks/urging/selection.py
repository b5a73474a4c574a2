"""Before tasks are urged: who will be told of each, and who was told today and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from committees import access
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Verdict, not_now
from tasks import rules
from tasks.models import Task
from tasks.urging.actions import ALREADY, workers_of_many


@dataclass(frozen=True)
class Outlook:
    """What a verb would do to a task now: the verdict and, if it may, a few words on what follows."""

    verdict: Verdict
    words: str = ""


def foresee(tasks: Sequence[Task], by: Person) -> dict[int, Outlook]:
    """Who will be told of each task; as many queries for 500 as for one."""
    workers = workers_of_many(tasks)
    urged_today = _urged_today(tasks)
    people = Person.objects.in_bulk({key for keys in workers.values() for key in keys})
    outlooks = {}
    with access.asking_once():
        for task in tasks:
            verdict, urgers = rules.may_urge(by, task), urged_today.get(task.pk, {})
            keys = [key for key in workers[task.pk] if key != by.pk] if verdict else []
            words = []
            if new := [str(people[key]) for key in keys if key not in urgers]:
                words.append(gettext("told: %(people)s") % {"people": ", ".join(new)})
            if old := [str(people[key]) for key in keys if key in urgers]:
                names = sorted({urgers[key] for key in keys if urgers.get(key)})
                words.append(
                    gettext("already urged today by %(by)s: %(people)s")
                    % {"by": ", ".join(names), "people": ", ".join(old)}
                )
            if verdict and not new:
                verdict = not_now(ALREADY)
            outlooks[task.pk] = Outlook(verdict, " · ".join(words))
    return outlooks


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
