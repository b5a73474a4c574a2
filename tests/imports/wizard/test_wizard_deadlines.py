"""The deadline of a row, corrected on its page: each kind asks for what it needs, and makes nothing up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from imports.meaning import Meaning
from imports.models import Import
from imports.types import Due
from tests.imports.wizard.helpers import NO_YEAR, text_of
from tests.support.imports import Received, checked

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def typed(client: Client, imported: Import, **values: Any) -> Any:
    """The page's answer to the first row with these fields typed in."""
    url = f"{imported.get_absolute_url()}rows/1/"
    page = client.get(url)
    fields = dict.fromkeys(page.context["form"].fields, "") | {"title": "Lập danh mục", "number": "1"}
    fields.pop("sure", None)
    return client.post(url, {**fields, "mark": page.context["mark"], **values})


def meant(imported: Import) -> Meaning:
    return Meaning.kept(imported.rows.get().values)


def test_a_deadline_after_an_event_needs_the_event_and_the_days(
    secretary: Client, received: Received
) -> None:
    imported = received([checked(due=Due("30/6"), problems=(NO_YEAR,))])
    missing = text_of(typed(secretary, imported, due_kind="relative"))
    assert "Say how many days after the event." in missing
    assert "Name the event that the deadline follows." in missing
    assert meant(imported).due_kind == "none", "nothing was written"
    one = text_of(typed(secretary, imported, due_kind="relative", after_days="0"))
    assert "Say how many days after the event." not in one
    assert "Name the event that the deadline follows." in one
    whole = {"due_kind": "relative", "after_days": "30", "after_event": "Luật có hiệu lực"}
    assert typed(secretary, imported, **whole).status_code == 302
    meaning = meant(imported)
    assert (meaning.due_kind, meaning.due_on) == ("relative", None)
    assert (meaning.after_days, meaning.after_event) == (30, "Luật có hiệu lực")


def test_who_says_that_there_is_a_day_gives_it(secretary: Client, received: Received) -> None:
    imported = received([checked(due=Due("30/6"), problems=(NO_YEAR,))])
    asked = text_of(typed(secretary, imported, due_kind="day"))
    assert "Give the day, or choose that there is none." in asked
    # A day that cannot be read has its own sentence, not this one as well.
    wrong = text_of(typed(secretary, imported, due_kind="day", due_on="31/02/2026"))
    assert "Give the day, or choose that there is none." not in wrong
    assert meant(imported).due_kind == "none"


@pytest.mark.parametrize(
    "words, kind, due_on",
    [("30/06/2026", "day", date(2026, 6, 30)), ("quý II/2026", "period", date(2026, 6, 30))],
)
def test_whoever_writes_a_day_means_it(
    secretary: Client, received: Received, words: str, kind: str, due_on: date
) -> None:
    imported = received([checked(due=Due("30/6"), problems=(NO_YEAR,))])
    assert typed(secretary, imported, due_kind="none", due_on=words).status_code == 302
    assert (meant(imported).due_kind, meant(imported).due_on) == (kind, due_on)


def test_what_belongs_to_another_kind_is_let_go(secretary: Client, received: Received) -> None:
    imported = received([checked(due=Due("hằng tháng", "recurring", every="month", day=25))])
    assert meant(imported).cycle is not None
    assert typed(secretary, imported, due_kind="day", due_on="30/06/2026").status_code == 302
    meaning = meant(imported)
    assert (meaning.cycle, meaning.every, meaning.day, meaning.until) == (None, "", None, None)
    assert meaning.due_on == date(2026, 6, 30)
