"""What the bodies that help deliver to the lead: their own contribution, on time or late by their own day."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.models import Body, Person
from tasks import rules
from tasks.actions.common import clean_text, lead_workers, lock, notify, owe_reminders_again, record_event
from tasks.models import Part, Task

COLUMNS = ("contribution", "delivered_by", "delivered_at")


@transaction.atomic
def contribute(*, task: Task, by: Person, contribution: str, body: Body | None = None) -> Part:
    """Deliver what one's body contributes, or correct it; `body` where one works for several that help."""
    task = lock(task)
    rules.may_contribute_part(by, task).or_raise()
    part = _chosen(rules.own_parts(by, task), body)
    right = rules.may_contribute_part(by, task, part.body).or_raise()
    before = snapshot(part, ("contribution",))
    part.contribution = clean_text(
        task, contribution, "contribution", required=_("Say what your body contributed.")
    )
    now = timezone.now()
    # A correction does not make late what came in time.
    part.delivered_by, part.delivered_at = by, part.delivered_at or now
    part.save(update_fields=COLUMNS)
    after = {"body": part.body_id, **snapshot(part, ("contribution",))}
    record_event(task, "part_delivered", by, right=right, before=before, after=after)
    occasion = f"part-{part.pk}-{now:%Y%m%d%H%M%S}"
    notify(lead_workers(task), "part_delivered", task, by, body=task.lead, occasion=occasion, part=part.pk)
    return part


@transaction.atomic
def return_contribution(*, task: Task, by: Person, reason: str, body: Body | None = None) -> Part:
    """Send a contribution back: it is open again, and its words stay to be corrected."""
    task = lock(task)
    right = rules.may_return_contribution(by, task).or_raise()
    part = _chosen(rules.delivered_parts(task), body)
    said = clean_text(task, reason, "reason", required=_("Say what is missing, so that the body can act."))
    occasion = f"part-{part.pk}-{part.delivered_at:%Y%m%d%H%M%S}"
    part.delivered_by = part.delivered_at = None
    part.save(update_fields=COLUMNS)
    owe_reminders_again(task)
    record_event(task, "part_returned", by, right=right, after={"body": part.body_id}, reason=said)
    told = access.people("work_on_tasks", part.body)
    notify(told, "part_returned", task, by, body=part.body, reason=said, occasion=occasion)
    return part


def _chosen(parts: Sequence[Part], body: Body | None) -> Part:
    found = [part for part in parts if body is None or part.body_id == body.pk]
    if len(found) != 1:
        raise ValidationError({"body": _("Choose the body whose contribution it is.")})
    return found[0]
