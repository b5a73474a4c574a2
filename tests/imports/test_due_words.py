"""The words of deadlines: what is certain with its day, what is not, nothing that is not written there."""

from __future__ import annotations

from datetime import date

import pytest

from tests.imports.due_words_helpers import (
    CYCLES,
    DAYLESS,
    DAYS,
    EVENTS,
    PERIODS,
    SEVERAL,
    read,
    tidied,
    told,
)

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("words", "on"), DAYS)
def test_a_day(words: str, on: date) -> None:
    assert told(read(words)) == {"kind": "day", "on": on}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "on"), PERIODS)
def test_a_period_is_due_on_its_last_day(words: str, on: date) -> None:
    assert told(read(words)) == {"kind": "period", "on": on}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "when"), CYCLES)
def test_a_cycle(words: str, when: tuple[str, int, int]) -> None:
    every, month, day = when
    assert told(read(words)) == {"kind": "recurring", "every": every, "month": month, "day": day}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "after"), EVENTS)
def test_days_after_an_event(words: str, after: tuple[int, str]) -> None:
    days, event = after
    assert told(read(words)) == {"kind": "relative", "after_days": days, "after_event": event}


@pytest.mark.parametrize(("words", "milestones", "on", "lasting"), SEVERAL)
def test_milestones_and_what_goes_on(words: str, milestones: list[date], on: date, lasting: bool) -> None:
    due = read(words)
    assert (list(due.milestones), due.on, due.lasting, due.problem) == (milestones, on, lasting, None)


@pytest.mark.parametrize(("words", "kind"), DAYLESS)
def test_no_day_and_that_is_certain(words: str, kind: str) -> None:
    assert told(read(words)) == ({"kind": kind} if kind != "none" else {})


BEFORE = "the day before"
"""The only other rule, and only where the text says *trước*."""
