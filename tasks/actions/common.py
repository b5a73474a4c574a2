"""The steps that every action on a task takes: lock, ask the rule, change, record, notify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from audit import versions as stale
from audit.actions import changes, record, snapshot
from committees import access
from committees.access import Right
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import owe, owe_again
from portal.shared.days import today
from portal.shared.text import MAX_TEXT_LENGTH, tidy, validate_plain
from portal.shared.verdicts import Sentence, not_now, refuse
from tasks import drop_reasons, rules, secrecy
from tasks.lifecycle import LEVELS_ABOVE, RUNNING, UNISSUED, Move, State
from tasks.models import Milestone, Request, Task

# What is wrong: field → sentence, or a list of them.
Problems = dict[str, Any]

# Events that leave `version` alone: a form that was refused as stale never names one of them as the cause.
EVENTS_OUTSIDE_FORMS = (
    *("comment_added", "evidence_added", "evidence_removed", "task_urged", "task_posted"),
    *("task_weights_set", "part_delivered", "part_returned", "cycle_stopped"),
)

RISK_FIELDS = ("risk_days", "risk_remedy", "risk_by", "risk_at")
ESCALATION_STOP_FIELDS = ("escalation_stopped_at", "escalation_stopped_by")
# To be saved after `restart_reminders`.
DEADLINE_FIELDS = ("due_on", "due_version", *ESCALATION_STOP_FIELDS)


def lock(task: Task) -> Task:
    """Read the task anew and hold its row until the end of the transaction.

    The key is not locked (`no_key`): others may write notices and events that point at the row. Otherwise
    a writer that holds the chain of events and one that holds the row would wait for each other.
    """
    try:
        # Not `first()`: it would sort the one row, and hash every column for that.
        return (
            Task.objects.select_for_update(of=("self",), no_key=True)
            .select_related("assigner", "lead", "order", "parent")
            .get(pk=task.pk)
        )
    except Task.DoesNotExist:
        # The view found it a moment ago, so it was deleted since.
        refuse(not_now(_("This draft was taken back together with the file it came from.")))


def lock_with_ancestors(task: Task, *, new_parent: Task | None = None) -> Task:
    """Lock the tasks above from the root down, then the task, and give it as `lock` does.

    For every action that compares a task with those above or below it: two people who move days in one
    tree, or who would close a circle together, then act one after the other. `new_parent` is locked with
    its ancestors too. An action that needs one row only never waits for a second.
    """
    chains = [[start.pk, *ancestor_keys(start)] for start in (task, new_parent) if start]
    roots = {chain[-1] for chain in chains}
    for keys in (roots, {key for chain in chains for key in chain} - roots):
        rows = Task.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
        list(rows.values_list("pk"))
    return lock(task)


def lock_descendants(task: Task) -> None:
    """Lock all tasks below, before the first event: a writer that holds the chain waits for no row."""
    rows = Task.objects.under(task.pk).select_for_update(no_key=True).order_by("pk")
    list(rows.values_list("pk"))


def ancestor_keys(task: Task) -> list[int]:
    """Keys of the tasks above, nearest first, read in one query."""
    columns = [f"{'parent__' * level}parent_id" for level in range(LEVELS_ABOVE)]
    rows = Task.objects.filter(pk=task.pk).values_list(*columns)
    return [key for row in rows for key in row if key]


def move(
    task: Task,
    step: Move,
    by: Person,
    rule: rules.Rule,
    *,
    right: Right | None = None,
    reason: str = "",
    **values: Any,
) -> Task:
    """Take one step of the lifecycle: lock the task, ask the rule, set the state and values, write the event.

    `right` is what the rule found where the caller, who holds the row already, has asked it.
    """
    task = lock(task)
    right = right or rule(by, task).or_raise()
    if step.ends_request:
        cancel_open_requests(task, by, right)
    target = step.target or task.suspended_from
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
    record_event(task, step.event, by, right=right, before=before, after=after, reason=reason)
    if target in RUNNING and before["state"] not in RUNNING:
        owe_reminders_again(task)
    return task


def cancel_open_requests(task: Task, by: Person, right: Right | None, **which: Any) -> None:
    """Cancel what the lead body asked for and nobody has decided; `which` narrows the requests."""
    for request in task.requests.waiting().filter(**which):
        request.state = Request.State.CANCELLED
        request.save(update_fields=["state"])
        record_event(task, "request_cancelled", by, right=right, after=request_facts(request))


def request_facts(request: Request) -> dict[str, Any]:
    """What an event keeps of a request."""
    return snapshot(request, ("kind", "state", "from_due_on", "proposed_on", "counter_on"))


def owe_reminders_again(task: Task) -> None:
    """Owe the reminders again that were dropped while the task stood still: each is planned only once."""
    owe_again(about=task, because=drop_reasons.STOOD_STILL)


def forget_risk(task: Task) -> dict[str, Any]:
    """Clear a warning that no longer holds: the task is not at work, or has another day or lead.

    The caller saves `RISK_FIELDS`. Returns what the warning said, for `before` of the event.
    """
    warning = {} if task.risk_days is None else {"risk_days": task.risk_days}
    task.risk_days, task.risk_remedy, task.risk_by, task.risk_at = None, "", None, None
    return warning


def restart_reminders(task: Task) -> None:
    """Begin the reminders anew for a new deadline; an escalation that was stopped goes on.

    The caller saves `DEADLINE_FIELDS`.
    """
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
    """Write the event of a change to a task, with only the values that differ.

    `right` is what the rule of the change found; None when the portal itself makes the change.
    """
    # Checked again: the reason may be that of the task above while this one is secret.
    reason = clean_text(task, reason, "reason")
    old, new = changes(before or {}, after or {})
    bodies = bodies_concerned(task, old)
    record(event, about=task, by=by, right=right, before=old, after=new, reason=reason, bodies=bodies)


def bodies_concerned(task: Task, before: dict[str, Any]) -> list[int | None]:
    """The bodies whose audit trail shows an event: before issue only the body that prepares the task."""
    if not task.is_issued and before.get("state", task.state) in (*UNISSUED, State.WITHDRAWN):
        return [task.assigner_id]
    return [
        task.assigner_id,
        task.lead_id,
        before.get("lead"),
        *task.parts.helping().values_list("body_id", flat=True),
    ]


def part_facts(task: Task) -> list[list[Any]]:
    """What an event keeps of the bodies that help."""
    return [list(row) for row in task.parts.helping().values_list("body_id", "kind", "work", "due_on")]


def milestone_facts(task: Task) -> list[list[Any]]:
    """What an event keeps of the milestones: day, words, and the day on which each was reached."""
    rows = Milestone.objects.filter(task=task).order_by("due_on", "pk")
    return [[str(row.due_on), row.words, str(row.done_on) if row.done_on else None] for row in rows]


def refuse_stale(thing: Any, version: int | None) -> None:
    """Refuse a form that was opened before the last change; `version` is None where there is no form."""
    stale.refuse_stale(thing, version, EVENTS_OUTSIDE_FORMS)


def clean_text(
    task: Task, text: str, field: str, *, required: Sentence | None = None, max_length: int = MAX_TEXT_LENGTH
) -> str:
    """Tidy and check the free text that a person typed about a task; `field` is where its errors belong.

    `required` is the sentence for an empty text. About a secret task only the number of a paper may be
    written. The text of every verb passes here, so that none can forget it.
    """
    text = tidy(text)
    try:
        validate_plain(text)
        MaxLengthValidator(max_length)(text)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    if text and secrecy.is_secret(task) and not secrecy.is_number(text):
        raise ValidationError({field: secrecy.ONLY_A_NUMBER})
    if required and not text:
        raise ValidationError({field: required})
    return text


NO_OFFICE_IN_LEAD = _("Choose somebody who holds an office in the lead body.")


def holds_office(person: Person, body: Body | None) -> bool:
    """Can this person be named for the body: an active account and an office there today?"""
    terms = person.memberships.holding_on(today()).filter(office__body=body)
    return person.is_active and terms.exists()


def body_to_notify(body: Body) -> Body | None:
    """The body itself or, once it is dissolved, the body above it."""
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
    """Notify those who work for `bodies`, by default all that help, unless they work for the lead too."""
    if bodies is None:
        bodies = [part.body for part in task.parts.helping().select_related("body")]
    lead_keys = {person.pk for person in lead_workers(task)} if bodies else set()
    for body in bodies:
        people = [person for person in access.people("work_on_tasks", body) if person.pk not in lead_keys]
        notify(people, kind, task, by, body=body, reason=reason, title=title)


def confirmers(task: Task) -> Iterable[Person]:
    """The people of the assigner who confirm results."""
    return access.people("confirm_tasks", task.assigner)


def allowed_readers(task: Task, people: Iterable[Person], body: Body | None) -> list[Person]:
    """The people who may know of the task; a restricted one needs an office that reads such tasks."""
    if task.secrecy == Task.Secrecy.NORMAL:
        return list(people)
    bodies = {task.assigner_id, task.lead_id, body.pk if body else None}
    bodies |= set(task.parts.values_list("body_id", flat=True))
    return [person for person in people if bodies.intersection(access.bodies_as(person, RESTRICTED_READERS))]


def version_occasion(task: Task) -> str:
    """The occasion of the notices that the last change of the task owed."""
    return f"v{task.version}"


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
    """Owe each of `people` but the one who acts a notice of this change; returns how many are new.

    `title` is kept for readers who can no longer see the task when their letter is written. `facts` are
    what else the sentence of the notice, or the check before it is sent, needs.
    """
    return owe(
        [person for person in allowed_readers(task, people, body) if by is None or person.pk != by.pk],
        kind,
        about=task,
        occasion=occasion or (f"request-{request}" if request else version_occasion(task)),
        body=body,
        due_version=task.due_version,
        data={"by": str(by or ""), "reason": reason}
        | ({"title": title} if title else {})
        | ({"request": request} if request else {})
        | ({"days": days} if days else {})
        | ({"part": part} if part else {})
        | dict(facts or {}),
    )
