"""At which hours a letter may carry what concerns tasks: as the policy of the body that gave them says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from notices.models import Notice
from notices.policy import schedule as policies
from tasks.models import Task

TASK_TYPE = Task._meta.label_lower


def in_quiet_hours(notices: Sequence[Notice], at: datetime, at_once: bool) -> set[int]:
    """Keys of the notices whose body lets no letter go at this moment: of the day, or one at once.

    Of a task that is the assigner; of anything else, the reader's own body.
    """
    task_ids = {notice.about_id for notice in notices if notice.about_type == TASK_TYPE}
    assigners = dict(Task.objects.filter(pk__in=task_ids).values_list("pk", "assigner_id"))
    bodies = {
        notice.pk: assigners.get(notice.about_id) if notice.about_type == TASK_TYPE else notice.body_id
        for notice in notices
    }
    rules_by_body = policies.read_policies(body for body in bodies.values() if body)
    quiet_bodies = {
        body for body, rules in rules_by_body.items() if not rules.allows_letter(at, at_once=at_once)
    }
    quiet_by_default = not policies.DEFAULT.allows_letter(at, at_once=at_once)
    return {pk for pk, body in bodies.items() if (body in quiet_bodies if body else quiet_by_default)}
