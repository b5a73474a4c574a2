"""Tasks over the API: the same scope, rules and answers as the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from committees.models import Person
from portal.shared.days import today
from tasks import rules
from tasks.api import TaskView
from tasks.models import Order, Task
from tasks.verbs import VERBS
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, ready_for
from tests.support.verbs import CASES, as_json
from tests.tasks.api_tasks_helpers import address, trace

pytestmark = pytest.mark.once


def test_every_verb_has_its_address() -> None:
    doors: list[Any] = TaskView.get_extra_actions()
    addresses = {door.url_path for door in doors}
    assert {verb.replace("_", "-") for verb in VERBS} <= addresses


@pytest.mark.parametrize("verb", CASES)
def test_each_verb_does_its_work(verb: str, people: dict[str, Person], task_at: TaskAt) -> None:
    case = CASES[verb]
    task = ready_for(verb, task_at(case.state), people)
    data, after = as_json(case.values(task, people)), case.target or case.state
    if verb == "edit":
        data |= {"version": task.version}
    answer = Api(people[case.by]).post(address(task, verb), **data)
    task.refresh_from_db()
    assert task.state == after
    if verb == "decline":  # by that it is out of the lead's sight
        assert (answer.status_code, answer.content) == (204, b"")
        return
    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["state"]) == (task.pk, after)


def test_a_task_is_worked_from_draft_to_done(bodies: Bodies, people: dict[str, Person], order: Order) -> None:
    secretary, head, officer = (Api(people[name]) for name in ("secretary", "head", "officer"))
    draft = secretary.post(
        "tasks/",
        assigner="COMMITTEE",
        lead="LEAD",
        order=order.pk,
        title="Lập danh mục điểm lõm sóng",
        due_on=today() + timedelta(days=10),
        parts=[{"body": "HELPER", "kind": "coordinating", "work": "Bố trí kinh phí"}],
    )
    assert draft.status_code == 201, draft.content
    task = draft.json()
    path = f"tasks/{task['id']}/"
    assert task["lead"] == {"code": "LEAD", "name": "Sở Khoa học và Công nghệ"}
    assert task["order"] == {"id": order.pk, "number": "11-KH/BCĐ"}
    assert [(part["body"]["code"], part["kind"]) for part in task["parts"]] == [("HELPER", "coordinating")]
    assert [clear["name"] for clear in task["clears"] if not clear["told"]] == [
        "responsibility",
        "result",
        "authority",
    ]
    assert officer.get(path).status_code == 404
    assert secretary.post(path + "propose/").status_code == 200
    assert head.post(path + "assign/").status_code == 200
    assert officer.post(path + "progress/", percent=50, note="Đã làm một nửa.").json()["percent"] == 50
    refused = officer.post(path + "submit/", report="Đã xong.")
    assert refused.status_code == 409, "without evidence"
    assert officer.post(path + "evidence/", kind="document", document="12/BC").status_code == 201
    submitted = officer.post(path + "submit/", report="Đã lập danh mục 214 điểm.").json()
    assert (submitted["state"], submitted["submitted_by"]["username"]) == ("submitted", "officer")
    done = secretary.post(path + "confirm/").json()
    assert (done["state"], done["standing"]) == ("completed", "done_on_time")
    assert done["confirmed_by"] == {"username": "secretary", "name": "Secretary"}
    assert [note["report"] for note in officer.get(path + "progress/").json()["results"]] == [1, None]


@pytest.mark.parametrize("who", ["head", "standing_deputy", "deputy", "secretary", "admin"])
def test_who_may_confirm(who: str, people: dict[str, Person], task_at: TaskAt) -> None:
    assert Api(people[who]).post(address(task_at("submitted"), "confirm")).status_code == 200


def test_who_may_not_confirm(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    before = trace(task)
    forbidden = dict.fromkeys(("assistant", "member", "officer", "lead_head", "helper", "inspector"), 403)
    for who, status in {**forbidden, **dict.fromkeys(("sister", "outsider", "staff"), 404)}.items():
        answer = Api(people[who]).post(address(task, "confirm"))
        assert (answer.status_code, list(answer.json())) == (status, ["detail"]), who
    assert trace(task) == before


def test_a_stranger_learns_nothing_of_any_verb(people: dict[str, Person], task_at: TaskAt) -> None:
    task, nobody = task_at("in_progress"), Api(people["sister"])
    for verb in VERBS:
        there = nobody.post(address(task, verb))
        not_there = nobody.post(f"tasks/{task.pk + 999}/{verb.replace('_', '-')}/")
        assert there.status_code == not_there.status_code == 404
        assert there.content == not_there.content


def test_who_is_asked_before_what_was_sent(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    assert Api(people["member"]).post(address(task, "withdraw")).status_code == 403
    missing = Api(people["secretary"]).post(address(task, "withdraw"))
    assert missing.status_code == 400
    assert list(missing.json()) == ["reason"]


def test_not_now_is_409_with_the_state(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    before = trace(task)
    answer = Api(people["secretary"]).post(address(task, "confirm"))
    assert answer.status_code == 409
    assert answer.json() == {"detail": str(rules.may_confirm(people["secretary"], task).reason)}
    assert trace(task) == before


def test_the_detail_says_what_one_may_do_and_why_not(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    verdicts = Api(people["officer"]).get(address(task)).json()["verdicts"]
    assert set(verdicts) == set(VERBS)
    for verb, row in VERBS.items():
        verdict = row.rule(people["officer"], task)
        assert verdicts[verb] == {"ok": verdict.ok, "reason": str(verdict.reason)}


def test_the_task_above_is_named_only_to_those_who_see_it(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    above = task_at("in_progress")
    values = {"assigner": bodies.lead, "lead": bodies.helper, "parent": above, "title": "Khảo sát"}
    child = Task.objects.create(
        **values, state="assigned", assigned_at="2026-01-01T00:00Z", due_on=above.due_on
    )
    assert Api(people["officer"]).get(address(child)).json()["parent"]["id"] == above.pk
    above.parts.all().delete()
    assert Api(people["helper"]).get(address(child)).json()["parent"] is None
    assert [row["id"] for row in Api(people["officer"]).get(address(above)).json()["children"]] == [child.pk]
    assert Api(people["member"]).get(address(above)).json()["children"] == []
