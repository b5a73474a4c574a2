"""Working days of 2025 to 2027, checked by hand against the holidays as they were announced."""

from datetime import date, timedelta

import holidays
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from audit.models import Event
from notices.actions import delete_calendar_day, save_calendar_day
from notices.calendar import Calendar, describe_day_off
from notices.models import CalendarDay
from notices.public_holidays import GOVERNMENT_SWAPS, fill_years, fill_years_around

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# 2025: the Ministry of Labour's announcement of December 2024 (Tết 27-31/1; 2/5 for Saturday 26/4; 1-2/9).
# 2026: the Ministry of Home Affairs' of October 2025 (Tết 16-20/2; 31/8 for Saturday 22/8), and of 25/12/2025
# (2/1 for Saturday 10/1); Hùng Kings on Sunday 26/4, so Monday 27/4; Vietnam Culture Day, 24/11, is a holiday
# from this year (Politburo's resolution 80-NQ/TW). 2027 by the Labour Code alone, article 112 and the rule
# that a holiday on a day of rest is made up for on the next working day: the new year of the moon on 6/2,
# Hùng Kings on 16/4, May Day on Saturday, so 3/5; what the Government decides later is entered in the admin.
OFF_ON_WEEKDAYS = {
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
    2027: "01-01 02-04 02-05 02-08 02-09 02-10 04-16 04-30 05-03 09-02 09-03 11-24",
}
WORKED_SATURDAYS = {2025: "04-26", 2026: "01-10 08-22", 2027: ""}


@pytest.fixture
def calendar() -> Calendar:
    fill_years(2025, 2027)
    return Calendar.read()


def days(year: int, text: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in text.split()}


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_every_day_of_the_year(calendar, year):
    whole_year = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    weekdays = {day for day in whole_year if day.weekday() < 5}
    working = {day for day in whole_year if calendar.working_day(day)}
    assert weekdays - working == days(year, OFF_ON_WEEKDAYS[year])
    assert working - weekdays == days(year, WORKED_SATURDAYS[year])


@pytest.mark.parametrize(
    "start, count, end",
    [
        ("2026-02-13", 1, "2026-02-23"),  # the Friday before Tết, the Monday after
        ("2026-02-23", -1, "2026-02-13"),
        ("2027-02-03", 1, "2027-02-11"),
        ("2025-01-24", 3, "2025-02-05"),
        ("2025-04-25", 1, "2025-04-26"),  # a make-up Saturday
        ("2025-04-29", 1, "2025-05-05"),
        ("2025-08-29", 1, "2025-09-03"),
        ("2026-08-21", 2, "2026-08-24"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2026-11-23", 1, "2026-11-25"),  # Vietnam Culture Day, a holiday from 2026
        ("2025-11-23", 1, "2025-11-24"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_adding_working_days(calendar, start, count, end):
    assert calendar.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@pytest.mark.parametrize(
    "start, end, count",
    [
        ("2026-02-13", "2026-02-23", 1),
        ("2026-02-23", "2026-02-13", -1),
        ("2026-11-20", "2026-11-22", 0),
        ("2026-11-20", "2026-11-25", 2),
        ("2025-04-25", "2025-05-05", 4),
        ("2024-12-31", "2025-12-31", 250),
        ("2025-12-31", "2026-12-31", 249),
    ],
)
def test_counting_working_days(calendar, start, end, count):
    assert calendar.working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == count


def test_counting_agrees_with_walking(calendar):
    first = date(2024, 12, 20)
    for length in range(0, 800, 7):
        last = first + timedelta(days=length)
        walked = sum(calendar.working_day(first + timedelta(days=n)) for n in range(1, length + 1))
        assert calendar.working_days_between(first, last) == walked


def test_one_query_however_often_it_is_asked(calendar, django_assert_num_queries):
    with django_assert_num_queries(1):
        read = Calendar.read()
        for number in range(100):
            read.add_working_days(date(2026, 1, 1), number)
            read.working_days_between(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=number))


def test_seeding_again_changes_nothing():
    assert fill_years_around(date(2026, 11, 22)) > 40
    rows, events = list(CalendarDay.objects.values()), Event.objects.count()
    assert fill_years_around(date(2026, 11, 22)) == 0
    call_command("seed_calendar", "--from", "2025", "--to", "2027")
    assert (list(CalendarDay.objects.values()), Event.objects.count()) == (rows, events)
    assert events == len(rows)


def test_what_an_administrator_decided_stays(people):
    admin = people["staff"]
    own = CalendarDay(day=date(2026, 9, 1), is_working=True, name="Trực")
    save_calendar_day(day=own, by=admin)
    fill_years(2026, 2026)
    assert Calendar.read().working_day(date(2026, 9, 1))
    delete_calendar_day(day=CalendarDay.objects.get(day=date(2026, 11, 24)), by=admin)
    assert fill_years(2026, 2026) == 0
    assert Calendar.read().working_day(date(2026, 11, 24))


def test_other_words_for_a_source_do_not_fill_a_year_again(people):
    """The source is for people to read and to correct: a day that was deleted stays deleted."""
    fill_years(2026, 2026)
    CalendarDay.objects.update(source="Thông báo của Bộ Nội vụ")
    day = CalendarDay.objects.get(day=date(2026, 4, 30))
    day.source = "Bộ luật Lao động, Điều 112"
    save_calendar_day(day=day, by=people["staff"])
    delete_calendar_day(day=CalendarDay.objects.get(day=date(2026, 11, 24)), by=people["staff"])
    assert fill_years(2026, 2026) == 0
    assert Calendar.read().working_day(date(2026, 11, 24))


def test_a_day_entered_by_hand_does_not_stand_for_its_year(people):
    own = CalendarDay(day=date(2026, 9, 1), is_working=True, name="Trực", source="holidays of our own")
    save_calendar_day(day=own, by=people["staff"])
    assert fill_years(2026, 2026) > 10


def test_names_are_vietnamese_and_the_source_is_told(calendar):
    day = CalendarDay.objects.get(day=date(2026, 2, 17))
    assert day.name == "Tết Nguyên Đán"
    assert day.source.startswith("holidays ")


def test_the_package_says_the_same_but_for_the_late_swap():
    for year in OFF_ON_WEEKDAYS:
        found = holidays.country_holidays("VN", years=year)
        off = {day for day in found if day.year == year and day.weekday() < 5}
        assert days(year, OFF_ON_WEEKDAYS[year]) - off == {
            day for day, row in GOVERNMENT_SWAPS.items() if day.year == year and not row[0]
        }
        assert off <= days(year, OFF_ON_WEEKDAYS[year])


def test_a_day_stands_in_the_calendar_once(client, people):
    day = date(2026, 9, 3)
    save_calendar_day(day=CalendarDay(day=day, is_working=False, name="Nghỉ"), by=people["staff"])
    with override("en"), pytest.raises(ValidationError, match="in the calendar already"):
        save_calendar_day(day=CalendarDay(day=day, is_working=True, name="Trực"), by=people["staff"])
    people["staff"].language = "en"
    people["staff"].save()
    client.force_login(people["staff"])
    typed = {"day": "03/09/2026", "name": "Trực", "is_working": "on", "source": ""}
    answer = client.post(reverse("admin:notices_calendarday_add"), typed)
    assert "This day is in the calendar already. Change that row instead." in answer.content.decode()
    assert CalendarDay.objects.get(day=day).name == "Nghỉ"


@pytest.mark.parametrize(
    "day, said",
    [
        ("2026-11-20", ""),
        ("2026-11-22", "Sunday 22/11/2026 is a day off."),
        ("2026-11-24", "Tuesday 24/11/2026 is a day off (Ngày Văn hóa Việt Nam)."),
        ("2026-08-22", ""),  # a make-up Saturday
        ("2026-08-31", "Monday 31/08/2026 is a day off (Ngày nghỉ (thay cho ngày 22/08/2026))."),
    ],
)
def test_a_day_off_in_words(calendar, day, said):
    with override("en"):
        assert describe_day_off(date.fromisoformat(day)) == said


def test_nonsense_years_are_refused():
    with pytest.raises(CommandError):
        call_command("seed_calendar", "--from", "1900", "--to", "2500")
