"""Once a week a head reads what is late in their body: cause, responsibility and remedy as reported."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import translation

from committees.models import Body, Membership
from committees.roles import Role
from notices import kinds
from notices.models import Letter, Notice
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years
from reminders import weekly_summary as summary
from reminders.weekly_summary import SummaryReason
from tasks import actions
from tasks.models import Task
from tests.support.people import appoint, make_person

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 15)  # a Wednesday
FRIDAY, MONDAY, TUESDAY = date(2026, 7, 17), date(2026, 7, 20), date(2026, 7, 21)


@pytest.fixture(autouse=True)
def calendar():
    fill_years(2026, 2027)


@pytest.fixture
def late(task_at):
    return task_at("in_progress", due_on=DUE)


def owed() -> list[Notice]:
    return list(Notice.objects.filter(kind="weekly_summary").order_by("pk"))


def line_of(on: date = MONDAY) -> kinds.Line:
    with translation.override("en"):
        [line] = summary.compose(owed(), on).values()
    return line


def test_one_a_week_to_the_head_of_the_lead_body(late, people):
    assert [summary.plan_summaries(day) for day in (MONDAY, MONDAY, TUESDAY, MONDAY + timedelta(days=7))] == [
        1,
        0,
        0,
        1,
    ]
    assert {notice.person_id for notice in owed()} == {people["lead_head"].pk}
    assert {notice.not_before for notice in owed()} == {
        DEFAULT.opens_at(MONDAY),
        DEFAULT.opens_at(MONDAY + timedelta(days=7)),
    }


def test_what_became_late_this_week_waits_for_the_next(late):
    assert summary.plan_summaries(FRIDAY) == 0
    assert summary.plan_summaries(MONDAY) == 1


def test_a_missed_monday_is_made_up_for_and_a_day_off_is_none(late):
    assert summary.plan_summaries(date(2026, 7, 19)) == 0
    assert summary.plan_summaries(TUESDAY) == 1


def test_a_week_that_begins_with_a_holiday_begins_later(late):
    # National Day and the two days before it are off: Thursday is the first working day.
    Task.objects.update(due_on=date(2026, 9, 1))
    assert [summary.plan_summaries(date(2026, 8, 31)), summary.plan_summaries(date(2026, 9, 3))] == [0, 1]


def test_the_line_counts_and_says_cause_responsibility_and_remedy(late, people):
    Task.objects.update(leader=people["lead_head"])
    actions.report_progress(task=late, by=people["officer"], percent=30, note="Chờ số liệu.\nTừ Bộ.")
    summary.plan_summaries(MONDAY)
    line = line_of()
    assert line.sentence.startswith("1 ")
    [said] = line.below
    for words in (
        late.code,
        "“Chờ số liệu. Từ Bộ.”",
        str(people["lead_head"]),
        "not reported",
        "5 days late",
    ):
        assert words in said, said
    actions.ask_extension(
        task=late, by=people["lead_head"], proposed_on=date(2099, 1, 1), reason="Thiếu người."
    )
    assert "“Thiếu người.”" in line_of().below[0]


def test_of_a_restricted_task_number_and_days_only(late):
    Task.objects.update(secrecy=Task.Secrecy.RESTRICTED)
    summary.plan_summaries(MONDAY)
    assert line_of().below == (f"{late.code}: 5 days late.",)


def test_at_most_fifty_are_listed_and_all_counted(late):
    same = {"assigner": late.assigner, "assigned_by": late.assigned_by, "assigned_at": late.assigned_at}
    Task.objects.bulk_create(
        Task(title=f"Việc {number}", state="in_progress", lead=late.lead, due_on=DUE, **same)
        for number in range(60)
    )
    summary.plan_summaries(MONDAY)
    line = line_of()
    assert line.sentence.startswith("61 ")
    assert (len(line.below), line.below[-1]) == (51, "11 more in the portal")


CHANGES = {
    "nothing": (lambda late, people: None, ""),
    "done": (lambda late, people: Task.objects.update(due_on=date(2027, 1, 1)), SummaryReason.NOTHING_LATE),
    "office": (
        lambda late, people: Membership.objects.filter(person=people["lead_head"]).update(ends_on=FRIDAY),
        SummaryReason.NOT_HEAD,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_asked_again_before_it_is_sent(late, people, change):
    summary.plan_summaries(MONDAY)
    act, reason = CHANGES[change]
    act(late, people)
    assert set(summary.recheck(owed(), MONDAY).values()) == ({reason} if reason else set())


def test_only_the_newest_week_is_told(late):
    summary.plan_summaries(MONDAY)
    summary.plan_summaries(MONDAY + timedelta(days=7))
    first, _second = owed()
    assert summary.recheck(owed(), MONDAY + timedelta(days=7)) == {first.pk: SummaryReason.OTHER_WEEK}


def test_the_letter_carries_it_in_text_and_html(late, people, bodies):
    Notice.objects.all().delete()
    appoint(make_person("second"), bodies.lead, Role.HEAD)
    call_command("remind", "--on", f"{MONDAY}")
    letter = Letter.objects.get(on=MONDAY, person=people["lead_head"])
    assert f"– {late.code}" in letter.text
    assert f"– {late.code}" in letter.html


def test_no_summary_for_a_body_that_was_dissolved(late, people, bodies):
    assert Membership.objects.holding_on(MONDAY).filter(person=people["lead_head"]).exists()
    assert summary.plan_summaries(MONDAY) == 1
    assert summary.recheck(owed(), MONDAY) == {}
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=MONDAY)
    [reason] = summary.recheck(owed(), MONDAY).values()
    assert reason == SummaryReason.NOT_HEAD
    Notice.objects.all().delete()
    assert summary.plan_summaries(MONDAY) == 0
