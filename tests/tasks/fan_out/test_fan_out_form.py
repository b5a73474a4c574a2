"""What the page that gives a task to many bodies asks for, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from committees.models import Person
from committees.roles import Role
from tasks import actions
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint
from tests.tasks.cycle_actions.helpers import recurring
from tests.tasks.fan_out.helpers import People

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def form_of(task: Task, reader: Person) -> Any:
    Person.objects.update(language="en")
    client = Client()
    client.force_login(reader)
    return client.get(f"/tasks/{task.pk}/fan-out/").context["form"]


def test_a_secret_task_is_given_without_words(task_at: TaskAt, people: People) -> None:
    assert {"title", "deliverable"} <= form_of(task_at("in_progress"), people["secretary"]).fields.keys()
    secret = task_at("in_progress", secrecy="secret", title="Số 12", deliverable="")
    assert not {"title", "deliverable"} & form_of(secret, people["secretary"]).fields.keys()


def test_an_empty_deadline_says_what_each_body_gets(task_at: TaskAt, people: People) -> None:
    plain = form_of(task_at("in_progress"), people["secretary"]).fields["due_on"].help_text
    cycle = form_of(recurring(task_at("in_progress"), people), people["secretary"]).fields["due_on"].help_text
    assert cycle.startswith("Empty: as this task, each body by itself: every month on day 25")
    waiting = task_at("in_progress")
    values = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "Luật có hiệu lực"}
    actions.edit_task(task=waiting, values=values, by=people["secretary"])
    event = form_of(waiting, people["secretary"]).fields["due_on"].help_text
    assert "30 days after “Luật có hiệu lực”" in event
    assert "Empty:" not in plain


def test_only_who_prepares_for_two_bodies_chooses_in_whose_name(
    task_at: TaskAt, people: People, bodies: Bodies
) -> None:
    task = task_at("in_progress")
    for both in (False, True):
        if both:
            appoint(people["secretary"], bodies.lead, Role.SECRETARY)
        giver = form_of(task, people["secretary"]).fields["giver"]
        assert giver.widget.is_hidden is not both
        assert set(giver.queryset) == {task.assigner, *([task.lead] if both else [])}
