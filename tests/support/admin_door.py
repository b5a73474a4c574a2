"""What the tests of the admin share: who enters, one row of each model, and the event of an edit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from committees.models import Body, Membership, Office, Person
from committees.roles import Role
from notices.models import CalendarDay, Letter, LetterFailure, Notice
from portal.shared.days import today
from tasks import actions
from tasks.models import Order, Task
from tests.support.people import Bodies, TaskAt, ready_for
from tests.support.verbs import CASES

MODELS = (Person, Body, Office, Membership, Order, Task, CalendarDay, Notice, Letter, Event)


def url(model: Any, page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def enter(client: Client, people: dict[str, Person]) -> Any:
    def as_person(name: str) -> Client:
        client.force_login(people[name])
        return client

    return as_person


@pytest.fixture
def rows(people: dict[str, Person], bodies: Bodies, order: Order, task_at: TaskAt) -> dict[Any, Any]:
    """One row of each model."""
    letter = Letter.objects.create(
        person=people["officer"],
        on=today(),
        state=Letter.State.FAILED,
        failure=LetterFailure.ADDRESS_REFUSED,
        message_id="1@portal",
        subject="1 nhiệm vụ quá hạn",
        text="Lập danh mục điểm lõm sóng",
        html="<p>Lập danh mục điểm lõm sóng</p>",
        answer="550 no such user",
    )
    task = task_at("in_progress")
    notice = Notice.objects.create(
        key=f"overdue:{task.pk}:x", person=people["officer"], kind="overdue", about_type="tasks.task",
        about_id=task.pk, on=today(), letter=letter,
    )  # fmt: skip
    return {
        Person: people["member"],
        Body: bodies.lead,
        Office: bodies.lead.offices.get(role=Role.OFFICER),
        Membership: Membership.objects.first(),
        Order: order,
        Task: task,
        CalendarDay: CalendarDay.objects.create(day=today(), is_working=False, name="Nghỉ"),
        Notice: notice,
        Letter: letter,
        Event: Event.objects.filter(about_type="committees.body").first(),
    }


@contextmanager
def one_event(verb: str, by: Person) -> Iterator[Event]:
    """Exactly one new event, of this verb and this person; filled in at the end of the block."""
    last = Event.objects.count()
    event = Event()
    yield event
    new = list(Event.objects.order_by("pk")[last:])
    assert [(row.verb, row.by_id) for row in new] == [(verb, by.pk)]
    event.__dict__.update(new[0].__dict__)


def ready_for_admin(verb: str, task_at: TaskAt, people: dict[str, Person], **values: Any) -> Task:
    """As `ready_for`, for the superuser: what takes an own act back needs one of theirs."""
    if CASES[verb].only_doer:
        return actions.confirm(task=task_at("submitted", **values), by=people["admin"])
    return ready_for(verb, task_at(CASES[verb].state, **values), people)
