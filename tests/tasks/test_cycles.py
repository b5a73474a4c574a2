"""Periods and the day in each, against python-dateutil over thirty years."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.cycles import MONTHS_IN, Cycle

pytestmark = pytest.mark.once

FIRST, LAST = date(2020, 1, 1), date(2049, 12, 31)


def expected(every: str, month: int, day: int, first: date = FIRST, last: date = LAST) -> list[date]:
    """The same cycle in the words of RFC 5545: of the days from the 28th up to the one asked, the last."""
    start, until = datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time())
    if every == "week":
        rule = rrule.rrule(rrule.WEEKLY, byweekday=day - 1, dtstart=start, until=until)
    else:
        days = tuple(range(28, day + 1)) if day > 28 else (day,)
        months = range(month, 13, MONTHS_IN[every])
        rules = (
            rrule.rrule(rrule.YEARLY, bymonth=one, bymonthday=days, bysetpos=-1, dtstart=start, until=until)
            for one in months
        )
        return sorted(found.date() for rule in rules for found in rule)
    return [found.date() for found in rule]


CYCLES = [
    ("week", 1, range(1, 8)),
    *((every, month, range(1, 32)) for every, months in MONTHS_IN.items() for month in range(1, months + 1)),
]


@pytest.mark.parametrize("every, month, days", CYCLES)
def test_thirty_years_of_every_day_as_dateutil_counts_them(every: str, month: int, days: range) -> None:
    for day in days:
        cycle = Cycle(every, day, FIRST, LAST, month)
        found = [due for _period, due in cycle.occurrences()]
        assert found == expected(every, month, day), day


def test_a_cycle_that_begins_and_ends_within_its_periods() -> None:
    for every, month, day in (("week", 1, 3), ("month", 1, 31), ("quarter", 2, 15), ("year", 12, 31)):
        for first, last in ((date(2026, 5, 16), date(2028, 2, 29)), (date(2026, 12, 31), date(2027, 1, 1))):
            cycle = Cycle(every, day, first, last, month)
            found = [due for _period, due in cycle.occurrences()]
            assert found == expected(every, month, day, first, last), (every, first)


MONTH_ENDS = [
    (date(2026, 1, 31), date(2026, 1, 31)),
    (date(2026, 2, 1), date(2026, 2, 28)),
    (date(2028, 2, 10), date(2028, 2, 29)),
    (date(2026, 4, 30), date(2026, 4, 30)),
    (date(2026, 12, 1), date(2026, 12, 31)),
]


@pytest.mark.parametrize("day, due", MONTH_ENDS)
def test_the_31st_of_a_shorter_month_is_its_last_day(day: date, due: date) -> None:
    cycle = Cycle("month", 31, FIRST, LAST)
    assert cycle.due(cycle.period_of(day)) == due


ANY_CYCLE = st.one_of(
    st.builds(Cycle, st.just("week"), st.integers(1, 7), st.just(FIRST), st.just(LAST)),
    *(
        st.builds(Cycle, st.just(every), st.integers(1, 31), st.just(FIRST), st.just(LAST), month)
        for every, months in MONTHS_IN.items()
        for month in [st.integers(1, months)]
    ),
)
ANY_DAY = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@settings(max_examples=300, deadline=None)
@given(ANY_CYCLE, ANY_DAY)
def test_periods_tile_the_time(cycle: Cycle, day: date) -> None:
    """Every day lies in one period, which begins after the last day of the one before; its due day in it."""
    period = cycle.period_of(day)
    following = cycle.after(period)
    assert period <= day < following
    assert cycle.period_of(period) == cycle.period_of(following - timedelta(days=1)) == period
    assert cycle.period_of(following) == following
    assert period <= cycle.due(period) < following


@settings(max_examples=100, deadline=None)
@given(ANY_CYCLE, st.dates(FIRST, LAST))
def test_read_from_any_day_on_it_is_the_same_cycle(cycle: Cycle, day: date) -> None:
    every = list(cycle.occurrences())
    assert list(cycle.occurrences(day)) == [one for one in every if one[0] >= cycle.period_of(day)]
    assert cycle.next_due(day) == next((due for _period, due in every if due >= day), None)


@settings(max_examples=100, deadline=None)
@given(ANY_CYCLE)
def test_no_two_periods_have_the_same_name(cycle: Cycle) -> None:
    periods = [period for period, _due in cycle.occurrences()]
    assert len({cycle.words(period) for period in periods}) == len(periods)
    assert len({cycle.words_en(period) for period in periods}) == len(periods)


NAMES = [
    ("week", date(2026, 11, 16), "tuần 47/2026", "week 47/2026"),
    ("week", date(2026, 12, 28), "tuần 53/2026", "week 53/2026"),
    ("week", date(2024, 12, 30), "tuần 1/2025", "week 1/2025"),
    ("month", date(2026, 9, 1), "tháng 9/2026", "month 9/2026"),
    ("quarter", date(2026, 1, 1), "quý I/2026", "quarter I/2026"),
    ("quarter", date(2026, 10, 1), "quý IV/2026", "quarter IV/2026"),
    ("half_year", date(2026, 1, 1), "6 tháng đầu năm 2026", "first half of 2026"),
    ("half_year", date(2026, 7, 1), "6 tháng cuối năm 2026", "second half of 2026"),
    ("year", date(2026, 1, 1), "năm 2026", "2026"),
]


@pytest.mark.parametrize("every, period, words, english", NAMES)
def test_a_period_as_titles_name_it(every: str, period: date, words: str, english: str) -> None:
    cycle = Cycle(every, 1, FIRST, LAST)
    assert (cycle.words(period), cycle.words_en(period)) == (words, english)
