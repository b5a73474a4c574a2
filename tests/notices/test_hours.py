"""At which hours letters go: from the hour of the policy on, and not in quiet hours."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from notices import jobs
from notices.daily_run import remind
from notices.delivery.sender import send_owed
from notices.models import Letter, Notice, Policy
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from tasks.models import Task
from tasks.urging import actions as urging_actions

TODAY = date(2026, 7, 21)  # a Tuesday
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, 21, hour, minute, tzinfo=VIETNAM)


@pytest.fixture
def late(task_at) -> Iterator[Task]:
    fill_years(2026, 2026)
    with time_machine.travel(at(9)):
        task: Task = task_at("in_progress", due_on=date(2026, 7, 20))
        Notice.objects.all().delete()
        yield task


def follow(task: Task, **values: object) -> None:
    rules = {"before": [3], "after": [1, 3], "hour": time(8), "quiet_from": time(18), "quiet_until": time(7)}
    Policy.objects.create(body=task.assigner, **{**rules, **values})


def sent(moment: datetime) -> int:
    return remind(TODAY, at=moment).sent.letters


def test_not_before_eight(late, smtp):
    assert sent(at(0, 10)) == sent(at(7, 59)) == 0
    assert Notice.objects.owed().exists()
    assert sent(at(8)) == 2
    assert sent(at(8, 10)) == 0


def test_not_before_the_hour_of_the_bodys_own_policy(late, smtp):
    follow(late, hour=time(10, 30))
    assert sent(at(10, 29)) == 0
    assert sent(at(10, 30)) == 2


def test_an_early_hour_is_kept_too(late, smtp):
    follow(late, hour=time(7))
    assert sent(at(7)) == 2


@pytest.mark.parametrize("hour, letters", [(17, 2), (18, 0), (23, 0)])
def test_what_was_missed_by_day_does_not_go_in_quiet_hours(late, smtp, hour, letters):
    assert sent(at(hour, 30)) == letters
    assert Letter.objects.filter(state=Letter.State.SENDING).count() == 0


def test_quiet_hours_are_those_of_the_body_that_gave_the_task(late, smtp):
    follow(late, quiet_from=time(12), quiet_until=time(14))
    assert sent(at(13)) == 0
    assert sent(at(19)) == 2


def test_news_waits_for_the_morning_and_goes_with_what_is_due(late, people, smtp):
    urging_actions.urge(task=late, by=people["secretary"], message="Gấp.")
    assert send_owed(TODAY, at=at(7, 30)).letters == 0
    follow(late, hour=time(7))
    assert sent(at(7, 40)) == 2
    assert not Notice.objects.owed().filter(kind="task_urged").exists()


@pytest.mark.parametrize("hour", [8, 14])
def test_news_of_the_evening_before_does_not_bring_the_letter_forward(late, people, smtp, hour):
    follow(late, hour=time(hour))
    with time_machine.travel(at(17) - timedelta(days=1)):
        urging_actions.urge(task=late, by=people["secretary"])
    assert sent(at(hour - 1, 30)) == 0
    assert sent(at(hour)) == 2


def test_another_hour_counts_for_what_is_planned_already(late, smtp):
    assert sent(at(0, 10)) == 0
    assert Notice.objects.owed().exists()
    follow(late, hour=time(14))
    assert sent(at(8)) == 0
    assert sent(at(14)) == 2


def test_by_hand_everything_of_the_day_goes_whatever_the_hour(late, smtp):
    with time_machine.travel(at(3)):
        assert remind(TODAY).sent.letters == 2


def test_the_job_reads_the_clock(late, smtp):
    with time_machine.travel(at(7, 50)):
        jobs.remind()
    assert smtp.messages == []
    with time_machine.travel(at(8, 0)):
        jobs.remind()
    assert len(smtp.messages) == 2
