"""One task in the place of another: who, which, what it leaves behind, and who reads the other's name."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.translation import override

from audit.models import Event
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt

WHY = "Gộp vào Kế hoạch mới."


def test_it_leaves_the_books_and_names_its_successor(people: dict[str, Person], task_at: TaskAt) -> None:
    old, new = task_at("in_progress"), task_at("in_progress")
    task = actions.supersede(task=old, by=people["secretary"], superseded_by=new, reason=WHY)
    assert (task.state, task.superseded_by) == ("withdrawn", new)
    tally = Task.objects.filter(pk=old.pk).tally(today())
    assert (tally["given"], tally["withdrawn"]) == (0, 1)
    event = Event.objects.about(task).latest("pk")
    assert (event.verb, event.reason, event.after["superseded_by"]) == ("task_superseded", WHY, new.pk)
    told = Notice.objects.filter(kind="task_superseded", about_id=old.pk)
    assert {notice.person.username for notice in told} == {"lead_head", "officer"}


def test_an_open_request_and_a_warning_end_with_it(
    people: dict[str, Person],
    task_at: TaskAt,
    asked: Task,
) -> None:
    Task.objects.filter(pk=asked.pk).update(risk_days=3, risk_by=people["officer"], risk_at=asked.created_at)
    task = actions.supersede(task=asked, by=people["head"], superseded_by=task_at("assigned"), reason=WHY)
    assert list(task.requests.values_list("state", flat=True)) == ["cancelled"]
    assert task.risk_days is None


NOT_INSTEAD = [
    ("itself", "cannot replace itself"),
    ("withdrawn", "was withdrawn"),
    ("of another body", "the same body gives"),
    ("unseen", "that you can see"),
    ("none", "that you can see"),
]


@pytest.mark.parametrize("which, sentence", NOT_INSTEAD)
def test_what_cannot_replace_it(
    which: str, sentence: str, bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    others: dict[str, Any] = {"itself": lambda: task, "withdrawn": lambda: task_at("withdrawn"), "none": None}
    if which == "of another body":
        below = Task(title="Cấp dưới", assigner=bodies.lead, lead=bodies.helper)
        below.save()
        other: Task | None = below
    elif which == "unseen":
        other = Task.objects.create(title="Của nơi khác", assigner=bodies.sister)
    else:
        other = others[which]() if others[which] else None
    events = Event.objects.count()
    with pytest.raises(ValidationError) as refused:
        actions.supersede(task=task, by=people["secretary"], superseded_by=other, reason=WHY)
    with override("en"):
        (said,) = refused.value.message_dict.items()
    assert said[0] == "superseded_by"
    assert sentence in said[1][0]
    task.refresh_from_db()
    assert (task.state, task.superseded_by, Event.objects.count()) == ("in_progress", None, events)


def test_two_tasks_never_replace_each_other(people: dict[str, Person], task_at: TaskAt) -> None:
    one, two = task_at("in_progress"), task_at("in_progress")
    actions.supersede(task=one, by=people["head"], superseded_by=two, reason=WHY)
    with pytest.raises(ValidationError):
        actions.supersede(task=two, by=people["head"], superseded_by=one, reason=WHY)


def test_a_reason_is_asked_for_and_only_the_assigner_may(people: dict[str, Person], task_at: TaskAt) -> None:
    old, new = task_at("in_progress"), task_at("in_progress")
    with pytest.raises(ValidationError) as refused:
        actions.supersede(task=old, by=people["head"], superseded_by=new, reason=" ")
    assert "reason" in refused.value.message_dict
    for who in ("officer", "member", "sister"):
        with pytest.raises(Refused):
            actions.supersede(task=old, by=people[who], superseded_by=new, reason=WHY)


def page(person: Person, task: Task) -> str:
    client = Client()
    client.force_login(person)
    return html.unescape(client.get(task.get_absolute_url()).content.decode())


@pytest.mark.parametrize(
    "who, state, secrecy, named",
    [
        ("officer", "assigned", "normal", True),
        ("officer", "draft", "normal", False),
        ("member", "draft", "normal", True),
        ("member", "assigned", "restricted", False),
        ("officer", "assigned", "restricted", True),
    ],
)
def test_the_other_one_is_named_to_those_who_see_it(
    who: str, state: str, secrecy: str, named: bool, people: dict[str, Person], task_at: TaskAt
) -> None:
    new = task_at(state, secrecy=secrecy, title="Kế hoạch hợp nhất")
    old = actions.supersede(
        task=task_at("in_progress"), by=people["secretary"], superseded_by=new, reason=WHY
    )
    shown = page(people[who], old)
    assert (new.title in shown, f"{new.code}" in shown) == (named, named)
    answer = Api(people[who]).get(f"tasks/{old.pk}/").json()
    assert (answer["superseded_by"] is not None) is named
    if named:
        assert old.code in page(people[who], new)
