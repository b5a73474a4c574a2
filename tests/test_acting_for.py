"""A deputy acts with both names: in the event, on the pages, in the admin; and judges neither's own work."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Person
from committees.roles import PERMISSIONS, Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tasks import rules
from tasks.duties import Duties, Mine
from tasks.models import Task
from tests.people import WHY, Bodies, TaskAt, appoint, make_person

People = dict[str, Person]


def away(people: People, who: str, deputy: str) -> Absence:
    days: dict[str, Any] = {"starts_on": today(), "ends_on": today() + timedelta(days=10)}
    absence = Absence(person=people[who], deputy=people[deputy], **days)
    return actions.save_absence(absence=absence, by=people[who])


def last() -> tuple[str, str]:
    event = Event.objects.latest("pk")
    return event.by_name, event.for_name


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def mine(person: Person, section: Mine) -> list[int]:
    duties = Duties.of(person, today())
    return list(Task.objects.visible_to(person).filter(duties.q(section)).values_list("pk", flat=True))


def test_the_event_says_by_and_for(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    away(people, "head", "member")
    for door in ("action", "page", "api"):
        task = task_at("proposed")
        if door == "action":
            task_actions.assign(task=task, by=people["member"])
        else:
            prefix = "/api" if door == "api" else ""
            answer = client_of(people["member"]).post(f"{prefix}/tasks/{task.pk}/assign/")
            assert answer.status_code == (200 if door == "api" else 302)
        assert last() == ("Member", "Head"), door


def test_with_a_right_of_their_own_they_act_for_themself(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    away(people, "head", "secretary")
    task = task_at("proposed")
    task_actions.assign(task=task, by=people["secretary"])
    assert last() == ("Secretary", "Head")
    task_actions.edit_task(task=task, values={"deliverable": "Bản đồ"}, by=people["secretary"])
    assert last() == ("Secretary", "")


def test_asking_once_names_the_same(bodies: Bodies, people: People, django_assert_num_queries: Any) -> None:
    away(people, "head", "secretary")
    person, body = people["secretary"], bodies.committee
    plain = {}
    for name in PERMISSIONS:
        with django_assert_num_queries(1):
            right = access.right(person, name, body)
        plain[name] = right and right.on_behalf_of
    with access.asking_once(), django_assert_num_queries(1):
        for name, somebody in plain.items():
            right = access.right(person, name, body)
            assert (right and right.on_behalf_of) == somebody, name
    assert {name for name, one in plain.items() if one == people["head"]} >= {
        "assign_tasks",
        "decide_extensions",
    }
    assert plain["confirm_tasks"] is None


def test_story_admin_and_chain_hold_both_names(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    away(people, "head", "member")
    task = task_at("proposed")
    task_actions.assign(task=task, by=people["member"])
    for who, address in (("secretary", f"/tasks/{task.pk}/"), ("admin", "/admin/audit/event/")):
        people[who].language = "en"
        people[who].save()
        assert "Member, acting for Head" in client_of(people[who]).get(address).content.decode(), address
    history = client_of(people["admin"]).get(f"/admin/tasks/task/{task.pk}/history/").content.decode()
    assert "Member, acting for Head" in history
    out = StringIO()
    call_command("verify_audit", stdout=out)
    event = Event.objects.latest("pk")
    before = Event.objects.filter(pk__lt=event.pk).latest("pk").digest
    assert event.seal(before) == event.digest
    event.for_name = "Secretary"
    assert event.seal(before) != event.digest


@pytest.mark.parametrize("verb", ["confirm", "send_back"])
def test_the_work_of_whom_they_stand_in_for_is_not_theirs_to_judge(
    bodies: Bodies, people: People, task_at: TaskAt, verb: str
) -> None:
    appoint(people["officer"], bodies.committee, Role.STANDING_DEPUTY)
    task = task_at("submitted")
    assert task.submitted_by == people["officer"]
    away(people, "officer", "member")
    assert not rules.VERBS[verb](people["member"], task)
    assert mine(people["member"], Mine.CONFIRM) == []
    with pytest.raises(Refused) as refused:
        task_actions.confirm(task=task, by=people["member"])
    assert refused.value.status == 403
    assert rules.VERBS[verb](people["secretary"], task), "of another's right nothing is taken"
    assert mine(people["secretary"], Mine.CONFIRM) == [task.pk]


def test_nor_is_their_own_work_in_another_name(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    appoint(people["officer"], bodies.committee, Role.MEMBER)
    task = task_at("submitted")
    away(people, "head", "officer")
    assert not rules.may_confirm(people["officer"], task)
    other = task_at("submitted")
    Task.objects.filter(pk=other.pk).update(submitted_by=people["lead_head"])
    other.refresh_from_db()
    assert rules.may_confirm(people["officer"], other)
    assert mine(people["officer"], Mine.CONFIRM) == [other.pk]


def test_requests_are_decided_by_neither(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    appoint(people["lead_head"], bodies.committee, Role.STANDING_DEPUTY)
    away(people, "lead_head", "member")
    task = task_at("in_progress")
    day = task.due_on or today()
    task_actions.ask_extension(
        task=task, by=people["lead_head"], proposed_on=day + timedelta(days=9), reason=WHY
    )
    assert not rules.may_decide_request(people["member"], task)
    assert mine(people["member"], Mine.DECIDE) == []
    assert mine(people["head"], Mine.DECIDE) == [task.pk]


def test_the_field_of_the_absent_deputy_is_their_field(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    people["second"], people["third"] = make_person("second"), make_person("third")
    appoint(people["second"], bodies.committee, Role.DEPUTY, fields="Dữ liệu")
    appoint(people["third"], bodies.committee, Role.DEPUTY, fields="Hạ tầng")
    task, own, other = (task_at("proposed", pillar=name) for name in ("Dữ liệu", "Hạ tầng", "Thể chế"))
    assert not rules.may_assign(people["third"], task)
    away(people, "second", "third")
    assert sorted(mine(people["third"], Mine.DECIDE)) == [task.pk, own.pk]
    task_actions.assign(task=task, by=people["third"])
    assert last() == ("Third", "Second")
    task_actions.assign(task=own, by=people["third"])
    assert last() == ("Third", "")
    assert not rules.may_assign(people["third"], other)
