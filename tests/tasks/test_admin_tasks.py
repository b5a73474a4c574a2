"""Orders and tasks through the admin: the scope, the verdicts and the events of the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Event
from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.admin.tasks import IN_BULK
from tasks.lifecycle import State
from tasks.models import Evidence, Order, Part, Task
from tasks.verbs import VERBS
from tests.support.admin_door import one_event, ready_for_admin, url
from tests.support.people import Bodies, TaskAt
from tests.support.verbs import CASES, as_form
from tests.tasks.admin_tasks_helpers import errors, task_values

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def everybody_is_staff(people: dict[str, Person]) -> None:
    """The admin's door opens to staff; what each may do there is still only what their office gives."""
    Person.objects.update(is_staff=True)


def do(task: Task, verb: str) -> str:
    return url(Task, "do", task.pk, verb.replace("_", "-"))


def test_every_verb_has_its_page() -> None:
    assert {verb.name for verb in IN_BULK} == {
        *("propose", "assign", "accept", "confirm", "resume", "mark_posted", "accept_counter", "clear_risk"),
        *("resume_escalation", "vouch", "resume_cycle", "undo_confirmation"),
    }


@pytest.mark.parametrize("verb", [name for name, row in VERBS.items() if not row.has_own_page])
def test_a_superuser_does_each_verb_and_it_is_marked(
    enter: Any, people: dict[str, Person], task_at: TaskAt, verb: str
) -> None:
    task = ready_for_admin(verb, task_at, people)
    assert enter("admin").get(do(task, verb)).status_code == 200
    events = Event.objects.count()
    given = as_form(CASES[verb].values(task, people))
    answer = enter("admin").post(do(task, verb), given)
    assert (answer.status_code, answer.url) == (302, url(Task, "change", task.pk))
    event = Event.objects.order_by("pk")[events]
    assert (event.by, event.about_id, event.break_glass) == (people["admin"], task.pk, True)
    task.refresh_from_db()
    if (move := VERBS[verb].move) and move.target:
        assert task.state == move.target


@pytest.mark.parametrize(
    "who, verb, state, status",
    [
        ("head", "confirm", "submitted", 302),
        ("secretary", "confirm", "submitted", 302),
        ("member", "confirm", "submitted", 403),
        ("officer", "confirm", "submitted", 403),
        ("sister", "confirm", "submitted", 404),
        ("staff", "confirm", "submitted", 404),
        ("head", "confirm", "in_progress", 409),
        ("officer", "submit", "draft", 404),
        ("officer", "submit", "submitted", 409),
        ("officer", "accept", "assigned", 302),
        ("secretary", "accept", "assigned", 403),
        ("head", "teleport", "assigned", 404),
        ("head", "edit", "assigned", 404),
    ],
)
def test_verbs_answer_as_the_pages_do(
    enter: Any, task_at: TaskAt, who: str, verb: str, state: str, status: int
) -> None:
    task = task_at(state)
    events = Event.objects.count()
    shown = enter(who).get(do(task, verb)).status_code
    assert shown == (200 if status == 302 else status)
    assert enter(who).post(do(task, verb), {"report": "Đã xong"}).status_code == status
    task.refresh_from_db()
    assert (task.state == state) == (status != 302)
    assert (Event.objects.count() == events) == (status != 302)


@pytest.mark.parametrize("verb", ["send_back", "record_approval", "comment", "progress", "add_evidence"])
def test_words_that_are_missing_are_asked_for(enter: Any, task_at: TaskAt, verb: str) -> None:
    task, events = task_at(CASES[verb].state), 0
    events = Event.objects.count()
    answer = enter("admin").post(do(task, verb), {})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Event.objects.count() == events


def test_nobody_confirms_their_own_work_here_either(
    enter: Any, people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="1")
    actions.submit(task=task, by=people["admin"], report="Xong")
    assert enter("admin").post(do(task, "confirm")).status_code == 403
    enter("admin").post(url(Task), {"action": "do_confirm", "_selected_action": [task.pk]})
    task.refresh_from_db()
    assert task.state == State.SUBMITTED


def test_a_verb_for_many_does_what_it_may_and_says_the_rest(
    enter: Any, people: dict[str, Person], task_at: TaskAt
) -> None:
    waiting, running = task_at("submitted"), task_at("in_progress")
    chosen = {"action": "do_confirm", "_selected_action": [waiting.pk, running.pk]}
    refused = enter("officer").post(url(Task), chosen, follow=True)
    assert len(list(refused.context["messages"])) == 2
    assert Task.objects.get(pk=waiting.pk).state == State.SUBMITTED
    with one_event("task_confirmed", people["secretary"]):
        answer = enter("secretary").post(url(Task), chosen, follow=True)
    assert len(list(answer.context["messages"])) == 2
    states = dict(Task.objects.values_list("pk", "state"))
    assert states == {waiting.pk: State.COMPLETED, running.pk: State.IN_PROGRESS}
    enter("sister").post(url(Task), {"action": "do_mark_posted", "_selected_action": [running.pk]})
    assert Task.objects.get(pk=running.pk).posted_at is None


def test_a_task_is_entered_with_its_parts(enter: Any, people: dict[str, Person], bodies: Bodies) -> None:
    new = Task(title="Xây dựng kho dữ liệu", assigner=bodies.committee, lead=bodies.lead)
    part = {"body": bodies.helper.pk, "kind": "coordinating"}
    with one_event("task_drafted", people["secretary"]) as event:
        answer = enter("secretary").post(url(Task, "add"), task_values(new, part))
    task = Task.objects.get()
    assert answer.status_code == 302
    assert (task.state, task.created_by, task.lead) == (State.DRAFT, people["secretary"], bodies.lead)
    assert [row.body for row in task.parts.all()] == [bodies.helper]
    assert event.after["title"] == "Xây dựng kho dữ liệu"


def test_only_who_prepares_enters_tasks(enter: Any, bodies: Bodies) -> None:
    new = Task(title="Xây dựng kho dữ liệu", assigner=bodies.committee)
    assert enter("member").post(url(Task, "add"), task_values(new)).status_code == 403
    answer = enter("sister").post(url(Task, "add"), task_values(new))
    assert (answer.status_code, errors(answer)) == (403, ["__all__"])
    assert not Task.objects.exists()


def test_a_task_is_edited_and_its_parts_replaced(
    enter: Any, people: dict[str, Person], bodies: Bodies, task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    part = {"id": task.parts.get().pk, "body": bodies.helper.pk, "kind": "coordinating", "DELETE": "on"}
    other = {"body": bodies.sister.pk, "kind": "co_lead"}
    with one_event("task_changed", people["secretary"]) as event:
        given = task_values(task, part, other, title="Tên mới", reason="Sửa lỗi gõ")
        answer = enter("secretary").post(url(Task, "change", task.pk), given)
    assert answer.status_code == 302
    assert (event.after["title"], event.reason) == ("Tên mới", "Sửa lỗi gõ")
    assert [row.body for row in Part.objects.filter(task=task)] == [bodies.sister]
    given = task_values(task, title="Muộn", opened_version=task.version)
    answer = enter("head").post(url(Task, "change", task.pk), given)
    assert (answer.status_code, errors(answer)) == (409, ["__all__"])
    assert "Secretary" in answer.content.decode()
    assert Task.objects.get().title == "Tên mới"


@pytest.mark.parametrize(
    "who, state, status",
    [("member", "in_progress", 403), ("officer", "in_progress", 403), ("sister", "in_progress", 404),
     ("secretary", "submitted", 409), ("head", "completed", 409)],
)  # fmt: skip
def test_who_may_not_edit(enter: Any, task_at: TaskAt, who: str, state: str, status: int) -> None:
    task, client = task_at(state), enter(who)
    page = client.get(url(Task, "change", task.pk))
    assert page.status_code == (404 if status == 404 else 200)
    assert b'name="_save"' not in page.content
    answer = client.post(url(Task, "change", task.pk), task_values(task, title="Của tôi", state="draft"))
    assert answer.status_code == status
    assert (Task.objects.get().title, Task.objects.get().state) == (task.title, state)


@pytest.mark.parametrize(
    "values, field",
    [
        ({"start_on": "01/01/2040"}, "due_on"),
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"description": "x" * 1_000_000}, "description"),
        ({"lead": ""}, "lead"),
        ({"leader": "outsider"}, "leader"),
        ({"parent": "itself"}, "parent"),
        ({"lead": "helper"}, "lead"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    enter: Any, people: dict[str, Person], bodies: Bodies, task_at: TaskAt, values: dict[str, Any], field: str
) -> None:
    task = task_at("in_progress")
    known = {"outsider": people["outsider"].pk, "itself": task.pk, "helper": bodies.helper.pk}
    values = {name: known.get(value, value) for name, value in values.items()}
    part = {"id": task.parts.get().pk, "body": bodies.helper.pk, "kind": "coordinating"}
    before, events = Task.objects.values().get(), Event.objects.count()
    answer = enter("secretary").post(url(Task, "change", task.pk), task_values(task, part, **values))
    assert (answer.status_code, errors(answer)) == (200, [field])
    assert (Task.objects.values().get(), Event.objects.count()) == (before, events)


def test_the_state_is_no_field(enter: Any, task_at: TaskAt) -> None:
    task = task_at("in_progress")
    enter("admin").post(url(Task, "change", task.pk), task_values(task, state="completed", percent="100"))
    task.refresh_from_db()
    assert (task.state, task.percent) == (State.IN_PROGRESS, 0)


def test_an_order_is_entered_with_its_file_and_corrected(
    enter: Any, people: dict[str, Person], bodies: Bodies
) -> None:
    given = {"body": bodies.committee.pk, "number": "5-QĐ", "kind": "decision", "issued_on": "01/02/2026"}
    given |= {"relations-TOTAL_FORMS": "0", "relations-INITIAL_FORMS": "0"}
    disguised = SimpleUploadedFile("a.pdf", b"no pdf")
    answer = enter("secretary").post(url(Order, "add"), {**given, "upload": disguised})
    assert (answer.status_code, Order.objects.count()) == (200, 0)
    with one_event("order_entered", people["secretary"]):
        file = SimpleUploadedFile("Quyết định.pdf", b"%PDF-1.7")
        answer = enter("secretary").post(url(Order, "add"), {**given, "upload": file})
    order = Order.objects.get()
    assert (answer.status_code, order.file_name) == (302, "Quyết định.pdf")
    with one_event("order_changed", people["secretary"]):
        changed = {**given, "signer": "Trưởng ban", "opened_version": order.version}
        enter("secretary").post(url(Order, "change", order.pk), changed)
    answer = enter("secretary").post(url(Order, "change", order.pk), {**changed, "signer": "Ai đó"})
    assert (answer.status_code, errors(answer)) == (409, ["__all__"])
    assert enter("member").post(url(Order, "change", order.pk), changed).status_code == 403
    assert enter("sister").post(url(Order, "change", order.pk), changed).status_code == 404
    assert Order.objects.get().signer == "Trưởng ban"


def test_a_filter_by_standing(enter: Any, task_at: TaskAt) -> None:
    late = task_at("in_progress", due_on=today() - timedelta(days=2))
    task_at("in_progress")
    page = enter("admin").get(url(Task) + "?standing=overdue")
    assert list(page.context["cl"].result_list) == [late]
    assert Evidence.objects.count() == 0
