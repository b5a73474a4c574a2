"""Letters and news to bodies that help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from reminders import kinds as telling
from reminders import planning as reminders
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.models import Part, Task
from tests.support.people import Bodies, appoint
from tests.tasks.contributions.helpers import DAY, SAID, People

# --- letters ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plain_day")
def test_the_own_day_is_reminded_of(helped: Callable[..., Task], people: People) -> None:
    """The ladder of a task, for the people of the body that helps; nobody is told a step twice."""
    task = helped(days=0, due_on=date(2027, 12, 31))
    on = date(2027, 6, 15)  # a Tuesday without a holiday near
    Part.objects.filter(task=task).update(due_on=on)
    for day, kind in (
        (on - 12 * DAY, None),
        (on - DAY, "part_due_soon"),
        (on, "part_due_today"),
        (on + DAY, "part_overdue"),
    ):
        Notice.objects.all().delete()
        reminders.plan_reminders(day)
        assert reminders.plan_reminders(day) == 0
        told = set(Notice.objects.values_list("kind", "person__username"))
        assert told == ({(kind, "helper")} if kind else set())


def owed(task: Task, on: date) -> Notice:
    Notice.objects.all().delete()
    reminders.plan_reminders(on)
    return Notice.objects.get(kind__startswith="part_")


def withdraw(task: Task, people: People) -> None:
    actions.withdraw(task=task, by=people["head"], reason="Trùng.")


NO_LONGER: dict[str, tuple[Callable[[Task, People], Any], str]] = {
    "delivered": (
        lambda task, people: actions.contribute(task=task, by=people["helper"], contribution=SAID),
        TaskReason.DELIVERED,
    ),
    "removed": (
        lambda task, people: actions.edit_task(task=task, values={}, parts=[], by=people["head"]),
        TaskReason.NO_PART,
    ),
    "moved": (
        lambda task, people: Part.objects.update(due_on=date(2027, 6, 20)),
        TaskReason.MOVED,
    ),
    "withdrawn": (withdraw, REASON_OF_STATE["withdrawn"]),
    "nothing": (lambda task, people: None, ""),
}


@pytest.mark.usefixtures("plain_day")
@pytest.mark.parametrize("what", NO_LONGER)
def test_what_is_no_longer_owed(what: str, helped: Callable[..., Task], people: People) -> None:
    task, on = helped(days=0, due_on=date(2027, 12, 31)), date(2027, 6, 16)
    Part.objects.filter(task=task).update(due_on=on - DAY)
    notice = owed(task, on)
    happen, why = NO_LONGER[what]
    happen(task, people)
    assert telling.recheck([notice], on) == ({notice.pk: why} if why else {})
    if not why:
        line = telling.compose([notice], on)[notice.pk]
        assert (line.standing, line.days, line.due_on) == ("overdue", -1, on - DAY)


@pytest.mark.usefixtures("plain_day")
def test_planning_parts_asks_as_often_for_many(helped: Callable[..., Task], people: People) -> None:
    def queries() -> int:
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            reminders.plan_reminders(date(2027, 6, 16))
        return len(asked)

    helped(due_on=date(2027, 12, 31))
    Part.objects.update(due_on=date(2027, 6, 15))
    once = queries()
    for _number in range(4):
        helped(due_on=date(2027, 12, 31))
    Part.objects.update(due_on=date(2027, 6, 15))
    assert queries() == once


# --- news of those who help ---------------------------------------------------------------------


HELPER_TOLD: dict[str, tuple[str, str, Callable[[Task, People], Any]]] = {
    "assign": ("proposed", "help_assigned", lambda t, p: actions.assign(task=t, by=p["head"])),
    "suspend": (
        "in_progress",
        "help_suspended",
        lambda t, p: actions.suspend(task=t, by=p["head"], reason="A"),
    ),
    "resume": ("suspended", "help_resumed", lambda t, p: actions.resume(task=t, by=p["head"])),
    "withdraw": ("in_progress", "help_withdrawn", withdraw),
    "confirm": ("submitted", "help_confirmed", lambda t, p: actions.confirm(task=t, by=p["head"])),
    "recall": ("assigned", "help_ended", lambda t, p: actions.recall(task=t, by=p["head"], reason="A")),
    "decline": ("assigned", "help_ended", lambda t, p: actions.decline(task=t, by=p["officer"], reason="A")),
    "rename": (
        "in_progress",
        "help_changed",
        lambda t, p: actions.edit_task(task=t, values={"title": "Khác"}, by=p["head"]),
    ),
    "remove": (
        "in_progress",
        "help_ended",
        lambda t, p: actions.edit_task(task=t, values={}, parts=[], by=p["head"]),
    ),
}


@pytest.mark.parametrize("verb", HELPER_TOLD)
def test_those_who_help_hear_of_it(verb: str, helped: Callable[..., Task], people: People) -> None:
    """In their own words: nobody of a body that helps is told to accept or report the task."""
    state, kind, act = HELPER_TOLD[verb]
    task = helped(state=state)
    Notice.objects.all().delete()
    act(task, people)
    notice = Notice.objects.get(person=people["helper"])
    assert notice.kind == kind
    assert telling.recheck([notice], today()) == {}
    with override("en"):
        line = telling.compose([notice], today())[notice.pk]
    assert "ccept" not in line.what_to_do
    assert "omplete with" not in line.what_to_do


def test_what_does_not_concern_them_is_not_told(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    Notice.objects.all().delete()
    actions.edit_task(task=task, values={"authority": "UBND tỉnh"}, by=people["head"])
    actions.report_progress(task=task, by=people["officer"], percent=50, note="Một nửa.")
    assert not Notice.objects.filter(person=people["helper"]).exists()


def test_who_works_for_the_lead_too_is_told_once(
    helped: Callable[..., Task], bodies: Bodies, people: People
) -> None:
    task = helped(state="proposed")
    appoint(people["officer"], bodies.helper, Role.OFFICER)
    actions.assign(task=task, by=people["head"])
    told = Notice.objects.filter(person=people["officer"]).values_list("kind", flat=True)
    assert list(told) == ["task_assigned"]


def test_news_of_a_part_that_ended_is_not_told(helped: Callable[..., Task], people: People) -> None:
    task = helped(state="proposed")
    actions.assign(task=task, by=people["head"])
    notice = Notice.objects.get(kind="help_assigned")
    actions.edit_task(task=task, values={}, parts=[], by=people["head"])
    assert telling.recheck([notice], today()) == {notice.pk: TaskReason.NO_PART}
    ended = Notice.objects.get(kind="help_ended")
    actions.edit_task(
        task=task, values={}, parts=[PartSpec(people["helper"].memberships.get().office.body, "co_lead")],
        by=people["head"],
    )  # fmt: skip
    assert telling.recheck([ended], today()) == {ended.pk: TaskReason.GIVEN_BACK}


def test_a_correction_does_not_make_it_late(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    first = actions.contribute(task=task, by=people["helper"], contribution="Số liệu.").delivered_at
    again = actions.contribute(task=task, by=people["helper"], contribution="Số liệu đã rà soát.")
    assert again.delivered_at == first
