"""Tasks over the API: the same scope, rules and answers as the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from tasks import actions, rules
from tasks.api import TaskView
from tasks.lifecycle import FIVE, Standing, State
from tasks.models import Comment, Evidence, Order, Task
from tasks.orders import actions as order_actions
from tasks.verbs import VERBS
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person, ready_for
from tests.support.verbs import CASES, as_json

pytestmark = pytest.mark.once


def address(task: Task, verb: str = "") -> str:
    return f"tasks/{task.pk}/" + (f"{verb.replace('_', '-')}/" if verb else "")


def trace(task: Task) -> tuple[Any, ...]:
    """All that a refusal must leave as it was."""
    row = Task.objects.filter(pk=task.pk).values().get()
    return (
        row,
        Event.objects.count(),
        Notice.objects.count(),
        Evidence.objects.count(),
        Comment.objects.count(),
    )


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


# --- lists and counts ---------------------------------------------------------------------------


@pytest.fixture
def mixed(task_at: TaskAt, bodies: Bodies, order: Order) -> dict[str, Task]:
    """One task of each standing, beside one draft, one suspended and one withdrawn."""
    day = timedelta(days=1)
    return {
        "in_time": task_at("assigned", due_on=today() + 30 * day, pillar="Hạ tầng", order=order),
        "due_soon": task_at("assigned", due_on=today() + 3 * day, lead=bodies.helper, parts=[]),
        "overdue": task_at("in_progress", due_on=today() - 3 * day, title="Kho dữ liệu dùng chung"),
        "no_deadline": task_at("assigned", due_on=None, due_kind="continuous"),
        "submitted": task_at("submitted"),
        "done_on_time": task_at("completed"),
        "done_late": task_at("completed", due_on=today() - 9 * day),
        "draft": task_at("draft"),
        "suspended": task_at("suspended"),
        "withdrawn": task_at("withdrawn"),
    }


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"standing": "overdue"}, {"overdue"}),
    ({"standing": "due_soon"}, {"due_soon"}),
    ({"standing": "in_time"}, {"in_time", "due_soon", "submitted"}),
    ({"standing": "no_deadline"}, {"no_deadline"}),
    ({"standing": "done_late"}, {"done_late"}),
    ({"standing": "submitted"}, {"submitted"}),
    ({"state": ["draft", "suspended"]}, {"draft", "suspended"}),
    ({"body": "HELPER", "part": "lead"}, {"due_soon"}),
    ({"body": "LEAD", "part": "lead", "standing": "overdue"}, {"overdue"}),
    ({"body": "HELPER", "part": "coordinating", "standing": "overdue"}, {"overdue"}),
    ({"body": "SISTER"}, set()),
    ({"pillar": "Hạ tầng"}, {"in_time"}),
    ({"q": "kho du lieu"}, {"overdue"}),
    ({"q": "11-kh"}, {"in_time"}),
    ({"programme": "da06"}, set()),
]


def test_the_filters_of_the_pages(mixed: dict[str, Task], people: dict[str, Person]) -> None:
    api, names = Api(people["secretary"]), {task.pk: name for name, task in mixed.items()}
    for query, expected in FILTERS:
        answer = api.get("tasks/", **query).json()
        assert {names[row["id"]] for row in answer["results"]} == expected, query
        assert answer["count"] == len(expected)
        tally = api.get("tasks/tally/", **query).json()
        assert tally["given"] == sum(tally[name] for name in FIVE)
        listed = Task.objects.filter(pk__in=[row["id"] for row in answer["results"]])
        assert tally["given"] == listed.counted().count(), query


def test_the_count_and_the_lists_agree(
    mixed: dict[str, Task], people: dict[str, Person], order: Order
) -> None:
    api = Api(people["secretary"])
    tally = api.get("tasks/tally/").json()
    assert {name: tally[name] for name in ("given", *FIVE)} == {
        "given": 7,
        "done_on_time": 1,
        "done_late": 1,
        "in_time": 3,
        "overdue": 1,
        "no_deadline": 1,
    }
    assert (tally["suspended"], tally["withdrawn"], tally["on"]) == (1, 1, today().isoformat())
    for name in FIVE:
        assert api.get("tasks/", standing=name).json()["count"] == tally[name]
    assert api.get("tasks/", order=order.pk).json()["count"] == 1
    assert api.get("tasks/", period=f"{today().year}").json()["count"] >= 1


def test_a_row_says_where_the_task_stands(mixed: dict[str, Task], people: dict[str, Person]) -> None:
    rows = {row["id"]: row for row in Api(people["secretary"]).get("tasks/").json()["results"]}
    for task in mixed.values():
        assert rows[task.pk]["standing"] == task.standing(today())
        assert rows[task.pk]["days_left"] == task.days_left(today())
    assert rows[mixed["overdue"].pk]["days_left"] == -3
    assert rows[mixed["due_soon"].pk]["standing"] == Standing.DUE_SOON


def test_the_list_holds_what_is_visible_and_nothing_else(
    mixed: dict[str, Task], people: dict[str, Person]
) -> None:
    for who in ("head", "officer", "helper", "inspector", "sister", "outsider", "staff", "admin"):
        api, seen = Api(people[who]), set(Task.objects.visible_to(people[who]).values_list("pk", flat=True))
        answer = api.get("tasks/").json()
        assert {row["id"] for row in answer["results"]} == seen, who
        assert answer["count"] == len(seen)
        for task in mixed.values():
            assert api.get(address(task)).status_code == (200 if task.pk in seen else 404), who
        counted = Task.objects.filter(pk__in=seen).counted().count()
        assert api.get("tasks/tally/").json()["given"] == counted, who


def test_pages_follow_each_other_in_a_stable_order(task_at: TaskAt, people: dict[str, Person]) -> None:
    for _number in range(7):
        task_at("draft")
    task_at("draft", due_on=None, due_kind="none")
    api = Api(people["secretary"])
    for ordering in ("due", "-due", "updated", "-updated"):
        whole = [row["id"] for row in api.get("tasks/", ordering=ordering).json()["results"]]
        pages = [api.get("tasks/", ordering=ordering, page=page, page_size=3).json() for page in (1, 2, 3)]
        assert [row["id"] for page in pages for row in page["results"]] == whole
        assert [page["count"] for page in pages] == [8, 8, 8]
    assert api.get("tasks/").json()["results"][-1]["due_on"] is None


def test_a_page_holds_fifty_rows(task_at: TaskAt, people: dict[str, Person]) -> None:
    task = task_at("draft")
    rows = []
    for _number in range(60):
        copy = Task.objects.get(pk=task.pk)
        copy.pk = None
        rows.append(copy)
    Task.objects.bulk_create(rows)
    answer = Api(people["secretary"]).get("tasks/").json()
    assert (len(answer["results"]), answer["count"]) == (50, 61)


WRONG_FILTERS = [
    ({"standing": "late"}, "standing"),
    ({"state": "done"}, "state"),
    ({"body": "NOWHERE"}, "body"),
    ({"body": "LEAD\x00"}, "body"),
    ({"part": "boss"}, "part"),
    ({"order": "abc"}, "order"),
    ({"order": "9" * 40}, "order"),
    ({"period": "2026-13"}, "period"),
    ({"period": "soon"}, "period"),
    ({"q": "x" * 201}, "q"),
    ({"q": "a\x00b"}, "q"),
    ({"pillar": "\x07"}, "pillar"),
    ({"ordering": "title"}, "ordering"),
    ({"ordering": "\x00"}, "ordering"),
    ({"page_size": "1000"}, "page_size"),
    ({"page_size": "-1"}, "page_size"),
    ({"page_size": "²"}, "page_size"),
    ({"standin": "overdue"}, "standin"),
]


def test_a_wrong_filter_is_said(people: dict[str, Person]) -> None:
    api = Api(people["secretary"])
    for query, field in WRONG_FILTERS:
        answer = api.get("tasks/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field]), query


def test_an_unknown_filter_names_the_known_ones(people: dict[str, Person]) -> None:
    said = Api(people["secretary"]).get("tasks/", standin="overdue").json()["standin"][0]
    assert all(name in said for name in ("standing", "body", "part", "order", "pillar", "period", "page"))
    assert Api(people["secretary"]).get("tasks/tally/", page=2).status_code == 400


def test_a_page_that_is_not_there_is_404(people: dict[str, Person]) -> None:
    api = Api(people["secretary"])
    for page in ("0", "-1", "99", "9" * 30, "x", "1.5"):
        answer = api.get("tasks/", page=page)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"]), page


def test_an_address_without_a_task_is_404(people: dict[str, Person]) -> None:
    api = Api(people["admin"])
    for pk in ("0", "abc", "9" * 40, "1.0", "-1", "%00", "1%00", "%F0%9F%98%80", "'"):
        for path in ("tasks/{}/", "tasks/{}/evidence/", "orders/{}/", "memberships/{}/", "notices/{}/"):
            answer = api.get(path.format(pk))
            assert (answer.status_code, list(answer.json())) == (404, ["detail"]), (path, pk)
        assert api.post(f"tasks/{pk}/confirm/").status_code == 404


def test_lists_ask_as_often_for_many_rows_as_for_one(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies, order: Order
) -> None:
    api = Api(people["secretary"])
    first = task_at("in_progress", order=order)
    paths = ["tasks/", "tasks/tally/", "orders/", "bodies/", "bodies/COMMITTEE/members/", "memberships/"]
    paths += [address(first) + part for part in ("", "progress/", "comments/", "evidence/")]
    grow(first, people, task_at)
    few = {path: api.queries(path) for path in paths}
    for _number in range(4):
        grow(first, people, task_at)
    assert {path: api.queries(path) for path in paths} == few
    assert few["tasks/"] <= 6, "session, person, what they hold, bodies below, count, rows"


def grow(task: Task, people: dict[str, Person], task_at: TaskAt) -> None:
    """One more of everything that the lists above show."""
    number = Task.objects.count()
    actions.add_comment(task=task, by=people["member"], text="Ghi chú")
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
    actions.report_progress(task=task, by=people["officer"], percent=5, note="Đang làm")
    extra = Order(body=task.assigner, number=f"{number}/KH", kind="plan")
    task_at("in_progress", order=order_actions.save_order(order=extra, by=people["secretary"]))
    body = make_body(f"NEW-{number}", task.assigner)
    appoint(make_person(f"new{number}"), task.assigner, Role.MEMBER)
    appoint(make_person(f"other{number}"), body, Role.HEAD)


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
