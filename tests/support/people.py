"""The same people in every test, and a task brought to any state through real actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, timedelta
from typing import Any

import pytest

from committees import actions as committee_actions
from committees.models import Body, Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.lifecycle import State
from tasks.models import Order, Recurrence, Task
from tasks.orders import actions as order_actions
from tests.support import bulk, recorded

SINCE = date(2025, 1, 10)


@dataclass(frozen=True)
class Bodies:
    """`committee` gives tasks to `lead`; `helper` coordinates; `sister` stands beside; `top` is above."""

    top: Body
    committee: Body
    lead: Body
    helper: Body
    sister: Body


def new_body(code: str, parent: Body | None = None, **values: Any) -> Body:
    values = {"kind": "agency", "level": "provincial", "chain": "party", "name_vi": code.title(), **values}
    return Body(code=code, parent=parent, **values)


def make_body(code: str, parent: Body | None = None, **values: Any) -> Body:
    return committee_actions.save_body(body=new_body(code, parent, **values), by=None)


def new_person(username: str, **values: Any) -> Person:
    person = Person(username=username, name=username.title(), email=f"{username}@demo.invalid", **values)
    person.set_password("demo")
    return person


def make_person(username: str, **values: Any) -> Person:
    return committee_actions.save_person(person=new_person(username, **values), by=None)


def appoint(
    person: Person,
    body: Body,
    role: Role,
    starts_on: date = SINCE,
    ends_on: date | None = None,
    **values: Any,
) -> Membership:
    office = body.offices.get(role=role)
    membership = Membership(person=person, office=office, starts_on=starts_on, ends_on=ends_on, **values)
    return committee_actions.save_membership(membership=membership, by=None)


OFFICES = {
    "head": ("committee", Role.HEAD),
    "standing_deputy": ("committee", Role.STANDING_DEPUTY),
    "deputy": ("committee", Role.DEPUTY),
    "secretary": ("committee", Role.SECRETARY),
    "assistant": ("committee", Role.ASSISTANT),
    "member": ("committee", Role.MEMBER),
    "lead_head": ("lead", Role.HEAD),
    "officer": ("lead", Role.OFFICER),
    "helper": ("helper", Role.OFFICER),
    "inspector": ("top", Role.INSPECTOR),
    "sister": ("sister", Role.SECRETARY),
}


def the_bodies() -> Bodies:
    top = new_body("TOP", kind="committee", level="central", name_vi="Ban Chỉ đạo Trung ương")
    committee = new_body("COMMITTEE", top, kind="committee", name_vi="Ban Chỉ đạo tỉnh Khánh Hòa")
    return Bodies(
        top=top,
        committee=committee,
        lead=new_body("LEAD", committee, name_vi="Sở Khoa học và Công nghệ", chain="state"),
        helper=new_body("HELPER", committee, name_vi="Sở Tài chính", chain="state"),
        sister=new_body("SISTER", top, kind="committee", name_vi="Ban Chỉ đạo tỉnh Nghệ An"),
    )


def the_people() -> dict[str, Person]:
    people = {name: new_person(name) for name in (*OFFICES, "outsider")}
    people["admin"] = new_person("admin", is_staff=True, is_superuser=True)
    people["staff"] = new_person("staff", is_staff=True)
    return people


def enter_bodies() -> Bodies:
    bodies = the_bodies()
    bulk.enter_bodies([getattr(bodies, field.name) for field in dataclass_fields(bodies)])
    return bodies


def enter_everybody() -> tuple[Bodies, dict[str, Person]]:
    bodies, people = enter_bodies(), the_people()
    offices = bulk.offices()
    bulk.enter_people(list(people.values()))
    places = {name: offices[getattr(bodies, body).pk, role] for name, (body, role) in OFFICES.items()}
    bulk.enter_terms(
        [Membership(person=people[name], office=place, starts_on=SINCE) for name, place in places.items()]
    )
    return bodies, people


@pytest.fixture
def bodies(db: None, request: pytest.FixtureRequest) -> Bodies:
    if "people" in request.fixturenames:
        bodies: Bodies = request.getfixturevalue("bodies_and_people")[0]
        return bodies
    return recorded.entered_again("bodies", enter_bodies)


@pytest.fixture
def bodies_and_people(db: None) -> tuple[Bodies, dict[str, Person]]:
    return recorded.entered_again("bodies and people", enter_everybody)


@pytest.fixture
def people(bodies_and_people: tuple[Bodies, dict[str, Person]]) -> dict[str, Person]:
    """Everybody by name; `outsider` holds no office, `admin` is a superuser, `staff` an administrator."""
    return bodies_and_people[1]


@pytest.fixture
def order(bodies: Bodies, people: dict[str, Person]) -> Order:
    def make() -> Order:
        order = Order(
            body=bodies.committee, number="11-KH/BCĐ", kind=Order.Kind.PLAN, issued_on=date(2026, 7, 28)
        )
        return order_actions.save_order(order=order, by=people["secretary"])

    return recorded.entered_again("order", make)


TaskAt = Callable[..., Task]


@pytest.fixture
def task_at(bodies: Bodies, people: dict[str, Person]) -> TaskAt:
    """`task_at("submitted", due_on=…)`: a task of the committee for the lead, there by real actions."""

    def make(state: str = "in_progress", **values: Any) -> Task:
        by, lead = people["secretary"], people["officer"]
        values = {
            "title": "Lập danh mục điểm lõm sóng",
            "assigner": bodies.committee,
            "lead": bodies.lead,
            "due_on": today() + timedelta(days=30),
            **values,
        }
        parts = values.pop("parts", [PartSpec(bodies.helper, "coordinating")])
        task = actions.new_task(task=Task(**values), parts=parts, by=by)
        for step in _PATHS[State(state)]:
            step(task, by, lead, people)
        task.refresh_from_db()
        return task

    return make


WHY = "Chờ hướng dẫn của Bộ."
ANSWERED = ("approve_request", "refuse_request", "counter_request", "cancel_request")
ANSWERED_DAY = ("accept_counter", "decline_counter")


def ready_for(verb: str, task: Task, people: dict[str, Person]) -> Task:
    """What a verb needs besides the state: somebody's request, and another day offered."""
    if verb in (*ANSWERED, *ANSWERED_DAY):
        day = (task.due_on or today()) + timedelta(days=30)
        actions.ask_extension(task=task, by=people["lead_head"], proposed_on=day, reason=WHY)
        if verb in ANSWERED_DAY:
            offered = day - timedelta(days=10)
            actions.counter_request(task=task, by=people["standing_deputy"], counter_on=offered)
        task.refresh_from_db()
    if verb == "vouch":
        Task.objects.filter(pk=task.pk).update(unsure=["due_on"])
        task.refresh_from_db()
    if verb == "submit":
        actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
    if verb == "set_weights":
        below = task_below(task, people)
        actions.set_weights(task=task, by=people["secretary"], weights={below.pk: 100})
    if verb == "set_event_day":
        values = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "văn bản ban hành"}
        task = actions.edit_task(task=task, values=values, by=people["secretary"])
    if verb == "clear_risk":
        task = actions.flag_risk(task=task, by=people["lead_head"], days=3, remedy="Thêm người.")
    if verb == "resume_escalation":
        task = actions.stop_escalation(task=task, by=people["head"], reason=WHY)
    if verb == "mark_milestone":
        asked = [MilestoneSpec(today() + timedelta(days=10), "Gửi dự thảo")]
        task = actions.set_milestones(task=task, by=people["secretary"], milestones=asked)
    if verb == "resume_cycle":
        cycle = Cycle("month", 31, today(), today() + timedelta(days=400))
        values = {"due_kind": "recurring", "due_on": None}
        task = actions.edit_task(task=task, values=values, cycle=cycle, by=people["secretary"])
        Recurrence.objects.filter(task=task).update(stop="lead", stopped_for=today())
    if verb == "return_contribution":
        actions.contribute(task=task, by=people["helper"], contribution="Đã góp ý.")
    if verb == "supersede":
        other = Task(title="Nhiệm vụ thay thế", assigner=task.assigner, lead=task.lead)
        actions.new_task(task=other, by=people["secretary"])
    return task


def task_below(task: Task, people: dict[str, Person], **values: Any) -> Task:
    """An issued task under this one, given by the same body to the same lead unless told."""
    values = {"assigner": task.assigner, "lead": task.lead, "due_on": task.due_on, **values}
    return given(people["admin"], parent=task, **{"title": "Việc con", **values})


def given(by: Person, **values: Any) -> Task:
    """A task issued by one who may all of it."""
    task = actions.new_task(task=Task(**values), by=by)
    actions.propose(task=task, by=by)
    return actions.assign(task=task, by=by, past_deadline=True)


def other_than(task: Task) -> Task:
    """The newest of the other tasks that the same body gives: what replaces it, where a test needs one."""
    return Task.objects.filter(assigner=task.assigner_id).exclude(pk=task.pk).latest("pk")


def _propose(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.propose(task=task, by=by)


def _assign(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.assign(task=task, by=people["head"], past_deadline=True)


def _accept(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.accept(task=task, by=lead)


def _submit(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.add_evidence(task=task, by=lead, kind="document", document="12/BC-SKHCN")
    actions.submit(task=task, by=lead, report="Đã lập danh mục 214 điểm.")


def _confirm(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.confirm(task=task, by=by)


def _suspend(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.suspend(task=task, by=by, reason="Chờ hướng dẫn của Bộ.")


def _withdraw(task: Task, by: Person, lead: Person, people: dict[str, Person]) -> None:
    actions.withdraw(task=task, by=by, reason="Trùng với nhiệm vụ khác.")


_ISSUED = (_propose, _assign)
_WORKING = (*_ISSUED, _accept)
_PATHS: dict[State, tuple[Callable[..., None], ...]] = {
    State.DRAFT: (),
    State.PROPOSED: (_propose,),
    State.ASSIGNED: _ISSUED,
    State.IN_PROGRESS: _WORKING,
    State.SUBMITTED: (*_WORKING, _submit),
    State.COMPLETED: (*_WORKING, _submit, _confirm),
    State.SUSPENDED: (*_WORKING, _suspend),
    State.WITHDRAWN: (*_WORKING, _withdraw),
}
