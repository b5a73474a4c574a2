"""Handing down: to whom, under what, by when; what is below when a day moves; the shares of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client

from committees.models import Body, Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.actions import hand_down as handing
from tasks.models import Task
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_body, task_below
from tests.tasks.admin_tasks_helpers import errors, task_values
from tests.tasks.drafting_helpers import refused_fields
from tests.tasks.hand_down_actions.helpers import DAY, DUE, People, form_of, hand_down

pytestmark = pytest.mark.usefixtures("plain_day")


# --- to whom ------------------------------------------------------------------------------------


def may_lead(above: Task, body: Body) -> bool:
    task = Task(title="Việc con", parent=above, assigner=above.lead, lead=body, due_on=DUE)
    problems: dict[str, Any] = {}
    handing.check_reach(task, problems)
    return not problems


def test_down_to_bodies_below_and_agencies_of_its_people(
    above: Task, office: Body, bodies: Bodies, people: People
) -> None:
    assert may_lead(above, office)
    assert may_lead(above, make_body("TEAM", office))
    for body in (bodies.helper, bodies.sister, bodies.committee, bodies.top, bodies.lead):
        assert not may_lead(above, body), body
    term = appoint(people["lead_head"], bodies.helper, Role.MEMBER)
    appoint(people["lead_head"], bodies.sister, Role.MEMBER)
    assert may_lead(above, bodies.helper)
    assert not may_lead(above, bodies.sister), "a committee is no agency"
    Membership.objects.filter(pk=term.pk).update(ends_on=today() - DAY)
    assert not may_lead(above, bodies.helper)


def test_the_giver_of_a_task_gives_its_parts_to_anybody(above: Task, bodies: Bodies, people: People) -> None:
    assert task_below(above, people, lead=bodies.sister).lead == bodies.sister


def test_who_leads_already_goes_on(child: Task, office: Body, bodies: Bodies, people: People) -> None:
    office.parent = bodies.sister
    office.save()
    actions.edit_task(task=child, values={"deliverable": "Bản đồ"}, by=people["officer"])
    draft = Task(title="Nữa", parent=child.parent, assigner=bodies.lead, lead=bodies.helper, due_on=DUE)
    assert refused_fields(partial(actions.new_task, task=draft, by=people["officer"])) == {"lead"}


def test_asked_again_at_issue(above: Task, office: Body, bodies: Bodies, people: People) -> None:
    term = appoint(people["lead_head"], bodies.helper, Role.MEMBER)
    values = {"assigner": bodies.lead, "lead": bodies.helper, "parent": above, "due_on": DUE}
    draft = actions.new_task(task=Task(title="Việc con", **values), by=people["officer"])
    actions.propose(task=draft, by=people["officer"])
    Membership.objects.filter(pk=term.pk).update(ends_on=today() - DAY)
    assert refused_fields(partial(actions.assign, task=draft, by=people["lead_head"])) == {"lead"}


def test_every_door_refuses_it(enter: Any, above: Task, office: Body, bodies: Bodies, people: People) -> None:
    asked = {"assigner": "LEAD", "parent": above.pk, "title": "Việc con", "due_on": str(DUE)}
    answer = Api(people["officer"]).post("tasks/", **asked, lead="SISTER")
    assert (answer.status_code, list(answer.json())) == (400, ["lead"])
    answer = Api(people["officer"]).post("tasks/", **asked, lead="OFFICE")
    assert answer.status_code == 201
    task = Task.objects.get(pk=answer.json()["id"])
    page = Client()
    page.force_login(people["officer"])
    form = page.post(f"/tasks/{task.pk}/edit/", form_of(task, lead="SISTER")).context["form"]
    assert list(form.errors) == ["lead"]
    Person.objects.update(is_staff=True)
    values = task_values(task, lead=bodies.sister.pk, parent=above.pk)
    assert errors(enter("officer").post(url(Task, "change", task.pk), values)) == ["lead"]


def test_only_those_bodies_are_offered(above: Task, office: Body, bodies: Bodies, people: People) -> None:
    page = Client()
    page.force_login(people["officer"])
    form = page.get(f"/tasks/new/?parent={above.pk}").context["form"]
    address = form.fields["lead"].widget.attrs["data-suggest"]
    assert address.endswith(f"?giver={bodies.lead.pk}")
    offered = page.get(f"{address}&q=").content.decode()
    assert "(OFFICE)" in offered
    assert "(SISTER)" not in offered
    everywhere = page.get(f"/tasks/bodies/?giver={bodies.sister.pk}&q=").content.decode()
    assert "(TOP)" in everywhere, "of a body that is not theirs nothing is told"
    assert page.get("/tasks/bodies/?giver=%00&q=%00").status_code == 200


# --- under what ---------------------------------------------------------------------------------


def test_issued_only_under_a_task_at_work(above: Task, office: Body, bodies: Bodies, people: People) -> None:
    values = {"assigner": bodies.lead, "lead": office, "parent": above, "due_on": DUE}
    draft = actions.new_task(task=Task(title="Việc con", **values), by=people["officer"])
    actions.propose(task=draft, by=people["officer"])
    issue = partial(actions.assign, task=draft, by=people["lead_head"])
    actions.suspend(task=above, by=people["head"], reason="Chờ.")
    assert refused_fields(issue) == {"parent"}
    actions.resume(task=above, by=people["head"])
    actions.add_evidence(task=above, by=people["officer"], kind="document", document="1/BC")
    actions.submit(task=above, by=people["officer"], report="Xong.")
    assert refused_fields(issue) == {"parent"}
    actions.confirm(task=above, by=people["head"])
    assert refused_fields(issue) == {"parent"}


def test_who_lost_the_lead_hands_nothing_more_down(
    above: Task, office: Body, bodies: Bodies, people: People
) -> None:
    values = {"assigner": bodies.lead, "lead": office, "parent": above, "due_on": DUE}
    draft = actions.new_task(task=Task(title="Việc con", **values), by=people["officer"])
    actions.propose(task=draft, by=people["officer"])
    actions.change_lead(task=above, by=people["head"], lead=bodies.helper, reason="Đúng chức năng hơn.")
    assert refused_fields(partial(actions.assign, task=draft, by=people["lead_head"])) == {"parent"}


def test_under_a_draft_of_its_own_body(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    above = task_at("draft")
    assert task_below(above, people).state == "assigned"
    gone = task_at("withdrawn")
    draft = Task(title="Việc con", parent=gone, assigner=bodies.committee, lead=bodies.lead, due_on=DUE)
    draft = actions.new_task(task=draft, by=people["secretary"])
    actions.propose(task=draft, by=people["secretary"])
    assert refused_fields(partial(actions.assign, task=draft, by=people["head"])) == {"parent"}


def test_five_levels_and_no_more(above: Task, people: People, task_at: TaskAt) -> None:
    low, line = above, [above]
    for _level in range(4):
        low = task_below(low, people)
        line.append(low)
    draft = Task(title="Việc con", parent=low, assigner=low.assigner, lead=low.lead, due_on=DUE)
    assert refused_fields(partial(actions.new_task, task=draft, by=people["secretary"])) == {"parent"}
    top = task_at("in_progress", due_on=DUE)
    move = partial(actions.edit_task, task=above, values={"parent": top}, by=people["secretary"])
    assert refused_fields(move) == {"parent"}
    actions.edit_task(task=line[1], values={"parent": top}, by=people["secretary"])


# --- by when ------------------------------------------------------------------------------------


def test_no_day_passes_any_day_above(above: Task, office: Body, people: People) -> None:
    """Also where the task in between has no day of its own."""
    middle = hand_down(above, office, people, due_on=None, due_kind="continuous")
    team = make_body("TEAM", office)
    late = {"assigner": office, "lead": team, "parent": middle, "title": "Việc con", "due_on": DUE + DAY}
    assert refused_fields(partial(actions.new_task, task=Task(**late), by=people["admin"])) == {"due_on"}
    low = hand_down(middle, team, people, due_on=DUE - DAY)
    edit = partial(actions.edit_task, task=low, by=people["admin"])
    assert refused_fields(partial(edit, values={"due_on": DUE + DAY})) == {"due_on"}
    ask = partial(actions.ask_extension, task=low, by=people["admin"], reason="Chờ.")
    assert refused_fields(partial(ask, proposed_on=DUE + DAY)) == {"proposed_on"}
    ask(proposed_on=DUE)


def test_where_there_is_a_day_above_a_task_due_on_a_day_has_one(
    above: Task, office: Body, bodies: Bodies, people: People
) -> None:
    values = {"assigner": bodies.lead, "lead": office, "parent": above, "title": "Việc con"}
    draft = actions.new_task(task=Task(**values), by=people["officer"])
    actions.propose(task=draft, by=people["officer"])
    assert refused_fields(partial(actions.assign, task=draft, by=people["lead_head"])) == {"due_on"}
    edit = partial(actions.edit_task, task=draft, by=people["officer"])
    edit(values={"due_on": DUE})
    actions.assign(task=draft, by=people["lead_head"])
    assert refused_fields(partial(edit, values={"due_on": None})) == {"due_on"}
    edit(values={"due_on": None, "due_kind": "continuous"})
