"""Odd days are shown to be looked at once more; where a day above has passed, the way out is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from committees.models import Person
from portal.shared.days import format_day, today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Order, Task
from tests.support.people import Bodies, TaskAt, task_below
from tests.tasks.orders_pages_helpers import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = timedelta(days=1)
AGAIN = "Look at the days once more:"


def test_days_before_the_order_are_shown_on_every_page_of_a_draft(
    client: Client, task_at: TaskAt, people: dict[str, Person], bodies: Bodies, order: Order
) -> None:
    Order.objects.filter(pk=order.pk).update(issued_on=today() + 30 * DAY)
    part = PartSpec(bodies.helper, "coordinating", due_on=today() + 10 * DAY)
    draft = task_at("draft", order=order, start_on=today() + 5 * DAY, due_on=today() + 20 * DAY, parts=[part])
    issued = format_day(today() + 30 * DAY)
    sentences = [
        f"The start {format_day(today() + 5 * DAY)} lies before the order's date, {issued}.",
        f"The deadline {format_day(today() + 20 * DAY)} lies before the order's date, {issued}.",
        f"The deadline of a body that helps, {format_day(today() + 10 * DAY)},"
        f" lies before the order's date, {issued}.",
    ]
    secretary = signed_in(client, people["secretary"])
    for page in ("", "edit/", "propose/"):
        text = text_of(secretary.get(f"/tasks/{draft.pk}/{page}"))
        assert AGAIN in text, page
        assert [sentence for sentence in sentences if sentence not in text] == [], page
    # Nothing of it is refused.
    actions.propose(task=draft, by=people["secretary"])


def test_a_deadline_that_has_passed_is_shown_until_the_task_is_issued(
    client: Client, task_at: TaskAt, people: dict[str, Person]
) -> None:
    passed = f"The deadline {format_day(today() - DAY)} has already passed."
    draft, given = task_at("draft"), task_at("in_progress")
    Task.objects.filter(pk__in=(draft.pk, given.pk)).update(due_on=today() - DAY)
    secretary = signed_in(client, people["secretary"])
    assert passed in text_of(secretary.get(f"/tasks/{draft.pk}/"))
    assert AGAIN not in text_of(secretary.get(f"/tasks/{given.pk}/"))


def late_below(task_at: TaskAt, people: dict[str, Person]) -> tuple[Task, Task]:
    """A task whose deadline has passed, and a draft below it."""
    above = task_at("in_progress", title="Việc trên")
    below = task_below(above, people, title="Việc dưới", assigner=above.assigner, lead=above.lead)
    Task.objects.filter(pk=above.pk).update(due_on=today() - DAY)
    return above, below


def test_where_a_day_above_has_passed_the_page_leads_to_what_helps(
    client: Client, task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    above, below = late_below(task_at, people)
    page = signed_in(client, people["secretary"]).get(f"/tasks/{below.pk}/edit/")
    late = page.context["late_above"]
    # Who gave it cannot ask for a later day: the link leads to the task, where its deadline is moved.
    assert (late.task, late.url, late.may_ask) == (above, above.get_absolute_url(), False)
    assert above.get_absolute_url() in page.content.decode()
    Task.objects.filter(pk=below.pk).update(assigner=bodies.lead, lead=bodies.lead)
    page = signed_in(Client(), people["lead_head"]).get(f"/tasks/{below.pk}/edit/")
    assert page.context["late_above"].url == f"/tasks/{above.pk}/ask-extension/"


def test_of_a_task_above_that_one_cannot_read_nothing_is_shown(
    client: Client, task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    above, below = late_below(task_at, people)
    Task.objects.filter(pk=below.pk).update(assigner=bodies.sister, lead=bodies.sister)
    page = signed_in(client, people["sister"]).get(f"/tasks/{below.pk}/edit/")
    assert page.context["late_above"] is None
    assert above.get_absolute_url() not in page.content.decode()
