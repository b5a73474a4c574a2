"""The roll-up of a task: what became of all below it, by province, each number the list that it promises."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.lifecycle import FIVE
from tasks.lists import below
from tasks.models import Task
from tests.support.api import Api
from tests.support.listed import listed
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person
from tests.support.recorded import entered_again

pytestmark = pytest.mark.once

DAY = timedelta(days=1)
People = dict[str, Person]


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def country(bodies: Bodies, people: People) -> dict[str, Body]:
    """Two provinces with communes, and a ministry outside them; a secretary and a head at the top."""
    return entered_again("country", lambda: _country(bodies))


def _country(bodies: Bodies) -> dict[str, Body]:
    top = bodies.top
    for role in (Role.SECRETARY, Role.HEAD):
        appoint(make_person(f"top_{role}"), top, role)
    made = {"HUE": make_body("HUE", top), "NAM": make_body("NAM", top)}
    made["MINISTRY"] = make_body("MINISTRY", top, level="ministry")
    for province in ("HUE", "NAM"):
        for number in range(3):
            code = f"{province}-{number}"
            made[code] = make_body(code, made[province], level="commune", kind="committee")
            appoint(make_person(f"officer-{code.lower()}"), made[code], Role.OFFICER)
    return made


@pytest.fixture
def above(country: dict[str, Body], bodies: Bodies) -> Task:
    """A task of the top given to everybody: late, done, silent and handed down once more."""
    return entered_again("given to all", lambda: _given_to_all(country, bodies))


def _given_to_all(country: dict[str, Body], bodies: Bodies) -> Task:
    secretary, head = (Person.objects.get(username=f"top_{role}") for role in ("secretary", "head"))
    task = Task(title="Toàn quốc", assigner=bodies.top, lead=bodies.committee, due_on=today() + 90 * DAY)
    actions.new_task(task=task, by=secretary)
    actions.propose(task=task, by=secretary)
    actions.assign(task=task, by=head)
    chosen = list(country.values())
    made = fan_out_actions.prepare_fan_out(
        task=task, giver=bodies.top, bodies=chosen, by=secretary, due_on=today() + 60 * DAY
    )
    fan_out_actions.start_fan_out(fan_out=made, by=head)
    fan_out_actions.give_fan_out(made.pk)
    given = {one.lead.code: one for one in Task.objects.filter(parent=task) if one.lead}
    late = [given[code].pk for code in ("NAM-0", "NAM-1", "HUE-0")]
    Task.objects.filter(pk__in=late).update(due_on=today() - DAY)
    officer = Person.objects.get(username="officer-hue-1")
    actions.report_progress(task=given["HUE-1"], by=officer, percent=50, note="Đã làm một nửa.")
    actions.add_evidence(task=given["HUE-1"], by=officer, kind="document", document="1/BC")
    actions.submit(task=given["HUE-1"], by=officer, report="Đã xong.")
    actions.confirm(task=given["HUE-1"], by=secretary)
    actions.withdraw(task=given["HUE-2"], by=secretary, reason="Trùng.")
    # A second level: a province's own commune, below the task of the province.
    Task.objects.create(
        title="Tầng hai",
        assigner=country["NAM"],
        lead=country["NAM-2"],
        parent=given["NAM"],
        state="assigned",
        assigned_at=timezone.now(),
        due_on=today() + 30 * DAY,
    )
    return task


def test_the_numbers_by_province(above: Task) -> None:
    bodies = below.by_body(Task.objects.under(above.pk), today())
    provinces = below.by_province(bodies)
    named = {
        line.body.code: (line.tally["given"], line.tally["overdue"], line.tally["silent"])
        for line in provinces
    }
    assert named == {"NAM": (5, 2, 5), "HUE": (3, 1, 2), "MINISTRY": (1, 0, 1)}
    assert [line.body.code for line in provinces] == ["NAM", "HUE", "MINISTRY"], "most overdue first"
    assert below.add(bodies) == below.add(provinces)
    whole = Task.objects.under(above.pk).tally(today())
    assert {name: below.add(bodies)[name] for name in ("given", *FIVE)} == {
        name: whole[name] for name in ("given", *FIVE)
    }


@pytest.mark.parametrize("query", ["", "?by=body", "?within=NAM", "?within=HUE"])
def test_every_number_lists_exactly_its_tasks(above: Task, query: str) -> None:
    secretary = enter(Person.objects.get(username="top_secretary"))
    page = secretary.get(f"/tasks/{above.pk}/below/{query}")
    assert page.status_code == 200
    numbers = [(row["url"], row["given"]) for row in page.context["rows"]]
    numbers += [(row["silent_url"], row["silent"]) for row in page.context["rows"]]
    numbers += [(cell["url"], cell["count"]) for row in page.context["rows"] for cell in row["cells"]]
    numbers += [(url, count) for _label, count, url in page.context["beside"]]
    numbers.append((page.context["url"], page.context["counts"]["given"]))
    numbers.append((page.context["silent_url"], page.context["counts"]["silent"]))
    assert numbers
    person = Person.objects.get(username="top_secretary")
    for url, count in set(numbers):
        assert listed(person, url) == count, url
    url, count = max(numbers, key=lambda number: number[1])
    assert secretary.get(url).context["page"].paginator.count == count
    links = set(re.findall(r'href="(/tasks/\?[^"]+)"', page.content.decode()))
    assert links


def test_one_sees_only_what_one_may(above: Task, people: People) -> None:
    """A commune sees its own task below the national one; a stranger not even that there is one."""
    officer = Person.objects.get(username="officer-nam-2")
    assert enter(officer).get(f"/tasks/{above.pk}/below/").status_code == 404
    own = Task.objects.get(parent=above, lead__code="NAM-2")
    page = enter(officer).get(f"/tasks/{own.pk}/below/")
    assert (page.status_code, page.context["counts"]["given"]) == (200, 0)
    assert Task.objects.visible_to(officer).under(above.pk).count() == 2
    assert Task.objects.visible_to(people["outsider"]).under(above.pk).count() == 0


def test_a_province_reads_its_communes_by_body(above: Task, country: dict[str, Body]) -> None:
    appoint(make_person("nam"), country["NAM"], Role.SECRETARY)
    own = Task.objects.get(parent=above, lead=country["NAM"])
    page = enter(Person.objects.get(username="nam")).get(f"/tasks/{own.pk}/below/")
    assert [row["body"].code for row in page.context["rows"]] == ["NAM-2"], "one province: by body at once"


def test_it_costs_the_same_for_many(above: Task, django_assert_max_num_queries: Any) -> None:
    secretary = enter(Person.objects.get(username="top_secretary"))
    secretary.get("/")
    for address in (f"/tasks/{above.pk}/below/", f"/tasks/{above.pk}/below/?within=NAM"):
        with django_assert_max_num_queries(12):
            secretary.get(address)
    with django_assert_max_num_queries(12):
        secretary.get(f"/tasks/{above.pk}/")


def test_a_task_with_nothing_below_says_so(task_at: TaskAt, people: People) -> None:
    page = enter(people["secretary"]).get(f"/tasks/{task_at('in_progress').pk}/below/")
    assert (page.status_code, list(page.context["rows"])) == (200, [])


def test_a_circle_ends(task_at: TaskAt) -> None:
    one, two = task_at("in_progress"), task_at("in_progress")
    Task.objects.filter(pk=one.pk).update(parent=two)
    Task.objects.filter(pk=two.pk).update(parent=one)
    assert set(Task.objects.under(one.pk)) == {one, two}


@pytest.mark.parametrize("value", ["x", "0", "-1", "9" * 30, "1.5"])
def test_a_number_that_is_none_is_an_error_beside_the_field(value: str, people: People) -> None:
    assert Api(people["secretary"]).get("tasks/", under=value).status_code == 400
    assert enter(people["secretary"]).get(f"/tasks/?under={value}").status_code == 200


# --- the API ----------------------------------------------------------------------------------------


def test_the_api_tells_the_same_numbers(above: Task) -> None:
    answer = Api(Person.objects.get(username="top_secretary")).get(f"tasks/{above.pk}/below/").json()
    assert (answer["all"]["given"], answer["all"]["overdue"], answer["all"]["silent"]) == (9, 3, 8)
    assert [line["body"]["code"] for line in answer["provinces"]] == ["NAM", "HUE", "MINISTRY"]
    assert sum(line["given"] for line in answer["bodies"]) == 9


def test_a_fan_out_from_end_to_end_over_the_api(
    task_at: TaskAt, people: People, bodies: Bodies, country: dict[str, Body]
) -> None:
    task = task_at("in_progress")
    secretary, head = Api(people["secretary"]), Api(people["head"])
    path = f"tasks/{task.pk}/fan-outs/"
    assert list(secretary.post(path, level="commune").json()) == ["bodies"], "there is none below the giver"
    assert list(secretary.post(path, bodies=["HUE-0", "HUE-0"]).json()) == ["bodies"]
    assert secretary.post(path, bodies=["KHONG-CO"]).status_code == 400
    made = secretary.post(path, level="commune", below="HUE", without=["HUE-2"], bodies=["NAM-0"])
    assert made.status_code == 201, made.content
    fan_out = made.json()
    assert (fan_out["state"], fan_out["total"], fan_out["made"]) == ("prepared", 3, 0)
    one = f"{path}{fan_out['id']}/"
    assert secretary.post(f"{one}start/").status_code == 403
    assert head.post(f"{one}start/").json()["state"] == "running"
    assert head.post(f"{one}start/").status_code == 409
    assert head.post(f"{one}cancel/").status_code == 409
    fan_out_actions.give_fan_out(fan_out["id"])
    after = secretary.get(one).json()
    assert (after["state"], after["made"], after["left_out"]) == ("done", 3, 0)
    assert secretary.get(path).json()["count"] == 1
    leads = {row["lead"]["code"] for row in secretary.get("tasks/", under=task.pk).json()["results"]}
    assert leads == {"HUE-0", "HUE-1", "NAM-0"}
    assert Api(people["officer"]).get(one).status_code == 404
