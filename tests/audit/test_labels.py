"""The trail is kept for ever: an event of a model, column or verb that is gone is still read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.labels import change_lines, model_name, verb_label
from audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]


def event(about_type: str, before: dict[str, Any], after: dict[str, Any]) -> Event:
    at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    return Event(pk=1, at=at, verb="old_verb", about_type=about_type, about_id=1, before=before, after=after)


def test_what_nobody_knows_any_more_is_shown_as_it_was_written() -> None:
    assert verb_label("task_sent_by_fax") == "Task sent by fax"
    assert model_name("meetings.meeting") == "meetings.meeting"
    assert model_name("no label") == "no label"
    lines = change_lines([event("meetings.meeting", {"room": "101"}, {"room": "102", "chair": 5})])
    assert lines == {1: [("room", "101", "102"), ("chair", "–", "5")]}


def test_a_day_that_is_none_is_shown_as_it_was_written() -> None:
    [(name, before, after)] = change_lines(
        [event("tasks.task", {"due_on": "cuối năm"}, {"due_on": "2026-09-30"})]
    )[1]
    assert (name, before, after) == ("deadline", "cuối năm", "30/09/2026")


def test_yes_no_lists_and_rows_that_are_gone_read_as_words() -> None:
    before = {"is_active": True, "language": "vi", "lead": None}
    after = {"is_active": False, "language": "en", "lead": None}
    lines = {row[0]: row[1:] for row in change_lines([event("committees.person", before, after)])[1]}
    assert ("yes", "no") in lines.values()
    [(_name, old, new)] = change_lines([event("tasks.task", {"lead": 4711}, {"lead": None})])[1]
    assert (old, new) == ("#4711", "–")
    [(_name, old, new)] = change_lines([event("tasks.task", {"unsure": ["due", "lead"]}, {"unsure": []})])[1]
    assert (old, new) == ("due, lead", "")
