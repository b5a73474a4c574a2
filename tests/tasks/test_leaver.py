"""Somebody leaves: one action ends all they hold, and no open task of theirs is lost."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Absence, Membership, Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.leaving import actions as leaving_actions
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_person

People = dict[str, Person]
DAY = timedelta(days=1)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def named(task: Task, people: People, **who: str) -> Task:
    names = {name: people[one] for name, one in who.items()}
    task = actions.name_people(
        task=task, by=people["lead_head"], **{"leader": None, "contact": None, **names}
    )
    return task


def orphans(person: Person) -> list[int]:
    page = client_of(person).get("/")
    assert page.status_code == 200
    found = [section for section in page.context["sections"] if section.name == "orphaned"]
    listed = client_of(person).get("/tasks/?mine=orphaned")
    rows = [row.task.pk for section in found for row in section.rows]
    assert sorted(row.task.pk for row in listed.context["rows"]) == sorted(rows)
    return rows


@pytest.fixture
def second(bodies: Bodies, people: People) -> Person:
    people["second"] = make_person("second")
    appoint(people["second"], bodies.lead, Role.OFFICER)
    return people["second"]


def test_all_ends_at_once(bodies: Bodies, people: People, task_at: TaskAt, second: Person) -> None:
    appoint(people["officer"], bodies.helper, Role.MEMBER, starts_on=today() + 5 * DAY)
    for first, person, deputy in ((1, "officer", "lead_head"), (2, "second", "officer")):
        day = today() + first * DAY
        days: dict[str, Any] = {"starts_on": day, "ends_on": day}
        absence = Absence(person=people[person], deputy=people[deputy], **days)
        committee_actions.save_absence(absence=absence, by=people[person])
    sessions = [client_of(people["officer"]), client_of(people["officer"])]
    assert all(session.get("/").status_code == 200 for session in sessions)
    task, other = (named(task_at("in_progress"), people, contact="officer") for _each in range(2))

    leaving_actions.leave(person=people["officer"], by=people["staff"], last_day=today() - DAY)

    term = Membership.objects.get(person=people["officer"])
    assert (term.office.body, term.ends_on) == (bodies.lead, today() - DAY)
    assert not Absence.objects.exists()
    assert not Membership.objects.exclude(absence=None).exists()
    for session in sessions:
        assert session.get("/").headers["Location"].startswith("/accounts/login/")
        assert session.get("/api/me/").status_code == 401
    assert not Client().login(username="officer", password="demo")
    for who in ("lead_head", "second"):
        assert orphans(people[who]) == [task.pk, other.pk]
    assert orphans(people["secretary"]) == []


def test_an_old_session_stays_dead_when_the_account_is_unlocked(bodies: Bodies, people: People) -> None:
    session = client_of(people["officer"])
    leaving_actions.leave(person=people["officer"], by=people["staff"])
    Person.objects.filter(pk=people["officer"].pk).update(is_active=True)
    assert session.get("/").status_code == 302


def test_each_task_gets_its_successor(
    bodies: Bodies, people: People, task_at: TaskAt, second: Person
) -> None:
    one = named(task_at("in_progress"), people, contact="officer", leader="lead_head")
    two = named(task_at("in_progress"), people, contact="officer", leader="officer")
    three = named(task_at("in_progress"), people, contact="officer")
    done = named(task_at("in_progress"), people, contact="officer")
    actions.withdraw(task=done, by=people["secretary"], reason="Trùng.")
    door = client_of(people["lead_head"])
    page = door.get(f"/people/{people['officer'].pk}/leave/")
    assert {task.pk for task in page.context["tasks"]} == {one.pk, two.pk, three.pk}
    data = {
        "last_day": f"{today():%d/%m/%Y}",
        f"body_{bodies.lead.pk}": str(second.pk),
        f"task_{two.pk}": str(people["lead_head"].pk),
        f"task_{three.pk}": "none",
    }
    count = Event.objects.count()
    assert door.post(f"/people/{people['officer'].pk}/leave/", data).status_code == 302
    for task, leader, contact in (
        (one, people["lead_head"], second),
        (two, people["lead_head"], people["lead_head"]),
        (three, None, people["officer"]),
        (done, None, people["officer"]),
    ):
        task.refresh_from_db()
        assert (task.leader, task.contact) == (leader, contact)
    assert orphans(second) == [three.pk]
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)[count:]
    assert list(verbs) == ["membership_changed", "person_left", "task_people_named", "task_people_named"]
    named(three, people, contact="second")
    assert orphans(second) == []


def test_a_wrong_successor_leaves_everything(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = named(task_at("in_progress"), people, contact="officer")
    count = Event.objects.count()
    for successor in (people["officer"], people["outsider"], people["helper"]):
        with pytest.raises(ValidationError) as invalid, transaction.atomic():
            leaving_actions.leave(
                person=people["officer"], by=people["lead_head"], successors={task.pk: successor}
            )
        assert set(invalid.value.message_dict) == {f"task_{task.pk}"}
        people["officer"].refresh_from_db()
        assert (people["officer"].is_active, Event.objects.count()) == (True, count)


# Head and secretary of the body above fill the offices of this one, and so they let somebody go as well.
SHOWN = ("lead_head", "head", "secretary", "staff", "admin")
KNOWN = ("officer", "inspector")


@pytest.mark.parametrize("who", [*SHOWN, *KNOWN, "sister", "outsider"])
def test_who_may(bodies: Bodies, people: People, who: str) -> None:
    status = 200 if who in SHOWN else 403 if who in KNOWN else 404
    address = f"/people/{people['officer'].pk}/leave/"
    assert client_of(people[who]).get(address).status_code == status
    data = {"last_day": f"{today():%d/%m/%Y}"}
    with transaction.atomic():
        posted = client_of(people[who]).post(address, data).status_code
        transaction.set_rollback(True)
    assert posted == (302 if status == 200 else status)


def test_who_keeps_one_body_closes_no_account_of_another(bodies: Bodies, people: People) -> None:
    appoint(people["officer"], bodies.sister, Role.MEMBER)
    leave = partial(leaving_actions.leave, person=people["officer"])
    for by in ("lead_head", "sister", "outsider"):
        with pytest.raises(Refused) as refused, transaction.atomic():
            leave(by=people[by])
        assert refused.value.status == 403
    appoint(people["admin"], bodies.lead, Role.MEMBER)
    for person in ("admin", "lead_head"):
        with pytest.raises(Refused):
            leaving_actions.leave(person=people[person], by=people["lead_head"])
    leave(by=people["staff"])


def test_not_for_a_day_to_come_and_not_twice(bodies: Bodies, people: People) -> None:
    leave = partial(leaving_actions.leave, person=people["officer"], by=people["lead_head"])
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        leave(last_day=today() + DAY)
    assert set(invalid.value.message_dict) == {"last_day"}
    leave()
    with pytest.raises(Refused) as refused:
        leaving_actions.leave(person=people["officer"], by=people["staff"])
    assert refused.value.status == 409


def test_an_administrator_without_office_sees_no_task_here(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    named(task_at("in_progress"), people, contact="officer")
    page = client_of(people["staff"]).get(f"/people/{people['officer'].pk}/leave/")
    assert (page.context["tasks"], page.context["others"]) == ([], 1)
    assert "điểm lõm sóng" not in page.content.decode()


def test_a_term_that_simply_ends_leaves_a_task_without_a_contact(
    bodies: Bodies, people: People, task_at: TaskAt, second: Person
) -> None:
    task = named(task_at("in_progress"), people, leader="second")
    assert orphans(people["lead_head"]) == []
    term = second.memberships.get()
    committee_actions.end_membership(membership=term, ends_on=today() - DAY, by=people["admin"])
    assert orphans(people["lead_head"]) == [task.pk]
    appoint(second, bodies.lead, Role.MEMBER, starts_on=today())
    assert orphans(people["lead_head"]) == []


def test_many_cost_as_many_queries_as_one(
    bodies: Bodies, people: People, task_at: TaskAt, second: Person
) -> None:
    term = second.memberships.get()

    def more(count: int) -> None:
        appoint(second, bodies.lead, Role.MEMBER, starts_on=today())
        for _each in range(count):
            named(task_at("in_progress", due_on=date(2026, 1, 5)), people, contact="second", leader="officer")
        Membership.objects.filter(person=second, office__role=Role.MEMBER).delete()

    def queries(address: str) -> int:
        client = client_of(people["lead_head"])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    Membership.objects.filter(pk=term.pk).update(ends_on=today() - DAY)
    more(1)
    pages = ("/", f"/people/{people['officer'].pk}/leave/", "/tasks/?mine=orphaned")
    few = [queries(page) for page in pages]
    more(6)
    assert [queries(page) for page in pages] == few
    assert max(few) <= 12, few


def test_what_ended_before_stays_as_it_was(bodies: Bodies, people: People) -> None:
    long_ago = appoint(
        people["officer"], bodies.sister, Role.MEMBER, starts_on=date(2015, 1, 1), ends_on=date(2017, 1, 1)
    )
    leaving_actions.leave(person=people["officer"], by=people["staff"], last_day=date(2026, 1, 10))
    long_ago.refresh_from_db()
    assert (long_ago.starts_on, long_ago.ends_on) == (date(2015, 1, 1), date(2017, 1, 1))


def test_a_term_that_was_used_is_not_taken_back(bodies: Bodies, people: People) -> None:
    used = appoint(people["officer"], bodies.helper, Role.MEMBER, starts_on=today() - 5 * DAY)
    with pytest.raises(ValidationError) as refused:
        leaving_actions.leave(person=people["officer"], by=people["staff"], last_day=today() - 9 * DAY)
    assert set(refused.value.message_dict) == {"last_day"}
    assert Membership.objects.filter(pk=used.pk).exists()


def test_a_deputy_does_not_lock_out_whom_they_stand_in_for(people: People) -> None:
    days: dict[str, Any] = {"starts_on": today(), "ends_on": today() + 5 * DAY}
    absence = Absence(person=people["head"], deputy=people["member"], **days)
    committee_actions.save_absence(absence=absence, by=people["head"])
    with pytest.raises(Refused):
        leaving_actions.leave(person=people["head"], by=people["member"])
    absence.ends_on += 30 * DAY
    with pytest.raises(Refused):
        committee_actions.save_absence(absence=absence, by=people["member"])


def test_whoever_keeps_a_body_closes_an_account_that_is_somebodys_deputy(
    bodies: Bodies, people: People
) -> None:
    appoint(people["member"], bodies.helper, Role.MEMBER)
    days: dict[str, Any] = {"starts_on": today(), "ends_on": today() + 5 * DAY}
    absence = Absence(person=people["member"], deputy=people["assistant"], **days)
    committee_actions.save_absence(absence=absence, by=people["member"])
    leaving_actions.leave(person=people["assistant"], by=people["secretary"])
    people["assistant"].refresh_from_db()
    assert not people["assistant"].is_active
    assert not Membership.objects.filter(absence__isnull=False, ends_on__gte=today()).exists()
