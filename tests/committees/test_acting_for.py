"""A deputy acts with both names: in the event, on the pages, in the admin; and judges neither's own work."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Person
from committees.roles import PERMISSIONS, Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tasks import rules
from tasks.lists.duties import Duties, Mine
from tasks.models import Request, Task
from tasks.verbs import VERBS
from tests.support.people import WHY, Bodies, TaskAt, appoint, make_person, ready_for

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
    assert not VERBS[verb].rule(people["member"], task)
    assert mine(people["member"], Mine.CONFIRM) == []
    with pytest.raises(Refused) as refused:
        task_actions.confirm(task=task, by=people["member"])
    assert refused.value.status == 403
    assert VERBS[verb].rule(people["secretary"], task), "of another's right nothing is taken"
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


# --- nobody judges their own work under either name ----------------------------------------------


def served_in_both(bodies: Bodies, people: People) -> None:
    """The head of the committee heads the lead body too, as a department's director often does."""
    appoint(people["head"], bodies.lead, Role.HEAD)
    appoint(people["member"], bodies.lead, Role.INSPECTOR)


def submitted_for_the_head(bodies: Bodies, people: People, task_at: TaskAt) -> Task:
    served_in_both(bodies, people)
    absence = away(people, "head", "member")
    task = task_at("in_progress")
    task_actions.add_evidence(task=task, by=people["officer"], kind="document", document="12/BC")
    task_actions.submit(task=task, by=people["member"], report="Đã xong.")
    actions.end_absence(absence=absence, by=people["head"])
    task.refresh_from_db()
    assert (task.submitted_by, task.submitted_for) == (people["member"], people["head"])
    return task


@pytest.mark.parametrize("verb", ["confirm", "send_back"])
def test_what_was_submitted_in_my_name_is_not_mine_to_judge(
    bodies: Bodies, people: People, task_at: TaskAt, verb: str
) -> None:
    task = submitted_for_the_head(bodies, people, task_at)
    assert not VERBS[verb].rule(people["head"], task)
    assert VERBS[verb].rule(people["secretary"], task)
    assert mine(people["head"], Mine.CONFIRM) == []
    assert mine(people["head"], Mine.WAITING) == [task.pk]
    assert mine(people["secretary"], Mine.CONFIRM) == [task.pk]
    count = Event.objects.count()
    for door in ("", "/api"):
        path = f"{door}/tasks/{task.pk}/{verb.replace('_', '-')}/"
        assert client_of(people["head"]).post(path, {"reason": WHY}).status_code == 403, path
    assert Event.objects.count() == count


def test_nor_by_whoever_stands_in_for_me(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    """Neither by another deputy of whom it was submitted for, nor by the doer in a third name."""
    task = submitted_for_the_head(bodies, people, task_at)
    appoint(people["outsider"], bodies.committee, Role.INSPECTOR)
    away(people, "head", "outsider")
    assert not rules.may_confirm(people["outsider"], task), "for the head"
    away(people, "standing_deputy", "member")
    assert not rules.may_confirm(people["member"], task), "who submitted it"
    appoint(people["sister"], bodies.committee, Role.INSPECTOR)
    away(people, "deputy", "sister")
    assert rules.may_confirm(people["sister"], task), "for somebody who had no hand in it"
    assert mine(people["outsider"], Mine.CONFIRM) == mine(people["member"], Mine.CONFIRM) == []
    assert mine(people["sister"], Mine.CONFIRM) == [task.pk]
    task_actions.confirm(task=task, by=people["sister"])
    task.refresh_from_db()
    assert (task.confirmed_by, task.confirmed_for) == (people["sister"], people["deputy"])


def test_sent_back_nobody_submitted_it(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = submitted_for_the_head(bodies, people, task_at)
    task_actions.send_back(task=task, by=people["secretary"], reason="Thiếu.")
    task.refresh_from_db()
    assert (task.submitted_by, task.submitted_for) == (None, None)


def asked_for_the_head(bodies: Bodies, people: People, task_at: TaskAt) -> Task:
    served_in_both(bodies, people)
    absence = away(people, "head", "member")
    task = task_at("in_progress")
    day = (task.due_on or today()) + timedelta(days=9)
    task_actions.ask_extension(task=task, by=people["member"], proposed_on=day, reason=WHY)
    actions.end_absence(absence=absence, by=people["head"])
    return task


@pytest.mark.parametrize("verb", ["approve_request", "refuse_request", "counter_request"])
def test_what_was_asked_in_my_name_is_not_mine_to_decide(
    bodies: Bodies, people: People, task_at: TaskAt, verb: str
) -> None:
    task = asked_for_the_head(bodies, people, task_at)
    asked = task.requests.get()
    assert (asked.by, asked.on_behalf_of) == (people["member"], people["head"])
    assert not VERBS[verb].rule(people["head"], task)
    assert mine(people["head"], Mine.DECIDE) == []
    assert VERBS[verb].rule(people["standing_deputy"], task)
    assert mine(people["standing_deputy"], Mine.DECIDE) == [task.pk]
    away(people, "standing_deputy", "member")
    assert not VERBS[verb].rule(people["member"], task)
    page = client_of(people["secretary"]).get(f"/tasks/{task.pk}/").content.decode()
    assert "Member, làm thay Head" in page


def test_the_day_offered_in_my_name_is_not_mine_to_accept(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    served_in_both(bodies, people)
    task = task_at("in_progress")
    day = (task.due_on or today()) + timedelta(days=9)
    task_actions.ask_extension(task=task, by=people["officer"], proposed_on=day, reason=WHY)
    absence = away(people, "head", "member")
    task_actions.counter_request(task=task, by=people["member"], counter_on=day - timedelta(days=2))
    actions.end_absence(absence=absence, by=people["head"])
    for verb in ("accept_counter", "decline_counter"):
        assert not VERBS[verb].rule(people["head"], task)
        assert VERBS[verb].rule(people["lead_head"], task)
    assert mine(people["head"], Mine.DECIDE) == []
    assert mine(people["lead_head"], Mine.DECIDE) == [task.pk]
    away(people, "lead_head", "officer")
    task_actions.accept_counter(task=task, by=people["officer"])
    asked = task.requests.get()
    assert (asked.decided_by, asked.decided_for) == (people["member"], people["head"])
    assert (asked.answered_by, asked.answered_for) == (people["officer"], None)


def test_break_glass_is_no_second_pair_of_eyes(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = submitted_for_the_head(bodies, people, task_at)
    Person.objects.filter(pk=people["head"].pk).update(is_superuser=True)
    superuser = Person.objects.get(pk=people["head"].pk)
    assert not rules.may_confirm(superuser, task)
    with pytest.raises(Refused):
        task_actions.confirm(task=task, by=superuser)


NAMES = ("by", "for")


@pytest.mark.parametrize("judge", NAMES)
@pytest.mark.parametrize("doer", NAMES)
def test_the_database_compares_all_four_names(
    bodies: Bodies, people: People, task_at: TaskAt, doer: str, judge: str
) -> None:
    """Past every rule: one person on both sides is refused, four different ones are not."""
    task = task_at("completed")
    row = Task.objects.filter(pk=task.pk)
    others = {"submitted_by": "officer", "submitted_for": "lead_head"}
    others |= {"confirmed_by": "secretary", "confirmed_for": "deputy"}
    row.update(**{column: people[who] for column, who in others.items()})
    twice = {f"submitted_{doer}": people["head"], f"confirmed_{judge}": people["head"]}
    with pytest.raises(IntegrityError, match="task_not_confirmed_by_its_submitter"), transaction.atomic():
        row.update(**twice)


@pytest.mark.parametrize("second", ["by", "for"])
@pytest.mark.parametrize("first", ["by", "for"])
@pytest.mark.parametrize("sides", [("asked", "decided"), ("decided", "answered")])
def test_and_of_requests(
    bodies: Bodies, people: People, task_at: TaskAt, sides: tuple[str, str], first: str, second: str
) -> None:
    task = ready_for("accept_counter", task_at("in_progress"), people)
    task_actions.accept_counter(task=task, by=people["officer"])
    row = Request.objects.filter(task=task)
    columns = {"asked_by": "by", "asked_for": "on_behalf_of"}
    others = {"by": "lead_head", "on_behalf_of": "helper", "decided_by": "standing_deputy"}
    others |= {"decided_for": "deputy", "answered_by": "officer", "answered_for": "member"}
    row.update(**{column: people[who] for column, who in others.items()})
    names = [f"{side}_{name}" for side, name in zip(sides, (first, second), strict=True)]
    constraint = "request_not_decided" if sides[0] == "asked" else "request_not_answered"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.update(**{columns.get(name, name): people["head"] for name in names})


def test_the_api_tells_both_names(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = submitted_for_the_head(bodies, people, task_at)
    told = client_of(people["secretary"]).get(f"/api/tasks/{task.pk}/").json()
    assert told["submitted_by"]["username"] == "member"
    assert told["submitted_for"]["username"] == "head"
    assert told["confirmed_for"] is None
