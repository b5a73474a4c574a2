"""Giving one task to many bodies: prepared, approved, then made in the background batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, astuple
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import append, build_event, record, snapshot
from audit.models import Event
from committees import access
from committees.access import Right, on_behalf_of
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import build_notice, owe_new
from portal.shared.background import queue
from portal.shared.days import today
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.actions import cycles, deadlines, hand_down
from tasks.actions.common import Problems, body_to_notify, clean_text, lock, notify
from tasks.actions.milestones import MilestoneSpec, build_milestones
from tasks.actions.task_checks import check_task
from tasks.actions.task_fields import EDITABLE_FIELDS
from tasks.cycles import Cycle
from tasks.lifecycle import RUNNING, State
from tasks.models import FanOut, Milestone, Recipient, Recurrence, Task
from tasks.models.tasks import MAX_APPROVAL_LENGTH

# Bodies that get their task in one transaction: other writers of events wait about a second for it.
BATCH_SIZE = 200

# A refusal names so many bodies and counts the others.
MAX_NAMED_BODIES = 5

JOB = "tasks.jobs.give_fan_out"

# Each task takes these from the task above; title, deliverable and deadline are those of the fan-out.
COPIED_FIELDS = (
    *("pillar", "programme", "description", "deliverable_kind", "target", "target_unit"),
    *("authority", "priority", "secrecy"),
)

APPROVAL_FIELDS = ("approved_by", "approved_for", "approved_at", "approval")
# A body stands in one fan-out of a task that is in such a state.
STATES_THAT_CLAIM_BODIES = (FanOut.State.PREPARED, FanOut.State.RUNNING, FanOut.State.STOPPED)


@transaction.atomic
def prepare_fan_out(
    *,
    task: Task,
    giver: Body,
    bodies: Sequence[Body],
    by: Person,
    title: str = "",
    deliverable: str = "",
    due_on: date | None = None,
) -> FanOut:
    """Choose the bodies that will each get a task below this one, for somebody to approve."""
    task = lock(task)
    right = rules.may_fan_out(by, task, giver).or_raise()
    fan_out = FanOut(task=task, giver=giver, by=by, at=timezone.now())
    fan_out.title, fan_out.deliverable, fan_out.due_on = title or task.title, deliverable, due_on
    sample = _build_task(fan_out, None)
    check_task(sample, (), by, _cycle_of(fan_out))
    fan_out.title, fan_out.deliverable = sample.title, sample.deliverable
    _check_bodies(sample, bodies)
    fan_out.save()
    Recipient.objects.bulk_create([Recipient(fan_out=fan_out, body=body) for body in bodies], batch_size=1000)
    approvers = access.people("assign_tasks", giver)
    notify(approvers, "fan_out_prepared", task, by, body=giver, request=fan_out.name)
    _record(fan_out, "fan_out_prepared", by, right, recipients=len(bodies), due_on=due_on)
    return fan_out


@transaction.atomic
def start_fan_out(*, fan_out: FanOut, by: Person, past_deadline: bool = False) -> FanOut:
    """Approve a fan-out: from now the bodies get their tasks. One that stopped goes on where it stopped."""
    fan_out = _lock(fan_out)
    right = rules.may_start_fan_out(by, fan_out).or_raise()
    return _start(fan_out, by, right, "", past_deadline)


@transaction.atomic
def record_fan_out_approval(
    *, fan_out: FanOut, by: Person, approval: str, past_deadline: bool = False
) -> FanOut:
    """Record that the head approved a fan-out on paper, and start it."""
    fan_out = _lock(fan_out)
    right = rules.may_record_fan_out_approval(by, fan_out).or_raise()
    required = _("Name the paper: its number or date.")
    approval = clean_text(
        fan_out.task, approval, "approval", required=required, max_length=MAX_APPROVAL_LENGTH
    )
    return _start(fan_out, by, right, approval, past_deadline)


@transaction.atomic
def cancel_fan_out(*, fan_out: FanOut, by: Person) -> FanOut:
    """Call off what was not given yet; tasks that were made stay."""
    fan_out = _lock(fan_out)
    right = rules.may_cancel_fan_out(by, fan_out).or_raise()
    _set_state(fan_out, FanOut.State.CANCELLED)
    _record(fan_out, "fan_out_cancelled", by, right)
    return fan_out


@transaction.atomic
def retry_fan_out(*, fan_out: FanOut, by: Person) -> FanOut:
    """Try the bodies that were passed over again, once what kept them from their task is mended."""
    fan_out = _lock(fan_out)
    right = rules.may_retry_fan_out(by, fan_out).or_raise()
    again = fan_out.recipients.exclude(skipped="").update(skipped="")
    _set_state(fan_out, FanOut.State.RUNNING)
    _record(fan_out, "fan_out_retried", by, right, recipients=again)
    queue(JOB, fan_out.pk)
    return fan_out


def give_fan_out(pk: int) -> None:
    """Make the tasks of an approved fan-out. It may run twice, at once, or again after a crash."""
    while give_batch(pk):
        pass


@transaction.atomic
def give_batch(pk: int) -> bool:
    """Make the tasks of the next bodies, all or none; False when nothing is left to do here.

    The row of the fan-out is locked meanwhile; a second worker leaves the work to the one that holds it.
    """
    running = FanOut.objects.running().select_for_update(of=("self",), no_key=True, skip_locked=True)
    fan_out = running.select_related("giver", "by", "approved_by", "approved_for").filter(pk=pk).first()
    if fan_out is None:
        return False
    task = fan_out.task = lock(fan_out.task)
    if stop := _stop_reason(fan_out, task):
        return _end(fan_out, FanOut.State.STOPPED, "fan_out_stopped", stop=stop)
    batch = list(fan_out.recipients.waiting().select_related("body")[:BATCH_SIZE])
    if not batch:
        passed_over = fan_out.recipients.exclude(skipped="").count()
        event = "fan_out_incomplete" if passed_over else "fan_out_given"
        return _end(fan_out, FanOut.State.DONE, event, passed_over=passed_over)
    _give(fan_out, batch)
    return True


def _give(fan_out: FanOut, batch: list[Recipient]) -> None:
    keys = [recipient.body_id for recipient in batch]
    with_a_task = _bodies_with_a_task(fan_out.task_id, keys)
    out_of_reach = hand_down.out_of_reach(_build_task(fan_out, None), keys)
    for recipient in batch:
        recipient.skipped = _skip_reason(recipient.body, with_a_task, out_of_reach)
    given = [recipient for recipient in batch if not recipient.skipped]
    tasks = Task.objects.bulk_create(_build_tasks(fan_out, given))
    for recipient, task in zip(given, tasks, strict=True):
        recipient.task = task
    Recurrence.objects.bulk_create(_build_cycles(fan_out, tasks))
    Recipient.objects.bulk_update(given, ["task"])
    Recipient.objects.bulk_update([recipient for recipient in batch if recipient.skipped], ["skipped"])
    milestones = _milestones_of(fan_out)
    Milestone.objects.bulk_create(
        [row for task in tasks for row in build_milestones(task, milestones)], batch_size=1000
    )
    # The notices name rows of this transaction, so none of them can be owed already.
    owe_new(_notices_of(fan_out, tasks))
    # Last, because no other writer can append to the chain from here to the end of the transaction.
    append([_event_of(fan_out, task) for task in tasks])


def _build_tasks(fan_out: FanOut, recipients: Iterable[Recipient]) -> list[Task]:
    tasks = [_build_task(fan_out, recipient.body) for recipient in recipients]
    for task in tasks:
        task.state, task.version = State.ASSIGNED, 1
        task.assigned_by, task.assigned_at = fan_out.approved_by, fan_out.approved_at
        task.approval, task.original_due_on = fan_out.approval, task.due_on
        task.search_text = task.folded()
    return tasks


def _cycle_of(fan_out: FanOut) -> Cycle | None:
    """The cycle of the task above, unless the fan-out has a deadline of its own."""
    return None if fan_out.due_on else fan_out.task.cycle


def _build_cycles(fan_out: FanOut, tasks: list[Task]) -> list[Recurrence]:
    """The cycle for the task of each body; periods that have passed are not made."""
    cycle = _cycle_of(fan_out)
    if cycle is None:
        return []
    past = [period for period, due in Recurrence(**asdict(cycle)).to_make(today()) if due < today()]
    until = past[-1] if past else None
    return [Recurrence(task=task, made_until=until, **asdict(cycle)) for task in tasks]


def _milestones_of(fan_out: FanOut) -> list[MilestoneSpec]:
    """The milestones to come, for each body to reach; none for a task that recurs."""
    if _cycle_of(fan_out):
        return []
    rows = fan_out.task.milestones.filter(due_on__gte=today())
    rows = rows.filter(due_on__lte=fan_out.due_on) if fan_out.due_on else rows
    return [MilestoneSpec(row.due_on, row.words) for row in rows]


def _build_task(fan_out: FanOut, body: Body | None) -> Task:
    """The unsaved task for a body. It stands under the same order only when the same body gives both."""
    above, giver = fan_out.task, fan_out.giver
    task = Task(parent=above, assigner=giver, lead=body, created_by=fan_out.by)
    for name in COPIED_FIELDS:
        setattr(task, name, getattr(above, name))
    if giver.pk == above.assigner_id:
        task.order, task.number = above.order, above.number
    task.title, task.deliverable, task.due_on = fan_out.title, fan_out.deliverable, fan_out.due_on
    if task.title == above.title:
        task.title_en = above.title_en
    task.due_kind, task.due_words = _kind_and_words(task, above)
    if task.due_kind == Task.DueKind.RELATIVE:
        task.after_days, task.after_event = above.after_days, above.after_event
    return task


def _kind_and_words(task: Task, above: Task) -> tuple[str, str]:
    """The kind of deadline and the order's words for it.

    A task without a day has what the task above has instead: its cycle, its event or its words. The words
    of the order are kept only beside the day that they meant.
    """
    if task.due_on is None:
        same = above.due_on is None and above.due_kind not in (Task.DueKind.DAY, Task.DueKind.PERIOD)
        return (above.due_kind, above.due_words) if same else (Task.DueKind.NONE, "")
    period = above.due_kind == Task.DueKind.PERIOD and task.due_on == above.due_on
    kind = Task.DueKind.PERIOD if period else Task.DueKind.DAY
    return kind, above.due_words if task.due_on == above.due_on else ""


def _event_of(fan_out: FanOut, task: Task) -> Event:
    verb = "task_approval_recorded" if fan_out.approval else "task_assigned"
    columns = (*EDITABLE_FIELDS, "state", "assigned_by", "assigned_at", "approval", "original_due_on")
    after = {name: value for name, value in snapshot(task, columns).items() if value not in (None, "")}
    if task.due_kind == Task.DueKind.RECURRING and (cycle := _cycle_of(fan_out)):
        after["recurrence"] = list(astuple(cycle))
    return build_event(
        verb,
        about=task,
        by=fan_out.approved_by,
        right=_approval_of(fan_out),
        at=timezone.now(),
        after=after,
        bodies=[task.assigner_id, task.lead_id],
    )


def _approval_of(fan_out: FanOut) -> Right | None:
    """The right by which the fan-out was approved: the job that gives the tasks has none of its own."""
    if fan_out.approved_by is None:
        return None
    permission = "record_approval" if fan_out.approval else "assign_tasks"
    return Right(fan_out.approved_by, permission, fan_out.giver, fan_out.approved_for)


def _notices_of(fan_out: FanOut, tasks: Sequence[Task]) -> list[Any]:
    """Notices for everybody who works for the lead bodies and, of restricted tasks, may read them."""
    roles = () if fan_out.task.secrecy == Task.Secrecy.NORMAL else RESTRICTED_READERS
    workers = access.people_of_many("work_on_tasks", [task.lead_id for task in tasks], roles=roles)
    data = {"by": str(fan_out.approved_by), "reason": ""}
    return [
        build_notice(
            person,
            "task_assigned",
            about=task,
            occasion=f"v{task.version}",
            body=task.lead,
            due_version=task.due_version,
            data=data,
        )
        for task in tasks
        for person in workers.get(task.lead_id or 0, ())
        if person != fan_out.approved_by_id
    ]


# What may have changed since the fan-out was prepared


def _stop_reason(fan_out: FanOut, task: Task) -> str:
    if task.state not in RUNNING:
        return FanOut.Stop.STATE
    if fan_out.giver_id not in (task.assigner_id, task.lead_id):
        return FanOut.Stop.GIVER
    if fan_out.giver.is_dissolved(today()):
        return FanOut.Stop.DISSOLVED
    problems: Problems = {}
    sample = _build_task(fan_out, None)
    hand_down.check_day(sample, problems)
    cycles.check_cycle(sample, _cycle_of(fan_out), problems)
    return FanOut.Stop.DEADLINE if problems else ""


def _skip_reason(body: Body, with_a_task: Collection[int], out_of_reach: Collection[int]) -> str:
    if body.is_dissolved(today()):
        return Recipient.Skipped.DISSOLVED
    if body.pk in with_a_task:
        return Recipient.Skipped.HAS_ONE
    return Recipient.Skipped.NOT_BELOW if body.pk in out_of_reach else ""


# Who can be chosen


def _check_bodies(sample: Task, bodies: Sequence[Body]) -> None:
    """Refuse bodies that cannot get the task with sentences that name them, so that they can be left out."""
    if not bodies:
        raise ValidationError({"bodies": _("Choose at least one body: nobody would get this task.")})
    keys = [body.pk for body in bodies]
    groups: tuple[tuple[Sentence, Collection[int]], ...] = (
        (_("Named twice."), {pk for pk, count in Counter(keys).items() if count > 1}),
        (_("No body gives a task to itself."), {sample.assigner_id}),
        (
            _("It was dissolved. Choose the body that took over."),
            {body.pk for body in bodies if body.is_dissolved(today())},
        ),
        (_("It already has a task under this one."), _bodies_with_a_task(sample.parent_id, keys)),
        (_("It is chosen in another fan-out of this task."), _bodies_in_fan_outs(sample.parent_id, keys)),
        (
            _("It is not below the body that gives, nor an agency of its people."),
            hand_down.out_of_reach(sample, keys),
        ),
    )
    refusals = []
    for reason, refused_keys in groups:
        if refused := [body for body in dict.fromkeys(bodies) if body.pk in refused_keys]:
            refusals.append(f"{_names_of(refused)}: {reason}")
    if refusals:
        raise ValidationError({"bodies": refusals})


def _bodies_with_a_task(task: int | None, bodies: Collection[int]) -> set[int]:
    """The bodies that lead a task right below this one, unless it was withdrawn."""
    below = Task.objects.filter(parent=task, lead__in=bodies).exclude(state=State.WITHDRAWN)
    return {pk for pk in below.values_list("lead_id", flat=True) if pk}


def _bodies_in_fan_outs(task: int | None, bodies: Collection[int]) -> set[int]:
    before = Recipient.objects.waiting().filter(
        fan_out__task=task, fan_out__state__in=STATES_THAT_CLAIM_BODIES
    )
    return set(before.filter(body__in=bodies).values_list("body_id", flat=True))


def _names_of(bodies: Sequence[Body]) -> str:
    names = ", ".join(body.brief for body in bodies[:MAX_NAMED_BODIES])
    more = len(bodies) - MAX_NAMED_BODIES
    return _("%(bodies)s and %(n)s more") % {"bodies": names, "n": more} if more > 0 else names


# The fan-out itself


def _lock(fan_out: FanOut) -> FanOut:
    """Lock the fan-out and then its task, in the same order as `give_batch`."""
    rows = FanOut.objects.select_for_update(of=("self",), no_key=True).select_related("giver", "by")
    locked = rows.get(pk=fan_out.pk)
    locked.task = lock(locked.task)
    return locked


def _start(fan_out: FanOut, by: Person, right: Right | None, approval: str, past_deadline: bool) -> FanOut:
    problems: Problems = {}
    deadlines.check_not_passed(fan_out.due_on, past_deadline, problems)
    if problems:
        raise ValidationError(problems)
    fan_out.approved_by, fan_out.approved_at, fan_out.approval = by, timezone.now(), approval
    fan_out.approved_for = on_behalf_of(right)
    _set_state(fan_out, FanOut.State.RUNNING)
    _record(fan_out, "fan_out_started", by, right, approval=approval)
    queue(JOB, fan_out.pk)
    return fan_out


def _end(fan_out: FanOut, state: str, event: str, *, stop: str = "", passed_over: int = 0) -> bool:
    """Notify the person who prepared it or, if tasks were not given, everybody of the giver who can mend it.

    Returns False for `give_batch`: nothing is left to do.
    """
    _set_state(fan_out, state, stop)
    people: Iterable[Person] = [fan_out.by]
    body: Body | None = fan_out.giver
    if event != "fan_out_given":
        body = body_to_notify(fan_out.giver)
        people = access.people("draft_tasks", body) | access.people("assign_tasks", body) if body else []
    done = fan_out.recipients.filter(task__isnull=False).count()
    notify(
        people,
        event,
        fan_out.task,
        None,
        body=body,
        request=fan_out.name,
        occasion=f"request-{fan_out.name}-{done}",
        facts={"passed_over": passed_over} if passed_over else None,
    )
    facts = {"stop": stop, "passed_over": passed_over or None}
    _record(fan_out, event, None, None, recipients=done, **facts)
    return False


def _set_state(fan_out: FanOut, state: str, stop: str = "") -> None:
    ended = state in (FanOut.State.DONE, FanOut.State.CANCELLED)
    fan_out.state, fan_out.stop = state, stop
    fan_out.finished_at = timezone.now() if ended else None
    fan_out.save(update_fields=["state", "stop", "finished_at", *APPROVAL_FIELDS])


def _record(fan_out: FanOut, event: str, by: Person | None, right: Right | None, **facts: Any) -> None:
    """Record in the trail of the body that gives; the bodies that get a task find the event of that task."""
    given = {name: value for name, value in facts.items() if value not in (None, "")}
    after = {"task": fan_out.task_id, "state": fan_out.state, **given}
    record(event, about=fan_out, by=by, right=right, after=after, bodies=[fan_out.giver_id])
