"""`manage.py remind` and the jobs that do the same each morning."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command

from notices import jobs
from notices.delivery import health
from notices.models import CalendarDay, Letter, Notice
from portal.shared.days import VIETNAM

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 16)


@pytest.fixture
def folder(settings) -> Path:
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    return Path(settings.EMAIL_FILE_PATH)


@pytest.fixture
def late(task_at, folder):
    task = task_at("in_progress", due_on=DUE)
    Notice.objects.all().delete()
    return task


def output_of(*args: str) -> str:
    out = StringIO()
    call_command("remind", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_ten_runs_send_once(late, folder):
    first = output_of("--on", "2026-07-20")
    assert "4 notices planned; 2 letters sent with 3 notices; 1 notices dropped; 0 letters failed." in first
    for _ in range(9):
        assert "0 notices planned; 0 letters sent" in output_of("--on", "2026-07-20")
    assert len(list(folder.iterdir())) == Letter.objects.count() == 2


def test_each_working_day_has_its_own_letters(late, folder):
    days = [date(2026, 7, 13) + timedelta(days=number) for number in range(28)]
    letters = [Letter.objects.filter(on=day).count() for day in days if output_of("--on", f"{day:%Y-%m-%d}")]
    told = {str(day): count for day, count in zip(days, letters, strict=True) if count}
    # -3, -1, 0, +1, +3, +7, and a week later; from +3 on somebody above, each once; on Monday the summary
    assert told == {
        "2026-07-20": 1,
        **dict.fromkeys(("2026-07-13", "2026-07-15", "2026-07-16", "2026-07-17", "2026-08-03"), 2),
        **dict.fromkeys(("2026-07-21", "2026-07-27"), 3),
    }


def test_a_day_off_says_so_and_when_it_goes_on(late):
    assert "24/11/2026 is a day off" in output_of("--on", "2026-11-24")
    assert "25/11/2026" in output_of("--on", "2026-11-24")
    assert Letter.objects.count() == 0


def test_the_calendar_fills_itself(late):
    assert not CalendarDay.objects.exists()
    output_of("--on", "2026-11-24")
    assert CalendarDay.objects.filter(day=date(2026, 11, 24), is_working=False).exists()


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "20/07/2026"])
def test_a_nonsense_day_is_a_sentence(day):
    with pytest.raises(CommandError, match="Write the day as YYYY-MM-DD"):
        output_of("--on", day)


def test_without_a_day_it_is_today_in_vietnam(late):
    # 18:30 in London on Sunday is already Monday in Hanoi.
    with time_machine.travel(datetime(2026, 7, 20, 0, 30, tzinfo=VIETNAM)):
        assert output_of().startswith("20/07/2026:")


def test_failures_are_told(late, settings):
    settings.EMAIL_BACKEND = "notices.delivery.mail.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "1 letters failed" in output_of("--on", "2026-07-20")
    assert "in the admin" in output_of("--on", "2026-07-20")


def test_the_job_does_what_the_command_does(late):
    with time_machine.travel(datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)):
        jobs.remind()
        jobs.remind()
    assert Letter.objects.filter(state=Letter.State.SENT).count() == 2


def test_the_tick_is_found_where_readiness_looks(client):
    jobs.tick()
    assert cache.get(health.TICK_CACHE_KEY) is not None
    assert health.check_delivery().seconds_since_tick == 0


def test_the_jobs_of_the_schedule_exist(settings):
    from portal.celery import app

    app.loader.import_default_modules()
    wanted = {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(app.tasks)


def test_what_no_worker_takes_does_not_pile_up(settings):
    for name, line in settings.CELERY_BEAT_SCHEDULE.items():
        times_an_hour = len(line["schedule"].minute)
        assert line["options"]["expires"] <= 3600 / times_an_hour, name
