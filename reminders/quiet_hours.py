"""At which hours a letter may carry what concerns tasks: as the policy of the body that gave them says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from notices.models import Notice
from notices.policy import schedule
from tasks.models import Task

TASK = Task._meta.label_lower


def quiet(notices: Sequence[Notice], at: datetime, at_once: bool) -> set[int]:
    """Keys of the notices whose body lets no letter go at this moment: of the day, or one at once.

    Of a task that is the assigner; of anything else, the reader's own body.
    """
    about = {notice.about_id for notice in notices if notice.about_type == TASK}
    givers = dict(Task.objects.filter(pk__in=about).values_list("pk", "assigner_id"))
    bodies = {
        notice.pk: givers.get(notice.about_id) if notice.about_type == TASK else notice.body_id
        for notice in notices
    }
    rules = schedule.read_policies(body for body in bodies.values() if body)
    silent = {body for body, one in rules.items() if not one.allows_letter(at, at_once=at_once)}
    bodiless = not schedule.DEFAULT.allows_letter(at, at_once=at_once)
    return {pk for pk, body in bodies.items() if (body in silent if body else bodiless)}
