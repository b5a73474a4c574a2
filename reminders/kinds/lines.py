"""What a letter or page says of a notice about a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.kinds import Line
from notices.models import Notice
from portal.shared.days import day_of
from reminders.kinds.definition import TO_CONFIRM, NoticeKind
from reminders.kinds.table import KIND_BY_NAME
from reminders.kinds.validity import Milestones, milestones_of, own_due_day, tasks_with_names
from reminders.kinds.visibility import visible_tasks
from tasks.drop_reasons import TaskReason
from tasks.lifecycle import Standing, State
from tasks.models import Task

MAX_REASON_LENGTH = 300


def compose(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    """Notice pk → its line, in the language that is active; of a restricted task its number and day only.

    Also for notices sent long ago: who can no longer see the task reads nothing of it here either.
    """
    # A letter has asked a moment ago, and what a person sees is the dearest question of all.
    unasked = [notice for notice in notices if notice.rechecked_on != on]
    visible = visible_tasks(unasked, on)
    tasks = tasks_with_names().in_bulk({notice.about_id for notice in unasked}) if unasked else {}
    tasks |= {notice.about_id: notice.rechecked_about for notice in notices if notice.rechecked_on == on}
    with_milestones = {notice.about_id for notice in notices if KIND_BY_NAME[notice.kind].for_milestone}
    milestones = milestones_of(with_milestones) if with_milestones else {}
    return {
        notice.pk: _line(
            notice,
            tasks.get(notice.about_id),
            on,
            milestones,
            is_visible=notice.rechecked_on == on or notice.about_id in visible[notice.person_id],
        )
        for notice in notices
    }


def digest_of_escalations(count: int) -> str:
    """What the page says of all that was escalated to a person on one day."""
    sentence = ngettext("%(n)s overdue task was escalated", "%(n)s overdue tasks were escalated", count)
    return sentence % {"n": count}


def _line(notice: Notice, task: Task | None, on: date, milestones: Milestones, *, is_visible: bool) -> Line:
    kind = KIND_BY_NAME[notice.kind]
    if task is None:
        sentence = _("The task no longer exists.")
        return Line(title=str(kind.label), sentence=sentence, url=reverse("notices:list"))
    if kind.access_ended:
        # Only what they could read while they had it: the task may have been rewritten since.
        unreadable = task.secrecy != Task.Secrecy.NORMAL or not notice.data.get("title")
        return Line(
            title=_restricted_title(task) if unreadable else str(notice.data["title"]),
            sentence="" if unreadable else _sentence(notice, kind),
            url=reverse("notices:list"),
            what_to_do=str(kind.what_to_do),
        )
    if not is_visible:
        return Line(
            title=str(kind.label),
            sentence=_("You can no longer see this task: your office or your body's part in it ended."),
            url=reverse("notices:list"),
        )
    if kind.lead_only and notice.body_id and notice.body_id != task.lead_id:
        # Its body reads what was there until another took over: the line would tell what is there now.
        reason = str(TaskReason.OTHER_LEAD.label)
        return Line(title=str(kind.label), sentence=reason, url=task.get_absolute_url())
    if task.secrecy != Task.Secrecy.NORMAL:
        return _line_of_restricted_task(notice, task, on)
    standing, days = _standing_and_days(notice, kind, task, on)
    return Line(
        title=task.name,
        sentence=_sentence(notice, kind) + _open_milestones(notice, kind, milestones),
        url=task.get_absolute_url(),
        what_to_do=str(kind.what_to_do),
        standing=standing,
        lead=task.lead.brief if task.lead else "",
        assigner=task.assigner.brief,
        order=task.order.number if task.order else "",
        due_on=own_due_day(notice) or task.due_on,
        days=days,
        of_giver=notice.body_id == task.assigner_id,
    )


def _line_of_restricted_task(notice: Notice, task: Task, on: date) -> Line:
    # What is mailed leaves the portal's keeping: nothing of such a task but its number and day.
    own_day = own_due_day(notice)
    if own_day:
        standing: str = _standing_of_own_day(own_day, on)
    else:
        of_task = task.standing(on)
        standing = str(of_task) if of_task in (Standing.OVERDUE, Standing.DUE_SOON) else ""
    return Line(
        title=_restricted_title(task),
        sentence="",
        url=task.get_absolute_url(),
        what_to_do=_("Sign in to the portal to read it."),
        standing=standing,
        due_on=own_day or task.due_on,
        days=(own_day - on).days if own_day else task.days_left(on),
    )


def _standing_and_days(notice: Notice, kind: NoticeKind, task: Task, on: date) -> tuple[str, int | None]:
    """The days are those late or left, or those that a submission has waited."""
    if kind.group is TO_CONFIRM and task.submitted_at:
        return State.SUBMITTED.value, (on - day_of(task.submitted_at)).days
    if own_day := own_due_day(notice):
        return _standing_of_own_day(own_day, on), (own_day - on).days
    standing = task.standing(on)
    if (kind.reminder or kind.escalation) and standing:
        return standing.value, task.days_left(on)
    return "", None


def _standing_of_own_day(own_day: date, on: date) -> Standing:
    return Standing.OVERDUE if own_day < on else Standing.DUE_SOON


def _open_milestones(notice: Notice, kind: NoticeKind, milestones: Milestones) -> str:
    """What is to be reached on the day, in the words of the task."""
    day = own_due_day(notice) if kind.for_milestone else None
    on_the_day = milestones.get((notice.about_id, day), []) if day else []
    return "".join(f" “{row.words}”" for row in on_the_day if row.words and row.done_on is None)


def _sentence(notice: Notice, kind: NoticeKind) -> str:
    sentence = str(kind.sentence) % {**notice.data, "by": notice.data.get("by") or _("The portal")}
    reason = " ".join(str(notice.data.get("reason") or "").split())
    return f"{sentence} “{Truncator(reason).chars(MAX_REASON_LENGTH)}”" if reason else sentence


def _restricted_title(task: Task) -> str:
    return _("Restricted task no. %(number)s") % {"number": task.code}
