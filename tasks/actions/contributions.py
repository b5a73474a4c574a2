"""What the bodies that help deliver to the lead body, each by its own day."""

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

DELIVERY_FIELDS = ("contribution", "delivered_by", "delivered_at")


@transaction.atomic
def contribute(*, task: Task, by: Person, contribution: str, body: Body | None = None) -> Part:
    """Deliver a body's contribution, or correct it; `body` is needed by a person who works for several."""
    task = lock(task)
    rules.may_contribute_part(by, task).or_raise()
    part = _choose(rules.own_parts(by, task), body)
    right = rules.may_contribute_part(by, task, part.body).or_raise()
    before = snapshot(part, ("contribution",))
    part.contribution = clean_text(
        task, contribution, "contribution", required=_("Say what your body contributed.")
    )
    now = timezone.now()
    # A correction does not make late what came in time.
    part.delivered_by, part.delivered_at = by, part.delivered_at or now
    part.save(update_fields=DELIVERY_FIELDS)
    after = {"body": part.body_id, **snapshot(part, ("contribution",))}
    record_event(task, "part_delivered", by, right=right, before=before, after=after)
    occasion = f"part-{part.pk}-{now:%Y%m%d%H%M%S}"
    notify(lead_workers(task), "part_delivered", task, by, body=task.lead, occasion=occasion, part=part.pk)
    return part


@transaction.atomic
def return_contribution(*, task: Task, by: Person, reason: str, body: Body | None = None) -> Part:
    """Send a contribution back: it is open again, and its text stays to be corrected."""
    task = lock(task)
    right = rules.may_return_contribution(by, task).or_raise()
    part = _choose(rules.delivered_parts(task), body)
    reason = clean_text(task, reason, "reason", required=_("Say what is missing, so that the body can act."))
    occasion = f"part-{part.pk}-{part.delivered_at:%Y%m%d%H%M%S}"
    part.delivered_by = part.delivered_at = None
    part.save(update_fields=DELIVERY_FIELDS)
    owe_reminders_again(task)
    record_event(task, "part_returned", by, right=right, after={"body": part.body_id}, reason=reason)
    recipients = access.people("work_on_tasks", part.body)
    notify(recipients, "part_returned", task, by, body=part.body, reason=reason, occasion=occasion)
    return part


def _choose(parts: Sequence[Part], body: Body | None) -> Part:
    candidates = [part for part in parts if body is None or part.body_id == body.pk]
    if len(candidates) != 1:
        raise ValidationError({"body": _("Choose the body whose contribution it is.")})
    return candidates[0]
