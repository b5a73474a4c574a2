"""What a row that was read would make of a draft; what its kind of deadline lacks is never made up."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from committees.models import Body
from committees.names.results import ReadName
from imports import actions as import_actions
from imports.actions.drafts import MAX_NAMED
from imports.meaning import Meaning
from imports.types import Due
from portal.shared.days import today
from tasks.models import Order, Task
from tests.imports.actions_helpers import People
from tests.support.imports import Received, checked, read_as
from tests.support.people import Bodies, TaskAt

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    "due",
    [
        Due("sau khi Luật có hiệu lực", "relative", after_event="Luật có hiệu lực"),
        Due("sau 30 ngày", "relative", after_days=30),
        Due("định kỳ", "recurring"),
    ],
)
def test_half_a_deadline_is_none_and_keeps_its_words(due: Due, order: Order, people: People) -> None:
    row = read_as(order, [checked(due=due)], people["secretary"]).rows.get()
    meaning = Meaning.kept(row.values)
    assert (meaning.due_kind, meaning.due_on, meaning.after_days, meaning.cycle) == ("none", None, None, None)
    assert meaning.due_words == due.words


@pytest.mark.parametrize("missing", ["every", "day", "starts_on", "until"])
def test_a_cycle_that_is_not_whole_is_none(missing: str, order: Order, people: People) -> None:
    due = Due("hằng tháng", "recurring", every="month", day=25)
    meaning = Meaning.kept(read_as(order, [checked(due=due)], people["secretary"]).rows.get().values)
    assert meaning.cycle is not None
    lacking: Any = {"every": ""}.get(missing)
    setattr(meaning, missing, lacking)
    assert meaning.cycle is None


def test_a_draft_below_a_restricted_task_is_restricted(
    received: Received, order: Order, people: People, task_at: TaskAt
) -> None:
    for secrecy in ("normal", "restricted"):
        above = task_at("in_progress", order=order, secrecy=secrecy)
        imported = received([checked()])
        row = imported.rows.get()
        row.values["parent"] = above.pk
        row.save()
        import_actions.write_import(imported=imported, by=people["secretary"])
        draft = Task.objects.get(import_rows__of=imported)
        assert (draft.parent, draft.secrecy) == (above, secrecy)


def test_of_many_rows_that_cannot_be_written_the_first_are_named_and_the_rest_counted(
    received: Received, people: People, bodies: Bodies
) -> None:
    lead = (ReadName("Sở KH&CN", bodies.lead.pk),)
    imported = received([checked(f"{number}", lead=lead) for number in range(1, MAX_NAMED + 4)])
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=today())
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        import_actions.write_import(imported=imported, by=people["secretary"])
    *named, rest = refused.value.messages
    assert len(named) == MAX_NAMED
    assert rest == "3 more rows cannot be written."
    assert not Task.objects.exists()
