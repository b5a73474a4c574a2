"""What the assigner does with an issued task: judge the result, stop it, urge it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from notices.actions import owe
from portal.shared.days import today
from portal.shared.verdicts import not_now, refuse
from tasks import rules
from tasks.actions.common import lock, move, owe_news, tell, words, workers
from tasks.models import Task


@transaction.atomic
def confirm(*, task: Task, by: Person) -> Task:
    """Accept the reported result and close the task; on time is judged by when it was reported."""
    task = move(task, "confirm", by, confirmed_by=by, confirmed_at=timezone.now())
    owe_news([task.submitted_by] if task.submitted_by else [], "task_confirmed", task, by, body=task.lead)
    return task


@transaction.atomic
def send_back(*, task: Task, by: Person, reason: str) -> Task:
    """Refuse the result; the clock runs on as if it had never stopped."""
    said = words(task, reason, "reason", required=_("Say what is missing, so that the lead body can act."))
    submitter = lock(task).submitted_by
    task = move(task, "send_back", by, reason=said, submitted_by=None, submitted_at=None)
    told = {person.pk: person for person in (*workers(task), *([submitter] if submitter else []))}
    owe_news(told.values(), "task_sent_back", task, by, body=task.lead, reason=said)
    return task


@transaction.atomic
def suspend(*, task: Task, by: Person, reason: str) -> Task:
    """Stop a task for a time: no reminder, outside the count."""
    said = words(task, reason, "reason", required=_("Say why it is suspended."))
    task = move(task, "suspend", by, reason=said)
    owe_news(workers(task), "task_suspended", task, by, body=task.lead, reason=said)
    return task


@transaction.atomic
def resume(*, task: Task, by: Person) -> Task:
    """Let a suspended task go on from the state it was in."""
    task = move(task, "resume", by)
    owe_news(workers(task), "task_resumed", task, by, body=task.lead)
    return task


@transaction.atomic
def withdraw(*, task: Task, by: Person, reason: str) -> Task:
    """Take a task off the books for good; it stays readable."""
    said = words(task, reason, "reason", required=_("Say why it is withdrawn."))
    was_issued = lock(task).is_issued
    task = move(task, "withdraw", by, reason=said)
    if was_issued:
        owe_news(workers(task), "task_withdrawn", task, by, body=task.lead, reason=said)
    return task


@transaction.atomic
def urge(*, task: Task, by: Person, message: str = "") -> int:
    """Remind the lead body by hand, once a day; gives how many people will be told."""
    task = lock(task)
    rules.may_urge(by, task).or_raise()
    said = words(task, message, "message", longest=500)
    told = owe(
        [person for person in workers(task) if person.pk != by.pk],
        "task_urged",
        about=task,
        occasion=f"{today():%Y-%m-%d}",
        body=task.lead,
        due_version=task.due_version,
        data={"by": str(by), "reason": said},
    )
    if not told:
        refuse(not_now(_("Already urged today, or nobody is there to be told. Urge again tomorrow.")))
    tell(task, "task_urged", by, after={"people": told}, reason=said)
    return told
