"""Milestones: set, reached, reminded of as of a deadline of the lead's own, exported, read back, imported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.models import Event
from notices.models import Notice
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused
from reminders import kinds as telling
from reminders import planning as reminders
from tasks import actions
from tasks.actions.hand_down import REST, BelowAnswer
from tasks.actions.milestones import MAX_MILESTONES, MilestoneSpec
from tasks.cycles import Cycle
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import Milestone, Task
from tests.support.people import Bodies, TaskAt, task_below
from tests.support.shown import as_shown
from tests.support.told import told_by
from tests.tasks.milestones.helpers import (
    DAY,
    PLAIN,
    People,
    first,
    on,
    reach,
    rows,
    signed_in,
    with_marks,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_day() -> Iterator[None]:
    with time_machine.travel(datetime.combine(PLAIN, time(9), VIETNAM), tick=False):
        yield


# --- setting and reaching -------------------------------------------------------------------------------


def test_set_by_who_may_change_the_task_and_told_to_the_lead(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress")
    told = told_by(partial(with_marks, task, people, 10, 20))
    assert told == {("task_changed", "officer"), ("task_changed", "lead_head")}
    assert rows(task) == [("19/11", "Gửi dự thảo 1", False), ("29/11", "Gửi dự thảo 2", False)]
    event = Event.objects.about(task).latest("pk")
    assert (event.verb, event.before["milestones"]) == ("milestones_set", [])
    assert event.after["milestones"][0] == ["2026-11-19", "Gửi dự thảo 1", None]
    events = Event.objects.count()
    with_marks(task, people, 10, 20)
    assert Event.objects.count() == events, "the same once more is no change"
    for who in ("officer", "member", "assistant"):
        with pytest.raises(Refused):
            actions.set_milestones(task=task, by=people[who], milestones=[])


def test_reached_by_the_lead_and_open_again(task: Task, people: People) -> None:
    with pytest.raises(Refused):
        actions.mark_milestone(task=task, by=people["secretary"], milestone=first(task), done_on=PLAIN)
    reach(task, people)
    row = Milestone.objects.get(pk=first(task))
    assert (row.done_on, row.done_by, row.standing(PLAIN)) == (PLAIN, people["officer"], "done_on_time")
    # What was reached stays, whatever is set after it.
    actions.set_milestones(task=task, by=people["secretary"], milestones=[])
    assert rows(task) == [("19/11", "Gửi dự thảo 1", True)]
    reach(task, people, None)
    assert rows(task) == [("19/11", "Gửi dự thảo 1", False)]
    with pytest.raises(ValidationError) as refused:
        reach(task, people, PLAIN + DAY)
    assert set(refused.value.message_dict) == {"done_on"}
    with pytest.raises(ValidationError) as refused:
        actions.mark_milestone(task=task, by=people["officer"], milestone=0, done_on=PLAIN)
    assert set(refused.value.message_dict) == {"milestone"}


@pytest.mark.parametrize(
    "milestones",
    [
        [MilestoneSpec(PLAIN + 31 * DAY, "sau thời hạn")],
        [MilestoneSpec(PLAIN - 5 * DAY, "trước khi bắt đầu")],
        [MilestoneSpec(PLAIN + DAY, "hai lần")] * 2,
        [MilestoneSpec(PLAIN + DAY, "x" * 251)],
        [MilestoneSpec(PLAIN + DAY, "hai\ndòng")],
        [MilestoneSpec(PLAIN + DAY, str(number)) for number in range(MAX_MILESTONES + 1)],
    ],
)
def test_bad_milestones_are_refused_and_change_nothing(
    task_at: TaskAt, people: People, milestones: list[MilestoneSpec]
) -> None:
    task = task_at("in_progress", start_on=PLAIN)
    events = Event.objects.count()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        actions.set_milestones(task=task, by=people["secretary"], milestones=milestones)
    assert set(refused.value.message_dict) == {"milestones"}
    assert (Event.objects.count(), Milestone.objects.count()) == (events, 0)


def test_not_later_than_the_task_above(task_at: TaskAt, people: People) -> None:
    above = task_at("in_progress", due_on=PLAIN + 15 * DAY)
    below = task_below(above, people, due_on=None, due_kind="continuous")
    with pytest.raises(ValidationError):
        with_marks(below, people, 16)
    assert rows(with_marks(below, people, 15))


def test_a_secret_task_keeps_numbers_only(task_at: TaskAt, people: People) -> None:
    secret = task_at("in_progress", secrecy="secret", title="", number="12", parts=[])
    with pytest.raises(ValidationError):
        with_marks(secret, people, 10)
    marks = [MilestoneSpec(PLAIN + 10 * DAY, "12/BC-UBND"), MilestoneSpec(PLAIN + 11 * DAY)]
    actions.set_milestones(task=secret, by=people["secretary"], milestones=marks)
    assert rows(secret) == [("19/11", "12/BC-UBND", False), ("20/11", "", False)]


def test_the_database_keeps_day_person_and_moment_together(task: Task) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.update(done_on=PLAIN)


# --- when the deadline moves ----------------------------------------------------------------------------


def test_a_deadline_before_an_open_milestone_is_refused(task: Task, people: People) -> None:
    edit = partial(actions.edit_task, task=task, by=people["secretary"])
    with pytest.raises(ValidationError) as refused:
        edit(values={"due_on": PLAIN + 15 * DAY})
    assert set(refused.value.message_dict) == {"due_on"}
    edit(values={"due_on": PLAIN + 20 * DAY})
    # One that was reached is history; and nothing else is asked about them.
    reach(task, people)
    actions.set_milestones(task=task, by=people["secretary"], milestones=[])
    edit(values={"due_on": PLAIN + 5 * DAY})


def test_brought_forward_with_a_day_above(task_at: TaskAt, people: People) -> None:
    above = task_at("in_progress")
    below = with_marks(task_below(above, people), people, 10, 25)
    actions.edit_task(
        task=above,
        values={"due_on": PLAIN + 20 * DAY},
        below={REST: BelowAnswer.BRING_FORWARD},
        by=people["secretary"],
    )
    assert [day for day, _words, _done in rows(below)] == ["19/11", "29/11"]
    event = Event.objects.about(below).latest("pk")
    assert [row[0] for row in event.after["milestones"]] == ["2026-11-19", "2026-11-29"]


def test_brought_forward_to_one_day_those_alike_are_one(task_at: TaskAt, people: People) -> None:
    """A received file names days without words; the form does not ask about what nobody touched."""
    above = task_at("in_progress")
    task = task_below(above, people)
    days = [MilestoneSpec(PLAIN + day * DAY) for day in (5, 12, 20)]
    actions.set_milestones(
        task=task, by=people["secretary"], milestones=[*days, MilestoneSpec(PLAIN + 15 * DAY, "Trình ký")]
    )
    actions.edit_task(
        task=above,
        values={"due_on": PLAIN + 10 * DAY},
        below={REST: BelowAnswer.BRING_FORWARD},
        by=people["secretary"],
    )
    assert sorted(rows(task)) == [("14/11", "", False), ("19/11", "", False), ("19/11", "Trình ký", False)]
    client, address = signed_in(people["secretary"]), f"/tasks/{task.pk}/set-milestones/"
    assert client.post(address, as_shown(client, address, **{"words-0": "Dự thảo"})).status_code == 302


def test_what_many_bodies_and_cycles_get(task: Task, task_at: TaskAt, people: People, bodies: Bodies) -> None:
    """Each body of a fan-out reaches them too; a task of a cycle and one handed down have none."""
    with on(PLAIN + 12 * DAY):
        fan_out = fan_out_actions.prepare_fan_out(
            task=task, giver=task.assigner, bodies=[bodies.helper], by=people["secretary"], due_on=task.due_on
        )
        fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
        fan_out_actions.give_fan_out(fan_out.pk)
    assert rows(Task.objects.get(parent=task)) == [("29/11", "Gửi dự thảo 2", False)], "those still to come"
    values = {"due_kind": "recurring", "due_on": None}
    cycle = Cycle("month", 31, PLAIN, PLAIN + 300 * DAY)
    head = with_marks(task_at("in_progress"), people, 10)
    actions.edit_task(task=head, values=values, cycle=cycle, by=people["secretary"])
    assert actions.make_occurrences(on=PLAIN) == 1
    assert rows(head.children.get()) == []


# --- reminders ------------------------------------------------------------------------------------------


def owed(day: date) -> set[tuple[str, str, str]]:
    with on(day):
        reminders.plan_reminders(day)
    found = Notice.objects.filter(kind__startswith="milestone_")
    return set(found.values_list("kind", "step", "person__username"))


def why(day: date) -> set[str]:
    with on(day):
        notices = list(Notice.objects.filter(kind__startswith="milestone_"))
        return set(telling.recheck(notices, day).values())


def test_the_lead_is_reminded_as_of_a_deadline(task: Task) -> None:
    assert owed(PLAIN) == set()
    soon = {("milestone_due_soon", "-7", who) for who in ("officer", "lead_head")}
    assert owed(date(2026, 11, 10)) == soon
    assert owed(date(2026, 11, 10)) == soon, "once"
    with on(date(2026, 11, 10)):
        notice = Notice.objects.filter(kind="milestone_due_soon", person__username="officer").get()
        line = telling.compose([notice], today())[notice.pk]
        assert (line.due_on, line.days, line.standing) == (date(2026, 11, 19), 9, "due_soon")
        assert "“Gửi dự thảo 1”" in line.sentence
    assert ("milestone_due_today", "0", "officer") in owed(date(2026, 11, 19))
    assert ("milestone_overdue", "+1", "officer") in owed(date(2026, 11, 20))
    # Nothing of it goes to those above: it is the lead's own day.
    assert {who for _kind, _step, who in owed(date(2026, 11, 30))} == {"officer", "lead_head"}


def test_asked_again_when_it_is_sent(task: Task, people: People) -> None:
    owed(date(2026, 11, 10))
    assert why(date(2026, 11, 10)) == set()
    with on(date(2026, 11, 10)):
        reach(task, people)
        assert why(date(2026, 11, 10)) == {TaskReason.REACHED}
        Notice.objects.filter(kind__startswith="milestone_").update(
            state="dropped", dropped_because=TaskReason.REACHED
        )
        reach(task, people, None)
        assert set(Notice.objects.filter(kind__startswith="milestone_").values_list("state", flat=True)) == {
            "owed"
        }
        with_marks(task, people, 12)
        assert why(date(2026, 11, 10)) == {TaskReason.MOVED}
        with_marks(task, people, 10)
        actions.withdraw(task=task, by=people["head"], reason="Trùng.")
        assert why(date(2026, 11, 10)) == {REASON_OF_STATE["withdrawn"]}


def test_two_on_one_day_are_one_reminder(task: Task, people: People) -> None:
    marks = [MilestoneSpec(PLAIN + 10 * DAY, "Gửi dự thảo"), MilestoneSpec(PLAIN + 10 * DAY, "Lấy ý kiến")]
    actions.set_milestones(task=task, by=people["secretary"], milestones=marks)
    owed(date(2026, 11, 10))
    notice = Notice.objects.filter(kind="milestone_due_soon", person__username="officer").get()
    sentence = telling.compose([notice], PLAIN)[notice.pk].sentence
    assert "“Gửi dự thảo” “Lấy ý kiến”" in sentence


def test_of_a_restricted_task_number_and_day_only(task: Task, people: People) -> None:
    actions.edit_task(task=task, values={"secrecy": "restricted"}, by=people["secretary"])
    owed(date(2026, 11, 10))
    notice = Notice.objects.filter(kind="milestone_due_soon", person__username="officer").get()
    line = telling.compose([notice], PLAIN)[notice.pk]
    assert (line.sentence, line.due_on) == ("", date(2026, 11, 19))
    assert "dự thảo" not in line.title
