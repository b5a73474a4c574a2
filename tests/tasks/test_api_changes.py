"""Changing a task over the API: what is refused, and beside which field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from committees.models import Person
from portal.shared.days import today
from tasks.lifecycle import State
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt
from tests.tasks.api_tasks_helpers import address, trace

pytestmark = pytest.mark.once


# --- changing a task ----------------------------------------------------------------------------


def test_a_stale_version_says_who_and_what(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("draft")
    first = Api(people["secretary"]).patch(address(task), version=task.version, title="Tên mới")
    assert first.status_code == 200
    assert first.json()["title"] == "Tên mới"
    second = Api(people["assistant"]).patch(address(task), version=task.version, title="Tên khác")
    assert second.status_code == 409
    assert "Secretary" in second.json()["detail"]
    assert second.json()["fields"] == ["title"]
    task.refresh_from_db()
    assert task.title == "Tên mới"


def test_a_remark_made_meanwhile_is_not_taken_for_the_change(
    people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("assigned")
    secretary = Api(people["secretary"])
    secretary.patch(address(task), version=task.version, deliverable="Danh mục")
    Api(people["member"]).post(address(task, "comment"), text="Đồng ý.")
    stale = Api(people["head"]).patch(address(task), version=task.version, deliverable="Báo cáo")
    assert "Secretary" in stale.json()["detail"]
    assert stale.json()["fields"] == ["deliverable"]


def test_a_patch_changes_only_what_it_names(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("assigned", pillar="Hạ tầng")
    day = today() + timedelta(days=35)
    answer = (
        Api(people["head"])
        .patch(address(task), version=task.version, due_on=day, reason="Theo kết luận họp")
        .json()
    )
    assert (answer["due_on"], answer["pillar"]) == (day.isoformat(), "Hạ tầng")
    assert answer["original_due_on"] == str(task.due_on)
    assert [part["body"]["code"] for part in answer["parts"]] == ["HELPER"]
    cleared = Api(people["head"]).patch(address(task), version=answer["version"], parts=[])
    assert cleared.json()["parts"] == []
    assert Event.objects.filter(verb="task_changed").first().reason == "Theo kết luận họp"  # type: ignore[union-attr]


BAD_INPUT: list[tuple[dict[str, Any], str]] = [
    ({"version": None}, "version"),
    ({"lead": "NOWHERE"}, "lead"),
    ({"lead": "LEAD\x00"}, "lead"),
    ({"lead": 7}, "lead"),
    ({"lead": None}, "lead"),
    ({"leader": "nobody"}, "leader"),
    ({"leader": "outsider"}, "leader"),
    ({"title": ""}, "title"),
    ({"title": None}, "title"),
    ({"title": "a\x00b"}, "title"),
    ({"title": "a\x07b"}, "title"),
    ({"title": "x" * 501}, "title"),
    ({"description": "x" * 1_000_000}, "description"),
    ({"title": {"a": 1}}, "title"),
    ({"due_on": "30/09/2026"}, "due_on"),
    ({"due_on": "2026-02-30"}, "due_on"),
    ({"start_on": "2100-12-31"}, "due_on"),
    ({"due_kind": "someday"}, "due_kind"),
    ({"target": "NaN"}, "target"),
    ({"target": "1e99"}, "target"),
    ({"order": 10**30}, "order"),
    ({"order": True}, "order"),
    ({"parent": "self"}, "parent"),
    ({"parent": 999999}, "parent"),
    ({"state": "completed"}, "state"),
    ({"assigner": "SISTER"}, "assigner"),
    ({"parts": [{"body": "LEAD", "kind": "co_lead"}]}, "parts"),
    ({"parts": [{"body": "HELPER", "kind": "lead"}]}, "parts"),
    ({"parts": [{"body": "HELPER", "kind": "co_lead"}, {"body": "HELPER", "kind": "co_lead"}]}, "parts"),
    ({"parts": [{"body": "NOWHERE", "kind": "co_lead"}]}, "parts"),
    ({"parts": [{"body": "HELPER"}]}, "parts"),
    ({"parts": [{"body": "HELPER", "kind": "co_lead", "work": "x" * 501}]}, "parts"),
    ({"parts": "HELPER"}, "parts"),
    ({"parts": [7]}, "parts"),
    ({"parts": {"body": "HELPER"}}, "parts"),
    ({"x" * 1000: 1}, "x" * 60),
    ({"titel": "A"}, "titel"),
]


def test_bad_input_is_said_beside_the_field(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("assigned", start_on=today() - timedelta(days=3))
    before, api = trace(task), Api(people["head"])
    for values, field in BAD_INPUT:
        asked = {"parent": task.pk} if values.get("parent") == "self" else values
        answer = api.patch(address(task), **{"version": task.version, **asked})
        assert (answer.status_code, list(answer.json())) == (400, [field]), (field, answer.content[:300])
    assert trace(task) == before


UNREADABLE: list[str | bytes] = [
    "{",
    "[]",
    "7",
    "null",
    '"text"',
    '{"reason": NaN}',
    "[" * 100_000,
    '{"reason": ' + "9" * 5000 + "}",
    '{"\\ud800": 1}',
    '{"reason": "\\ud800"}',
    '{"reason": "a\\u0000b"}',
    b"\xff\xfe",
    b"",
]


def test_json_that_cannot_be_read_is_400(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    before, api = trace(task), Api(people["secretary"])
    for text in UNREADABLE:
        answer = api.send("post", address(task, "suspend"), text)
        assert (answer.status_code, bool(answer.json())) == (400, True), text[:40]
    assert trace(task) == before


def test_too_much_at_once_is_413(people: dict[str, Person], task_at: TaskAt, settings: Any) -> None:
    task = task_at("in_progress")
    api = Api(people["secretary"])
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    text = "x" * 2000
    assert api.post(address(task, "suspend"), reason=text).status_code == 413
    assert api.client.post(f"/api/{address(task, 'suspend')}", {"reason": text}).status_code == 413
    unreadable = api.client.post(
        f"/api/{address(task, 'suspend')}", b"--x", content_type="multipart/form-data"
    )
    assert (unreadable.status_code, list(unreadable.json())) == (400, ["detail"])


def test_forms_do_as_well_as_json(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    answer = Api(people["secretary"]).client.post(f"/api/{address(task, 'suspend')}", {"reason": "Chờ."})
    assert answer.json()["state"] == State.SUSPENDED


def test_a_task_is_drafted_for_ones_own_body_only(people: dict[str, Person], bodies: Bodies) -> None:
    asked = {"assigner": "COMMITTEE", "title": "Việc mới"}
    assert Api(people["secretary"]).post("tasks/", **asked).status_code == 201
    for who in ("head", "member", "officer", "inspector", "sister", "outsider", "staff"):
        refused = Api(people[who]).post("tasks/", **asked)
        assert (refused.status_code, list(refused.json())) == (403, ["detail"]), who
    assert Task.objects.count() == 1
    empty = Api(people["secretary"]).post("tasks/")
    assert (empty.status_code, sorted(empty.json())) == (400, ["assigner", "title"])


def test_one_body_may_help_twice_in_no_task(people: dict[str, Person], bodies: Bodies) -> None:
    parts = [{"body": "HELPER", "kind": "co_lead"}, {"body": "HELPER", "kind": "coordinating"}]
    answer = Api(people["secretary"]).post("tasks/", assigner="COMMITTEE", title="Việc", parts=parts)
    assert (answer.status_code, list(answer.json())) == (400, ["parts"])
    assert not Task.objects.exists()


def test_who_is_not_named_stays(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    api = Api(people["officer"])
    api.post(address(task, "name_people"), leader="lead_head", contact="officer")
    answer = api.post(address(task, "name_people"), contact=None).json()
    assert (answer["leader"]["username"], answer["contact"]) == ("lead_head", None)


# --- evidence -----------------------------------------------------------------------------------


PDF = b"%PDF-1.7 x"


def upload(api: Api, task: Task, name: str = "báo cáo.pdf", content: bytes = PDF, **data: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return api.client.post(f"/api/{address(task)}evidence/", {"kind": "file", "file": file, **data})


def test_evidence_is_sent_listed_and_taken_back(people: dict[str, Person], task_at: TaskAt) -> None:
    task, api = task_at("in_progress"), Api(people["officer"])
    sent = upload(api, task, title="Báo cáo kết quả")
    assert sent.status_code == 201, sent.content
    row = sent.json()
    assert (row["title"], row["file_name"], row["size"]) == ("Báo cáo kết quả", "báo cáo.pdf", len(PDF))
    assert api.get(address(task) + "evidence/").json()["results"] == [row]
    file = api.client.get(row["download"])
    assert (file.status_code, file.getvalue()) == (200, PDF)
    path = f"{address(task)}evidence/{row['id']}/"
    assert Api(people["member"]).delete(path).status_code == 403
    assert Api(people["sister"]).delete(path).status_code == 404
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 404
    assert api.get(address(task) + "evidence/").json()["count"] == 0
    assert api.delete(f"{address(task)}evidence/x/").status_code == 404


@pytest.mark.parametrize(
    "name, content, data, field",
    [
        ("a.pdf", b"MZ not a pdf", {}, "file"),
        ("a.exe", PDF, {}, "file"),
        ("a.pdf", b"", {}, "file"),
        ("a.pdf", PDF, {"kind": "link"}, "url"),
        ("a.pdf", PDF, {"kind": "link", "url": "javascript:alert(1)"}, "url"),
        ("a.pdf", PDF, {"kind": "picture"}, "kind"),
        ("a.pdf", PDF, {"title": "x" * 300}, "title"),
    ],
)
def test_evidence_that_is_none_is_refused(
    name: str, content: bytes, data: dict[str, str], field: str, people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    before = trace(task)
    answer = upload(Api(people["officer"]), task, name, content, **data)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert trace(task) == before


# --- who is asking ------------------------------------------------------------------------------


def test_a_change_needs_the_token_of_the_session(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["secretary"])
    refused = client.post(f"/api/{address(task, 'confirm')}")
    assert refused.status_code == 403
    assert "X-CSRFToken" in refused.json()["detail"]
    task.refresh_from_db()
    assert task.state == State.SUBMITTED


def test_answers_are_in_the_language_of_the_person(people: dict[str, Person], task_at: TaskAt) -> None:
    person = people["sister"]
    person.language = "en"
    person.save()
    answer = Api(person).get(address(task_at("submitted")))
    assert answer.json() == {"detail": "There is nothing here, or it is not shown to you."}
    assert answer.headers["Content-Language"] == "en"
    assert Api(people["officer"]).get("tasks/").headers["Content-Language"] == "vi"


def test_a_restricted_task_is_shown_to_those_it_is_for(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress", secrecy="restricted", parts=[])
    for who, status in {
        "head": 200,
        "secretary": 200,
        "officer": 200,
        "member": 404,
        "inspector": 404,
    }.items():
        assert Api(people[who]).get(address(task)).status_code == status
