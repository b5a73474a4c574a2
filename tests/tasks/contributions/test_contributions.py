"""A body that helps delivers its own contribution by its own day; the lead body may send it back."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.task_fields import PartSpec
from tasks.models import Part, Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_person
from tests.support.told import told_by
from tests.tasks.contributions.helpers import DAY, SAID, People


def test_delivered_and_corrected(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    part = actions.contribute(task=task, by=people["helper"], contribution="Nháp.")
    assert (part.contribution, part.delivered_by) == ("Nháp.", people["helper"])
    part = actions.contribute(task=task, by=people["helper"], contribution=SAID)
    assert Part.objects.get().contribution == SAID
    event = Event.objects.about(task).latest("pk")
    assert (event.verb, event.before["contribution"], event.after["contribution"]) == (
        "part_delivered",
        "Nháp.",
        SAID,
    )
    assert part.standing(today()) == "done_on_time"


def test_sent_back_it_is_open_again_with_its_words(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    deliver = partial(actions.contribute, task=task, by=people["helper"], contribution=SAID)
    assert told_by(deliver) == {("part_delivered", "lead_head"), ("part_delivered", "officer")}
    back = partial(actions.return_contribution, task=task, by=people["officer"], reason="Thiếu số liệu 2025.")
    assert told_by(back) == {("part_returned", "helper")}
    part = Part.objects.get()
    assert (part.contribution, part.delivered_at, part.delivered_by) == (SAID, None, None)
    assert part.was_returned
    with pytest.raises(Refused):
        actions.return_contribution(task=task, by=people["officer"], reason="Lần nữa.")


@pytest.mark.parametrize("role, may", [
    (Role.HEAD, True), (Role.STANDING_DEPUTY, True), (Role.SECRETARY, True), (Role.OFFICER, True),
    (Role.DEPUTY, False), (Role.MEMBER, False), (Role.INSPECTOR, False),
])  # fmt: skip
def test_who_of_the_helping_body(role: Role, may: bool, helped: Callable[..., Task], bodies: Bodies) -> None:
    person = make_person("somebody")
    appoint(person, bodies.helper, role)
    assert bool(rules.may_contribute_part(person, helped())) is may


def test_not_the_lead_nor_the_assigner_nor_a_former_lead(
    helped: Callable[..., Task], bodies: Bodies, people: People
) -> None:
    task = helped()
    for who in ("officer", "lead_head", "secretary", "head", "sister", "inspector"):
        assert not rules.may_contribute_part(people[who], task)
    task = actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason="Đổi.")
    assert not rules.may_contribute_part(people["officer"], task)


@pytest.mark.parametrize("state", ["submitted", "completed", "suspended", "withdrawn"])
def test_only_while_the_task_is_at_work(state: str, helped: Callable[..., Task], people: People) -> None:
    verdict = rules.may_contribute_part(people["helper"], helped(state=state))
    assert verdict.later


def test_bad_input_leaves_nothing(helped: Callable[..., Task], people: People, bodies: Bodies) -> None:
    task = helped()
    events = Event.objects.count()
    for values, field in (
        ({"contribution": "  "}, "contribution"),
        ({"contribution": "a\x00b"}, "contribution"),
        ({"contribution": SAID, "body": bodies.lead}, "body"),
    ):
        with pytest.raises(ValidationError) as refused:
            actions.contribute(task=task, by=people["helper"], **values)
        assert set(refused.value.message_dict) == {field}
    assert (Event.objects.count(), Part.objects.get().delivered_at) == (events, None)


def test_who_works_for_two_bodies_says_for_which(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    parts = [PartSpec(bodies.helper, "coordinating"), PartSpec(bodies.sister, "co_lead")]
    task = task_at("in_progress", parts=parts)
    appoint(people["helper"], bodies.sister, Role.OFFICER)
    with pytest.raises(ValidationError) as refused:
        actions.contribute(task=task, by=people["helper"], contribution=SAID)
    assert "body" in refused.value.message_dict
    client = Client()
    client.force_login(people["helper"])
    page = client.get(f"/tasks/{task.pk}/contribute/")
    assert set(page.context["form"].fields["body"].queryset) == {bodies.helper, bodies.sister}
    answer = client.post(f"/tasks/{task.pk}/contribute/", {"body": bodies.sister.pk, "contribution": SAID})
    assert answer.status_code == 302
    assert Part.objects.get(body=bodies.sister).contribution == SAID
    assert Part.objects.get(body=bodies.helper).contribution == ""


# --- late on its own account --------------------------------------------------------------------


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=VIETNAM)


STANDINGS = [
    (None, None, "no_deadline"),
    (10, None, "in_time"),
    (3, None, "due_soon"),
    (0, None, "due_soon"),
    (-1, None, "overdue"),
    (-3, -3, "done_on_time"),
    (-3, -2, "done_late"),
    (None, 0, "done_on_time"),
]


@pytest.mark.parametrize("due, delivered, standing", STANDINGS)
def test_the_standing_of_a_part(
    due: int | None, delivered: int | None, standing: str, helped: Callable[..., Task], people: People
) -> None:
    """Whatever the task's own: it is due in thirty days."""
    task, on = helped(), today()
    moment = at(on + delivered * DAY) if delivered is not None else None
    Part.objects.filter(task=task).update(
        due_on=on + due * DAY if due is not None else None,
        delivered_at=moment,
        delivered_by=people["helper"] if moment else None,
    )
    part = Part.objects.get()
    assert part.standing(on) == standing
    assert Part.objects.late(on).exists() is (standing == "overdue")
    assert task.standing(on) == "in_time"


def test_nothing_is_late_where_nothing_is_asked_any_more(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    assert Part.objects.late(today()).exists()
    actions.suspend(task=task, by=people["head"], reason="Chờ.")
    assert not Part.objects.late(today()).exists()
    assert Part.objects.get().standing(today()) is None


def test_its_day_is_not_later_than_the_tasks(helped: Callable[..., Task]) -> None:
    with pytest.raises(ValidationError) as refused:
        helped(days=40)
    assert "parts" in refused.value.message_dict


# --- where it shows -----------------------------------------------------------------------------


def page(person: Person, address: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_task_page_shows_each_contribution(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    shown = page(people["officer"], task.get_absolute_url())
    assert 'data-is="overdue"' in shown
    actions.contribute(task=task, by=people["helper"], contribution=SAID)
    shown = page(people["officer"], task.get_absolute_url())
    assert SAID in shown
    assert 'data-is="done_late"' in shown
    assert "/return-contribution/" in shown
    assert "/return-contribution/" not in page(people["helper"], task.get_absolute_url())
    assert SAID in page(people["helper"], f"/tasks/{task.pk}/contribute/")


def test_my_work_holds_what_my_body_owes(helped: Callable[..., Task], people: People) -> None:
    helped(days=9, title="Sau")
    late = helped(days=-2, title="Trước")
    delivered = helped(title="Đã xong")
    actions.contribute(task=delivered, by=people["helper"], contribution=SAID)
    client = Client()
    client.force_login(people["helper"])
    sections = {section.name: section for section in client.get("/").context["sections"]}
    section = sections["contribute"]
    assert [(row.task.title, row.standing, row.days) for row in section.rows] == [
        ("Trước", "overdue", -2),
        ("Sau", "in_time", 9),
    ]
    assert section.count == len(client.get(section.url).context["rows"]) == 2
    listed = Api(people["helper"]).get("tasks/", mine="contribute").json()
    assert late.pk in {row["id"] for row in listed["results"]}
    for who in ("officer", "secretary", "sister"):
        assert not Api(people[who]).get("tasks/", mine="contribute").json()["results"]


def test_twenty_cost_as_many_queries_as_one(helped: Callable[..., Task], people: People) -> None:
    client = Client()
    client.force_login(people["helper"])

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    helped()
    once = [queries("/"), queries("/tasks/?mine=contribute")]
    for _number in range(5):
        helped()
    assert [queries("/"), queries("/tasks/?mine=contribute")] == once
    assert max(once) <= 12


def test_the_api_gives_each_part_its_standing(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    actions.contribute(task=task, by=people["helper"], contribution=SAID)
    part = Api(people["officer"]).get(f"tasks/{task.pk}/").json()["parts"][0]
    assert (part["contribution"], part["standing"], part["delivered_by"]["username"]) == (
        SAID,
        "done_late",
        "helper",
    )
    assert Notice.objects.filter(kind="part_delivered").exists()
