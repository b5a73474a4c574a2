"""How secret a task is, above and below: what is handed down is never less secret."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Absence, Body, Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from tasks import actions
from tasks.cycles import Cycle
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import PLACEHOLDER_TITLE, Task
from tests.support.people import (
    Bodies,
    TaskAt,
    appoint,
    make_body,
    make_person,
)
from tests.tasks.secrecy.helpers import (
    DAY,
    PLANTED,
    People,
    child_of,
    holders,
    refused_fields,
)

LEVELS = ["normal", "restricted", "secret"]


def test_a_child_is_never_less_secret_than_its_parent(
    bodies: Bodies, people: People, task_at: TaskAt, secret_at: TaskAt, hands_down: Person
) -> None:
    for number, level in enumerate(LEVELS):
        above = secret_at() if level == "secret" else task_at(secrecy=level)
        for lower in LEVELS[:number]:
            assert refused_fields(partial(child_of, above, bodies, hands_down, lower)) == {"secrecy"}
        for same in LEVELS[number:]:
            child = child_of(above, bodies, hands_down, same)
            for lower in LEVELS[:number]:
                values = {"secrecy": lower, "title": "Việc con"}
                lowered = partial(actions.edit_task, task=child, values=values, by=hands_down)
                assert refused_fields(lowered) == {"secrecy"}
        free = actions.new_task(task=Task(title="Khác", assigner=bodies.lead), by=hands_down)
        hung = partial(actions.edit_task, task=free, values={"parent": above}, by=hands_down)
        assert refused_fields(hung) == {"secrecy"} if number else hung()


def test_a_new_child_begins_as_secret_as_the_task_above(
    client: Client, task_at: TaskAt, secret_at: TaskAt, hands_down: Person
) -> None:
    client.force_login(hands_down)
    for level in LEVELS:
        above = secret_at() if level == "secret" else task_at(secrecy=level)
        form = client.get(f"/tasks/new/?parent={above.pk}").context["form"]
        assert form["secrecy"].value() == level


def test_what_was_handed_down_is_raised_with_the_task_above(
    bodies: Bodies, people: People, task_at: TaskAt, hands_down: Person
) -> None:
    above = task_at()
    child = child_of(above, bodies, hands_down)
    grandchild = child_of(child, bodies, hands_down)
    beside = task_at()
    actions.edit_task(task=above, values={"secrecy": "restricted"}, by=people["head"])
    for task, level in ((child, "restricted"), (grandchild, "restricted"), (beside, "normal")):
        task.refresh_from_db()
        assert task.secrecy == level
    event = Event.objects.about(grandchild).latest("pk")
    assert (event.verb, event.before, event.after) == (
        "task_changed",
        {"secrecy": "normal"},
        {"secrecy": "restricted"},
    )
    actions.edit_task(task=above, values={"secrecy": "normal"}, by=people["head"])
    child.refresh_from_db()
    assert child.secrecy == "restricted"


@pytest.fixture
def agency(bodies: Bodies) -> Body:
    """A body below the committee, with one whose office reads restricted tasks and one whose does not."""
    body = make_body("AGENCY", bodies.committee)
    for name, role in (("agency_officer", Role.OFFICER), ("agency_deputy", Role.STANDING_DEPUTY)):
        appoint(make_person(name), body, role)
    return body


HELD = {"restricted": {"title": "Việc kín"}, "secret": {"title": ""}}


TITLES = {"restricted": "Việc kín", "secret": f"{PLACEHOLDER_TITLE} 17"}


def issued(level: str, bodies: Bodies, people: People, cycle: Cycle | None = None, **values: Any) -> Task:
    held = {"number": "17", "assigner": bodies.committee, "secrecy": level, **HELD[level], **values}
    task = actions.new_task(task=Task(**held), by=people["secretary"], cycle=cycle)
    actions.propose(task=task, by=people["secretary"])
    return actions.assign(task=task, by=people["head"], past_deadline=True)


@pytest.mark.parametrize("level", TITLES)
def test_what_is_given_to_many_is_as_secret_as_the_task_above(
    bodies: Bodies, people: People, agency: Body, level: str
) -> None:
    above = issued(level, bodies, people, lead=bodies.lead, due_on=today() + 9 * DAY)
    prepare = partial(
        fan_out_actions.prepare_fan_out, task=above, giver=bodies.committee, by=people["secretary"]
    )
    if level == "secret":
        assert refused_fields(partial(prepare, bodies=[agency], deliverable=PLANTED)) == {"deliverable"}
    title = PLANTED if level == "secret" else ""
    fan_out = prepare(bodies=[agency], due_on=above.due_on, title=title)
    approve = partial(fan_out_actions.record_fan_out_approval, fan_out=fan_out, by=people["secretary"])
    if level == "secret":
        assert refused_fields(partial(approve, approval=PLANTED)) == {"approval"}
    approve(approval="45/TTr")
    Notice.objects.all().delete()
    fan_out_actions.give_fan_out(fan_out.pk)
    child = above.children.get()
    assert (child.secrecy, child.title, child.lead) == (level, TITLES[level], agency)
    told = Notice.objects.filter(about_id=child.pk).values_list("person__username", flat=True)
    assert set(told) == {"agency_officer"}
    assert holders(PLANTED) == set()


@pytest.mark.usefixtures("plain_day")
@pytest.mark.parametrize("level", TITLES)
def test_what_falls_due_in_a_cycle_is_as_secret_as_the_cycle(
    bodies: Bodies, people: People, agency: Body, level: str
) -> None:
    cycle = Cycle("month", 28, today(), today() + 365 * DAY)
    task = issued(level, bodies, people, cycle, lead=agency, due_kind="recurring")
    Notice.objects.all().delete()
    assert actions.make_occurrences(on=today())
    for child in task.children.all():
        assert (child.secrecy, child.title.startswith(TITLES[level])) == (level, True)
        assert (child.title == TITLES[level]) is (level == "secret")
    told = Notice.objects.filter(about_id__in=task.children.values("pk"))
    assert set(told.values_list("person__username", flat=True)) == {"agency_officer"}


def test_a_task_of_many_that_was_restricted_by_itself(
    client: Client, bodies: Bodies, people: People, agency: Body, task_at: TaskAt
) -> None:
    """The page of the fan-out goes on to say that the body has its task, and nothing of it."""
    above = task_at("in_progress")
    chosen: dict[str, Any] = {"giver": bodies.committee, "bodies": [agency], "due_on": above.due_on}
    fan_out = fan_out_actions.prepare_fan_out(task=above, by=people["secretary"], **chosen)
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    fan_out_actions.give_fan_out(fan_out.pk)
    child = above.children.get()
    client.force_login(people["standing_deputy"])
    assert child.code in client.get(fan_out.get_absolute_url()).content.decode()
    actions.edit_task(task=child, values={"secrecy": "restricted"}, by=people["secretary"])
    assert child.code not in client.get(fan_out.get_absolute_url()).content.decode()


def test_a_deputy_reads_what_the_absent_reads_for_those_days_only(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", secrecy="restricted")
    absence = Absence(person=people["head"], deputy=people["member"])
    absence.starts_on, absence.ends_on = today() + DAY, today() + 3 * DAY
    committee_actions.save_absence(absence=absence, by=people["head"])
    seen = [task in Task.objects.visible_to(people["member"], today() + days * DAY) for days in (0, 1, 3, 4)]
    assert seen == [False, True, True, False]


def test_how_many_tasks_name_a_leaver_counts_no_hidden_one(
    client: Client, people: People, task_at: TaskAt
) -> None:
    address, counted = f"/people/{people['officer'].pk}/leave/", []
    client.force_login(people["staff"])
    for level in ("normal", "restricted"):
        task = task_at("in_progress", secrecy=level)
        actions.name_people(task=task, by=people["officer"], leader=None, contact=people["officer"])
        counted.append(client.get(address).context["others"])
    assert counted == [1, 1]
