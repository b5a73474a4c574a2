"""What a body led before is found by nothing that changed since: no condition, order, count or column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from committees.models import Person
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reports import tables
from reports.exports import Question
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.lists import task_list as listing
from tasks.models import Order, Part, Task
from tasks.orders import actions as order_actions
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt

People = dict[str, Person]
CHANGES = re.compile(r"\d\d:\d\d|(?:csrfmiddlewaretoken|one_time_key)\S* value=\S+")
# The minute of the figures, and the token of a form.
WHY = "Sắp xếp lại bộ máy."


class World:
    """The officer's body leads `own` and led `task` until HELPER took over; nothing happened since."""

    def __init__(self, bodies: Bodies, people: People, order: Order, task_at: TaskAt) -> None:
        self.bodies, self.people, self.order = bodies, people, order
        self.other_order = order_actions.save_order(
            order=Order(body=bodies.committee, number="99-NQ/TU", kind="plan", abstract="Chuyên đề"),
            by=people["secretary"],
        )
        values = {"pillar": "Dữ liệu", "order": order, "deliverable": "Bản đồ"}
        parts = [PartSpec(bodies.sister, "coordinating", "Góp ý")]
        self.task = task_at("in_progress", parts=parts, **values)
        self.own = task_at("in_progress", title="Kết nối dữ liệu", pillar="Hạ tầng")
        self.task = actions.change_lead(
            task=self.task, by=people["secretary"], lead=bodies.helper, reason=WHY
        )

    def edit(self, **values: Any) -> None:
        actions.edit_task(task=self.task, values=values, by=self.people["head"])


def far() -> Any:
    return today() + timedelta(days=200)


LATER: dict[str, Callable[[World], Any]] = {
    "title": lambda w: w.edit(title="Tên sau này", description="Mật mã đỏ"),
    "pillar": lambda w: w.edit(pillar="Thể chế"),
    "programme": lambda w: w.edit(programme="project06"),
    "sooner": lambda w: w.edit(due_on=today() + timedelta(days=1)),
    "later": lambda w: w.edit(due_on=far()),
    "no day": lambda w: w.edit(due_on=None, due_kind="none"),
    "number": lambda w: w.edit(number="77"),
    "order": lambda w: w.edit(order=w.other_order),
    "parent": lambda w: w.edit(parent=w.own),
    "restricted": lambda w: w.edit(secrecy="restricted"),
    "parts": lambda w: actions.edit_task(
        task=w.task, values={}, parts=[PartSpec(w.bodies.top, "co_lead")], by=w.people["head"]
    ),
    "progress": lambda w: actions.report_progress(
        task=w.task, by=w.people["helper"], percent=80, note="Ghi sau"
    ),
    "risk": lambda w: actions.flag_risk(task=w.task, by=w.people["helper"], days=9, remedy="Thêm người"),
    "evidence": lambda w: actions.add_evidence(
        task=w.task, by=w.people["helper"], kind="document", document="9/BC"
    ),
    "submit": lambda w: actions.submit(task=w.task, by=w.people["helper"], report="Đã xong."),
    "confirm": lambda w: actions.confirm(task=w.task, by=w.people["secretary"]),
    "suspend": lambda w: actions.suspend(task=w.task, by=w.people["secretary"], reason=WHY),
    "withdraw": lambda w: actions.withdraw(task=w.task, by=w.people["secretary"], reason=WHY),
    "recall": lambda w: actions.recall(task=w.task, by=w.people["secretary"], reason=WHY),
    "another lead": lambda w: actions.change_lead(
        task=w.task, by=w.people["head"], lead=w.bodies.sister, reason=WHY
    ),
    "ask": lambda w: actions.ask_extension(task=w.task, by=w.people["helper"], proposed_on=far(), reason=WHY),
    "contribute": lambda w: actions.contribute(
        task=w.task, by=w.people["sister"], contribution="Đã góp ý sau"
    ),
}

CODE = "the code of the task"
THIS_MONTH, LATER_MONTH = "this month", "a later month"
"""What the day of the test makes of them is put in their place."""
WORDS = (
    "",
    "lõm sóng",
    "Tên sau này",
    "Mật mã đỏ",
    "nv-1",
    "NV-00002",
    "11-KH",
    "99-NQ",
    "Bản đồ",
    "Kết nối",
)
CODES = ("COMMITTEE", "LEAD", "HELPER", "SISTER", "TOP")
CONDITIONS: dict[str, tuple[str, ...]] = {
    "q": WORDS,
    "pillar": ("Dữ liệu", "Thể chế", "Hạ tầng", "-"),
    "programme": ("project06", "resolution57"),
    "body": CODES,
    "within": CODES,
    "part": ("any", "assigner", "lead", "co_lead", "coordinating", "former_lead"),
    "standing": ("overdue", "due_soon", "in_time", "no_deadline", "submitted", "done_on_time"),
    "view": ("given", "suspended", "withdrawn", "prepared", "submitted", "in_time", "due_soon"),
    "state": ("assigned", "in_progress", "submitted", "completed", "draft"),
    "at_risk": ("1", "0"),
    "deadline": ("current", "first"),
    "mine": ("overdue", "week", "waiting", "given", "open", "orphaned", "contribute"),
    "period": ("-", "2026", THIS_MONTH, LATER_MONTH),
    "under": (CODE,),
    "sort": tuple(name for name, _label in listing.SORTS),
}
ASKED = st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in CONDITIONS.items()})


class Answers:
    """All that one reader is told under some conditions, at the page, in the API and in a file."""

    def __init__(self, person: Person) -> None:
        self.person, self.api, self.client = person, Api(person), Client()
        self.client.force_login(person)

    def of(self, asked: dict[str, str]) -> dict[str, Any]:
        person = Person.objects.get(pk=self.person.pk)
        shown = self.client.get("/tasks/", asked).context
        narrow = {name: value for name, value in asked.items() if name != "sort"}
        data = QueryDict(mutable=True)
        data.update(asked)
        question = Question("list", "xlsx", data, person, today())
        table = tables.task_list(question.tasks, today(), question.due, paper=False)
        return {
            "rows": [(row.task.pk, row.mark, row.days, str(row.task)) for row in shown.get("rows") or ()],
            "chips": [(chip.key, chip.count) for chip in shown.get("chips") or ()],
            "drop": str(shown.get("drop")),
            "api": [self.api.get("tasks/", **narrow, ordering=name).json() for name in ("due", "-due")],
            "tally": self.api.get("tasks/tally/", **narrow).json(),
            "file": list(table.rows),
        }

    def without_conditions(self) -> dict[str, Any]:
        return {
            "pillars": listing.pillars_seen_by(Person.objects.get(pk=self.person.pk)),
            "orders": self.api.get("orders/").json(),
            "before": self.api.get("tasks/led-before/").json(),
            "page before": CHANGES.sub(
                "", self.client.get("/tasks/led-before/").content.decode().split("<main")[1]
            ),
            "board": CHANGES.sub("", self.client.get("/reports/").content.decode().split("<main")[1]),
        }


@pytest.mark.slow
@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),  # each world takes seconds: no shrinking
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.sampled_from(sorted(LATER)), min_size=1, max_size=6), asked=st.lists(ASKED, max_size=2)
)
def test_no_condition_tells_what_changed_since(
    bodies: Bodies,
    people: People,
    order: Order,
    task_at: TaskAt,
    steps: list[str],
    asked: list[dict[str, str]],
) -> None:
    """The world in which it went on answers the former lead as the world in which nothing happened."""
    with transaction.atomic():
        world, reader = World(bodies, people, order, task_at), Answers(people["officer"])
        meant = {
            CODE: str(world.task.pk),
            THIS_MONTH: f"{today():%Y-%m}",
            LATER_MONTH: f"{far():%Y-%m}",
        }
        every: list[dict[str, str]] = [{}, {"q": world.task.code}]
        every += [{name: meant.get(value, value) for name, value in one.items()} for one in asked]
        before = [reader.without_conditions(), *(reader.of(one) for one in every)]
        for step in steps:
            try:
                with transaction.atomic():
                    LATER[step](world)
            except (Refused, ValidationError):
                continue  # not in this state: another step of the list is
            world.task.refresh_from_db()
        after = [reader.without_conditions(), *(reader.of(one) for one in every)]
        for one, was, now in zip([None, *every], before, after, strict=True):
            for name in was:
                assert was[name] == now[name], (steps, one, name)
        transaction.set_rollback(True)


# --- its own list, and the one task -------------------------------------------------------------


@pytest.fixture
def world(bodies: Bodies, people: People, order: Order, task_at: TaskAt) -> World:
    return World(bodies, people, order, task_at)


def go_on(world: World) -> None:
    for step in ("title", "pillar", "order", "sooner", "progress", "risk", "parts", "contribute"):
        try:
            LATER[step](world)
        except (Refused, ValidationError):
            continue
        world.task.refresh_from_db()


def test_it_is_found_in_its_own_list_as_it_was(world: World) -> None:
    go_on(world)
    officer = Api(world.people["officer"])
    (row,) = officer.get("tasks/led-before/").json()["results"]
    assert (row["title"], row["pillar"], row["lead"]["code"]) == (
        "Lập danh mục điểm lõm sóng",
        "Dữ liệu",
        "HELPER",
    )
    assert (row["percent"], row["state"], row["order"]["number"]) == (0, "assigned", "11-KH/BCĐ")
    client = Client()
    client.force_login(world.people["officer"])
    page = client.get("/tasks/led-before/").content.decode()
    assert "điểm lõm sóng" in page
    assert "Tên sau này" not in page
    assert "/tasks/led-before/" in client.get("/tasks/").content.decode()
    for who in ("secretary", "helper", "outsider", "admin"):
        assert Api(world.people[who]).get("tasks/led-before/").json()["count"] == 0, who
        client.force_login(world.people[who])
        assert "/tasks/led-before/" not in client.get("/tasks/").content.decode(), who


def test_no_list_holds_it_and_its_page_opens(world: World) -> None:
    officer, key = world.people["officer"], world.task.pk
    assert not Task.objects.visible_to(officer).filter(pk=key).exists()
    assert Task.objects.readable_by(officer).filter(pk=key).exists()
    detail = Api(officer).get(f"tasks/{key}/").json()
    assert [part["body"]["code"] for part in detail["parts"]] == ["SISTER", "LEAD"]
    assert Api(officer).get(f"tasks/{key}/above/").json() == []


def test_the_words_of_a_contribution_are_those_of_then(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    """Corrected later: the moment of the first delivery stays, its words do not."""
    task = task_at("in_progress", parts=[PartSpec(bodies.sister, "coordinating")])
    actions.contribute(task=task, by=people["sister"], contribution="Bản đầu")
    task = actions.change_lead(task=task, by=people["secretary"], lead=bodies.helper, reason=WHY)
    actions.report_progress(task=task, by=people["helper"], percent=10, note="Bắt đầu")
    actions.contribute(task=task, by=people["sister"], contribution="Bản sau")
    detail = Api(people["officer"]).get(f"tasks/{task.pk}/").json()
    assert "Bản đầu" in str(detail["parts"])
    assert "Bản sau" not in str(detail)


def test_what_no_event_tells_is_that_of_then(world: World) -> None:
    """The version, the first day that a task without one got, a recall that took it back to draft."""
    before = Api(world.people["officer"]).get("tasks/led-before/").json()
    world.edit(due_on=None, due_kind="none")
    actions.recall(task=world.task, by=world.people["secretary"], reason=WHY)
    Task.objects.filter(pk=world.task.pk).update(version=99)
    assert Api(world.people["officer"]).get("tasks/led-before/").json() == before
    assert Api(world.people["officer"]).get(f"tasks/{world.task.pk}/").json()["state"] == "assigned"


def test_the_order_of_then_opens_and_the_later_one_does_not(world: World) -> None:
    world.edit(order=world.other_order)
    seen = Order.objects.visible_to(world.people["officer"])
    Task.objects.exclude(pk=world.task.pk).update(order=None)
    assert list(seen) == [world.order]
    assert Part.objects.get(kind="former_lead").order == world.order


def test_of_several_the_last_taken_over_comes_first(world: World, task_at: TaskAt) -> None:
    actions.change_lead(task=world.own, by=world.people["secretary"], lead=world.bodies.sister, reason=WHY)
    rows = Api(world.people["officer"]).get("tasks/led-before/").json()["results"]
    assert [row["id"] for row in rows] == [world.own.pk, world.task.pk]
    fewer = Api(world.people["lead_head"]).queries("tasks/led-before/")
    for _more in range(3):
        task = task_at("in_progress", parts=[])
        actions.change_lead(task=task, by=world.people["secretary"], lead=world.bodies.sister, reason=WHY)
        actions.report_progress(task=task, by=world.people["sister"], percent=5, note="Bắt đầu")
    assert Api(world.people["lead_head"]).queries("tasks/led-before/") == fewer


def test_a_body_that_leads_again_finds_it_in_every_list(world: World) -> None:
    actions.change_lead(task=world.task, by=world.people["head"], lead=world.bodies.lead, reason=WHY)
    officer = world.people["officer"]
    assert Task.objects.visible_to(officer).filter(pk=world.task.pk).exists()
    assert not Task.objects.led_before(officer).exists()
