"""The policy of a body: its steps, what it refuses, and who may change it."""

from datetime import date, datetime, time

import pytest

from notices.calendar import Calendar
from notices.drop_reasons import ReaderReason
from notices.models import EscalationStep, Notice, Policy
from notices.policy import schedule
from notices.policy.actions import save_policy
from notices.policy.schedule import DEFAULT, Rung
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM, today
from reminders import kinds as telling
from reminders import planning as reminders
from tasks.drop_reasons import TaskReason

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 15)  # a Wednesday in a year's longest stretch without a holiday
LATER = date(2026, 8, 31)


@pytest.fixture
def calendar() -> Calendar:
    fill_years(2026, 2027)
    return Calendar.read()


def policy(**changes) -> schedule.PolicyRules:
    return DEFAULT.__class__(**{**DEFAULT.__dict__, **changes})


def days(text: str) -> list[tuple[date, str]]:
    """`07-06 -7, 07-10 -3`: the days of 2026 with their steps."""
    pairs = [one.split() for one in text.split(",")] if text else []
    return [(date.fromisoformat(f"2026-{day}"), step) for day, step in pairs]


@pytest.mark.parametrize(
    "changes, due_on, expected",
    [
        (
            {},
            "2026-07-15",
            "07-06 -7, 07-10 -3, 07-14 -1, 07-15 0, 07-16 +1, 07-20 +3, 07-24 +7,"
            " 07-31 +7w1, 08-07 +7w2, 08-14 +7w3, 08-21 +7w4, 08-28 +7w5",
        ),
        ({"on_the_day": False, "weekly": False, "after": (2,)}, "2026-07-15",
         "07-06 -7, 07-10 -3, 07-14 -1, 07-17 +2"),
        ({"before": (), "after": (), "weekly": False}, "2026-07-15", "07-15 0"),
        ({"before": (), "after": (), "on_the_day": False}, "2026-08-12", "08-19 +0w1, 08-26 +0w2"),
        ({"before": (), "after": (), "on_the_day": False, "weekly": False}, "2026-07-15", ""),
        ({"before": (1,), "after": (1,), "weekly": False}, "2026-07-19", "07-16 -1, 07-17 0, 07-20 +1"),
        ({"before": (1,), "on_the_day": False, "after": (), "weekly": False}, "2026-07-19", "07-16 -1"),
        ({"before": (2,), "after": (1,), "weekly": False}, "2026-05-02", "04-24 -2, 04-29 0, 05-04 +1"),
        ({"before": (10,), "after": (), "weekly": False}, "2026-03-02", "02-09 -10, 03-02 0"),
    ],
)  # fmt: skip
def test_the_days_of_a_deadline(calendar, changes, due_on, expected):
    found = schedule.list_steps(policy(**changes), date.fromisoformat(due_on), calendar, LATER)
    assert found == days(expected)


def test_the_ladder_above(calendar):
    """Lead head, secretary, deputy; two rungs of one day stand together."""
    found = schedule.list_escalations(DEFAULT, DUE, calendar, LATER)
    assert [(f"{day:%d/%m}", [rung.role for rung in rungs]) for day, rungs in found] == [
        ("16/07", ["head"]),
        ("20/07", ["secretary"]),
        ("24/07", ["deputy"]),
    ]
    both = policy(escalation=(Rung(1, "assigner", "secretary"), Rung(1, "lead", "head")))
    assert len(schedule.list_escalations(both, DUE, calendar, LATER)) == 1
    assert schedule.list_escalations(DEFAULT, DUE, calendar, date(2026, 7, 19)) == found[:1]


@pytest.mark.parametrize(
    "changes, has, has_not",
    [
        ({}, "-7 -3 -1 0 +1 +3 +7 +7w1 +7w52", "-2 +2 +3w1 +0w1"),
        ({"before": (5,), "on_the_day": False}, "-5 +1", "-7 -3 -1 0"),
        ({"after": (2,)}, "+2 +2w1", "+1 +3 +7 +7w1"),
        ({"weekly": False}, "+7", "+7w1"),
        ({"after": ()}, "+0w1", "+1 +7w1"),
    ],
)
def test_which_steps_are_still_of_the_policy(changes, has, has_not):
    rules = policy(**changes)
    assert [step for step in has.split() if not rules.has_step(step)] == []
    assert [step for step in has_not.split() if rules.has_step(step)] == []


@pytest.mark.parametrize(
    "first, last, at, quiet",
    [
        ("18:00", "07:00", "18:00", True),
        ("18:00", "07:00", "17:59", False),
        ("18:00", "07:00", "00:00", True),
        ("18:00", "07:00", "06:59", True),
        ("18:00", "07:00", "07:00", False),
        ("12:00", "13:30", "12:30", True),
        ("12:00", "13:30", "13:30", False),
        (None, None, "03:00", False),
    ],
)
def test_quiet_hours(first, last, at, quiet):
    as_time = lambda text: time.fromisoformat(text) if text else None  # noqa: E731
    rules = policy(quiet_from=as_time(first), quiet_until=as_time(last))
    assert rules.is_quiet(datetime.combine(DUE, time.fromisoformat(at), VIETNAM)) is quiet


def test_the_letter_of_a_day_may_go_from_the_hour_on():
    assert DEFAULT.opens_at(DUE).isoformat() == "2026-07-15T08:00:00+07:00"


def test_a_body_without_its_own_follows_the_default(bodies, django_assert_num_queries):
    own = Policy.objects.create(body=bodies.lead, before=[1, 5], after=[4, 2], hour=time(9), muted=["urged"])
    EscalationStep.objects.create(policy=own, days_late=2, side="lead", role="secretary")
    with django_assert_num_queries(2):
        found = schedule.read_policies([bodies.lead.pk, bodies.committee.pk])
    assert found[bodies.committee.pk] == DEFAULT
    assert (found[bodies.lead.pk].before, found[bodies.lead.pk].after) == ((5, 1), (2, 4))
    assert found[bodies.lead.pk].escalation == (Rung(2, "lead", "secretary"),)
    assert found[bodies.lead.pk].muted == {"urged"}
    assert schedule.read_own_policies() == {bodies.lead.pk: found[bodies.lead.pk]}


def test_a_kind_switched_off_is_read_in_the_portal_only(bodies, people, task_at):
    task = task_at("completed")
    notices = list(Notice.objects.owed().filter(kind="task_confirmed", about_id=task.pk))
    assert notices
    assert telling.recheck(notices, today()) == {}
    save_policy(body=bodies.committee, wanted=policy(muted=frozenset({"task_confirmed"})), by=people["head"])
    reasons = telling.recheck(notices, today())
    assert reasons == {notice.pk: ReaderReason.SWITCHED_OFF for notice in notices}
    notices[0].state, notices[0].dropped_because = Notice.State.DROPPED, ReaderReason.SWITCHED_OFF
    notices[0].save()
    assert notices[0] in Notice.objects.for_person(notices[0].person)


def test_a_change_counts_for_what_is_not_yet_sent(bodies, people, task_at, calendar):
    """The step that went is dropped with a reason, the one that came is planned by the next run."""
    task_at("in_progress", due_on=DUE)
    reminders.plan_reminders(date(2026, 7, 10))
    owed = list(Notice.objects.filter(kind="due_soon", step="-3"))
    assert len(owed) == 2
    save_policy(body=bodies.committee, wanted=policy(before=(7, 4)), by=people["secretary"])
    assert set(telling.recheck(owed, date(2026, 7, 10)).values()) == {TaskReason.OTHER_POLICY}
    reminders.plan_reminders(date(2026, 7, 10))
    assert Notice.objects.filter(kind="due_soon", step="-4").count() == 2
