"""What every action on a task does: lock, ask, change, record, tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit import stale
from audit.actions import changes, record, snapshot
from committees import access
from committees.access import Right
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import owe, owe_again
from portal.shared.days import today
from portal.shared.text import LONG_TEXT, tidy, validate_plain
from portal.shared.verdicts import Sentence, not_now, refuse
from tasks import drop_reasons, rules, secrecy
from tasks.lifecycle import LEVELS_ABOVE, MOVES, RUNNING, UNISSUED, State
from tasks.models import Milestone, Request, Task

EVENT_OF = {
    "propose": "task_proposed",
    "assign": "task_assigned",
    "record_approval": "task_approval_recorded",
    "recall": "task_recalled",
    "accept": "task_accepted",
    "decline": "task_declined",
    "submit": "task_submitted",
    "confirm": "task_confirmed",
    "send_back": "task_sent_back",
    "suspend": "task_suspended",
    "resume": "task_resumed",
    "withdraw": "task_withdrawn",
    "supersede": "task_superseded",
    "change_lead": "task_lead_changed",
}

EVENTS_OUTSIDE_FORMS = (
    *("comment_added", "evidence_added", "evidence_removed", "task_urged", "task_posted"),
    *("task_weights_set", "part_delivered", "part_returned", "cycle_stopped"),
)
"""Events that change nothing a form of the task holds, so they make no form stale."""


VERBS_ENDING_REQUESTS = ("submit", "suspend", "withdraw", "supersede", "change_lead", "recall", "decline")
"""After these nothing is left to decide: an open request is taken back with them."""


RISK_FIELDS = ("risk_days", "risk_remedy", "risk_by", "risk_at")
ESCALATION_STOP_FIELDS = ("escalation_stopped_at", "escalation_stopped_by")
DEADLINE_FIELDS = ("due_on", "due_version", *ESCALATION_STOP_FIELDS)
"""What a caller saves after `new_deadline`."""


def lock(task: Task) -> Task:
    """The row as it is now, held until the end of the transaction.

    Its key stays free (`no_key`): notices and events of others may point at it meanwhile, or a writer
    that holds the chain of events and one that holds the row would wait for each other.
    """
    locked: Task | None = _locking().filter(pk=task.pk).first()
    if locked is None:
        # Its door found it a moment ago.
        refuse(not_now(_("This draft was taken back together with the file it came from.")))
    return locked


def lock_all(tasks: Iterable[Task]) -> list[Task]:
    """The same of many, in the order in which everybody takes several."""
    return list(_locking().filter(pk__in=[task.pk for task in tasks]).order_by("pk"))


def _locking() -> QuerySet[Task]:
    return Task.objects.select_for_update(of=("self",), no_key=True).select_related(
        "assigner", "lead", "order", "parent"
    )


def lock_with_ancestors(task: Task, *, under: Task | None = None) -> Task:
    """The row as `lock` gives it, after every task above it, the first of all first; `under` is to be above.

    For whatever compares with the tasks above or below: two who move days in one tree, or would close
    a circle, come one after the other. Who needs only one row never waits for a second.
    """
    chains = [[one.pk, *ancestor_keys(one)] for one in (task, under) if one]
    first = {chain[-1] for chain in chains}
    for keys in (first, {key for chain in chains for key in chain} - first):
        rows = Task.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
        list(rows.values_list("pk"))
    return lock(task)


def lock_descendants(task: Task) -> None:
    """All that stands below, before the first event: who holds the chain of events waits for no row."""
    rows = Task.objects.under(task.pk).select_for_update(no_key=True).order_by("pk")
    list(rows.values_list("pk"))


def ancestor_keys(task: Task) -> list[int]:
    """Keys of the tasks above, nearest first, as they are now; in one query."""
    columns = [f"{'parent__' * level}parent_id" for level in range(LEVELS_ABOVE)]
    rows = Task.objects.filter(pk=task.pk).values_list(*columns)
    return [key for row in rows for key in row if key]


def move(
    task: Task, verb: str, by: Person, *, right: Right | None = None, reason: str = "", **values: Any
) -> Task:
    """One step in the life of a task: lock it, ask the rule, set the state and values, write the event.

    `right` where the caller asked a rule of its own that decides this step.
    """
    task = lock(task)
    right = right or rules.VERBS[verb](by, task).or_raise()
    if verb in VERBS_ENDING_REQUESTS:
        cancel_open_requests(task, by, right)
    target = MOVES[verb].target or task.suspended_from
    before = snapshot(task, ("state", *values)) | (
        {} if target in RUNNING and "lead" not in values else forget_risk(task)
    )
    task.state = target
    task.suspended_from = before["state"] if task.state == State.SUSPENDED else ""
    for name, value in values.items():
        setattr(task, name, value)
    task.version += 1
    task.save(update_fields=["state", "suspended_from", "version", *RISK_FIELDS, *values])
    after = snapshot(task, tuple(before))
    record_event(task, EVENT_OF[verb], by, right=right, before=before, after=after, reason=reason)
    if target in RUNNING and before["state"] not in RUNNING:
        owe_reminders_again(task)
    return task


def cancel_open_requests(task: Task, by: Person, right: Right | None, **which: Any) -> None:
    """Nothing is left to decide of what the lead body asked for."""
    for request in task.requests.waiting().filter(**which):
        request.state = Request.State.CANCELLED
        request.save(update_fields=["state"])
        record_event(task, "request_cancelled", by, right=right, after=request_facts(request))


def request_facts(request: Request) -> dict[str, Any]:
    """A request as events keep it."""
    return snapshot(request, ("kind", "state", "from_due_on", "proposed_on", "counter_on"))


def owe_reminders_again(task: Task) -> None:
    """What nobody was told because it stood still is owed again: a step is planned once."""
    owe_again(about=task, because=drop_reasons.STOOD_STILL)


def forget_risk(task: Task) -> dict[str, Any]:
    """Take a warning back that holds no more: not at work, another day, another lead.

    The caller saves the columns of `RISK`; given is what the warning said, for the event's before.
    """
    said = {} if task.risk_days is None else {"risk_days": task.risk_days}
    task.risk_days, task.risk_remedy, task.risk_by, task.risk_at = None, "", None, None
    return said


def restart_reminders(task: Task) -> None:
    """Reminders begin anew with another day, and those above are told of it again."""
    task.due_version += 1
    task.escalation_stopped_at = task.escalation_stopped_by = None


def record_event(
    task: Task,
    event: str,
    by: Person | None,
    *,
    right: Right | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write the event of a change to a task, with only what differs.

    `right` is what the rule of the change found; None when the portal itself does it.
    """
    # Once more: what was said of the task above may come with a task below that is secret.
    reason = clean_text(task, reason, "reason")
    old, new = changes(before or {}, after or {})
    bodies = bodies_concerned(task, old)
    record(event, about=task, by=by, right=right, before=old, after=new, reason=reason, bodies=bodies)


def bodies_concerned(task: Task, before: dict[str, Any]) -> list[int | None]:
    """The bodies in whose audit trail an event belongs: until issue only the body that prepares the task."""
    if not task.is_issued and before.get("state", task.state) in (*UNISSUED, State.WITHDRAWN):
        return [task.assigner_id]
    return [
        task.assigner_id,
        task.lead_id,
        before.get("lead"),
        *task.parts.helping().values_list("body_id", flat=True),
    ]


def part_facts(task: Task) -> list[list[Any]]:
    """The bodies that help, as events keep them."""
    return [list(row) for row in task.parts.helping().values_list("body_id", "kind", "work", "due_on")]


def milestone_facts(task: Task) -> list[list[Any]]:
    """The milestones with the day each was reached, as events keep them."""
    rows = Milestone.objects.filter(task=task).order_by("due_on", "pk")
    return [[str(row.due_on), row.words, str(row.done_on) if row.done_on else None] for row in rows]


def refuse_stale(thing: Any, version: int | None) -> None:
    """A form carries the version it was opened with; None when the door has no form."""
    stale.refuse_stale(thing, version, EVENTS_OUTSIDE_FORMS)


def clean_text(
    task: Task, text: str, field: str, *, required: Sentence | None = None, longest: int = LONG_TEXT
) -> str:
    """Free text that a person typed about a task: composed, plain, not too long, there where it is needed.

    Of a secret task only the number of a paper: every text comes through here, so no verb can forget it.
    """
    text = tidy(text)
    try:
        validate_plain(text)
        MaxLengthValidator(longest)(text)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    if text and secrecy.is_secret(task) and not secrecy.is_number(text):
        raise ValidationError({field: secrecy.ONLY_A_NUMBER})
    if required and not text:
        raise ValidationError({field: required})
    return text


NO_OFFICE_IN_LEAD = _("Choose somebody who holds an office in the lead body.")


def holds_office(person: Person, body: Body | None) -> bool:
    """Whoever is named for a body signs in and holds an office there today."""
    terms = person.memberships.holding_on(today()).filter(office__body=body)
    return person.is_active and terms.exists()


def body_to_notify(body: Body) -> Body | None:
    """The body whose people can be told; of one that was dissolved, the body above it."""
    return body.parent if body.is_dissolved(today()) else body


def lead_workers(task: Task) -> Iterable[Person]:
    """The people of the lead body who work on its tasks."""
    return access.people("work_on_tasks", task.lead) if task.lead else ()


def notify_helping_bodies(
    task: Task,
    kind: str,
    by: Person | None,
    *,
    bodies: Sequence[Body] | None = None,
    reason: str = "",
    title: str = "",
) -> None:
    """Owe the news to those who work for the bodies that help (or for these); to nobody of the lead twice."""
    if bodies is None:
        bodies = [part.body for part in task.parts.helping().select_related("body")]
    leading = {person.pk for person in lead_workers(task)} if bodies else set()
    for body in bodies:
        people = [one for one in access.people("work_on_tasks", body) if one.pk not in leading]
        notify(people, kind, task, by, body=body, reason=reason, title=title)


def confirmers(task: Task) -> Iterable[Person]:
    """The people of the assigner who confirm results."""
    return access.people("confirm_tasks", task.assigner)


def allowed_readers(task: Task, people: Iterable[Person], body: Body | None) -> list[Person]:
    """Of a restricted task only those whose office reads it: nobody else is told that it exists."""
    if task.secrecy == Task.Secrecy.NORMAL:
        return list(people)
    named = {task.assigner_id, task.lead_id, body.pk if body else None}
    named |= set(task.parts.values_list("body_id", flat=True))
    return [person for person in people if named.intersection(access.bodies_as(person, RESTRICTED_READERS))]


def notify(
    people: Iterable[Person],
    kind: str,
    task: Task,
    by: Person | None,
    *,
    body: Body | None,
    reason: str = "",
    title: str = "",
    request: str = "",
    occasion: str = "",
    days: int = 0,
    part: int = 0,
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Owe everybody but the doer one notice of this change.

    `title` is kept for those who can no longer read the task when their letter is written;
    `facts` are what else the sentence or its check needs.
    """
    return owe(
        [person for person in allowed_readers(task, people, body) if by is None or person.pk != by.pk],
        kind,
        about=task,
        occasion=occasion or (f"request-{request}" if request else f"v{task.version}"),
        body=body,
        due_version=task.due_version,
        data={"by": str(by or ""), "reason": reason}
        | ({"title": title} if title else {})
        | ({"request": request} if request else {})
        | ({"days": days} if days else {})
        | ({"part": part} if part else {})
        | dict(facts or {}),
    )
