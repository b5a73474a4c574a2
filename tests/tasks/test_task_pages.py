"""The list of tasks, one task and its verbs, as a browser asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.lifecycle import State
from tasks.lists.quick_views import ViewCounts
from tasks.models import Task
from tests.support.people import appoint, make_body
from tests.tasks.task_pages_helpers import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source, also those still lazy after the answer."""
    with translation.override("en"):
        yield


def queries_for(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


# The list


def test_quick_views_are_doors_to_exactly_their_rows_and_add_up(client, people, task_at):
    days = {"overdue": -3, "due_soon": 2, "in_time": 40}
    for day in days.values():
        task_at("in_progress", due_on=today() + timedelta(days=day))
    for state in ("draft", "submitted", "completed", "suspended", "withdrawn"):
        task_at(state)
    task_at("in_progress", due_on=None)
    task_at("submitted", due_on=None)
    response = signed_in(client, people["secretary"]).get("/tasks/")
    every, *chips = response.context["chips"]
    assert every.count == sum(chip.count for chip in chips) == Task.objects.count() == 10
    for chip in chips:
        assert client.get(f"/tasks/{chip.url}").context["page"].paginator.count == chip.count
        assert len(client.get(f"/tasks/{chip.url}").context["rows"]) == chip.count
    seen = Task.objects.visible_to(people["secretary"])
    counted = seen.tally(today())
    five = ViewCounts.of(seen, today()).tally
    assert five == {name: counted[name] for name in five}


def test_the_numbers_of_the_tally_are_doors_too(client, people, task_at):
    for state in ("draft", "submitted", "completed", "suspended"):
        task_at(state)
    task_at("in_progress", due_on=today() - timedelta(days=1))
    client = signed_in(client, people["head"])
    counts, url = (client.get("/tasks/").context[name] for name in ("counts", "tally_url"))
    assert len(client.get(f"/tasks/{url}").context["rows"]) == counts["given"] == 3
    for standing in ("done_on_time", "done_late", "in_time", "overdue", "no_deadline"):
        rows = client.get(f"/tasks/{url}&standing={standing}").context["rows"]
        assert len(rows) == counts[standing], standing


def test_a_draft_is_in_the_list_of_those_who_prepare_it_only(client, people, task_at):
    task_at("draft")
    assert len(signed_in(client, people["secretary"]).get("/tasks/").context["rows"]) == 1
    for name in ("officer", "sister", "outsider", "helper"):
        assert not signed_in(Client(), people[name]).get("/tasks/").context["rows"]


@pytest.mark.parametrize(
    "query, found",
    [
        ("q=diem lom song", 1),
        ("q=11-KH", 1),
        ("q=nothing like it", 0),
        ("body=LEAD&part=lead", 1),
        ("body=LEAD&part=assigner", 0),
        ("body=Sở Khoa học và Công nghệ", 1),
        ("body=so khoa hoc va cong nghe (LEAD)&part=any", 1),
        ("pillar=Hạ tầng số", 1),
        ("period=2030-Q2", 1),
        ("period=2030-Q1", 0),
        ("standing=in_time&state=in_progress&state=draft", 1),
    ],
)
def test_filters_live_in_the_address(client, people, task_at, order, query, found):
    task_at("in_progress", order=order, pillar="Hạ tầng số", due_on=date(2030, 5, 5))
    response = signed_in(client, people["officer"]).get(f"/tasks/?{query}")
    assert len(response.context["rows"]) == found
    names = {one.name for one in response.context["conditions"]}
    assert names == {part.split("=")[0] for part in query.split("&")} - {"part"}
    for one in response.context["conditions"]:
        assert f"{one.name}=" not in one.without


@pytest.mark.parametrize(
    "query, sentence",
    [
        ("body=NOWHERE", "There is no body “NOWHERE”."),
        ("standing=late", "late"),
        ("view=late", "late"),
        ("period=someday", "Write a period as 2025"),
        ("order=abc", "There is no such order."),
        ("q=a%00b", "Remove the control characters"),
        ("body=%00", "Null characters"),
        ("sort=magic", "magic"),
        ("q=" + "x" * 300, "200"),
    ],
)
def test_an_unknown_value_is_a_sentence_and_no_row(client, people, task_at, query, sentence):
    task_at("in_progress")
    client = signed_in(client, people["secretary"])
    for headers in ({}, {"HX-Request": "true"}):
        response = client.get(f"/tasks/?{query}", headers=headers)
        assert response.status_code == 200
        assert sentence in text_of(response)
        assert "rows" not in response.context


def test_htmx_gets_only_the_rows_and_a_clean_address(client, people, task_at):
    task_at("in_progress")
    response = signed_in(client, people["officer"]).get(
        "/tasks/?q=song&standing=&body=", headers={"HX-Request": "true"}
    )
    assert response.content.strip().startswith(b'<div class="stack" id="list">')
    assert response["HX-Push-Url"] == "/tasks/?q=song"
    assert "HX-Request" in response["Vary"]


def test_an_empty_list_names_the_condition_to_drop(client, people, task_at):
    task_at("in_progress"), task_at("in_progress")
    page = signed_in(client, people["officer"]).get("/tasks/?q=song&body=SISTER")
    text = text_of(page)
    assert "No task matches these 2 conditions." in text
    assert "there are 2 tasks" in text
    assert page.context["drop"][0].name == "body"
    assert "Drop all conditions" in text_of(client.get("/tasks/?q=xyz&body=SISTER"))


def test_sorting_is_in_the_address_and_said_to_the_reader(client, people, task_at):
    task_at("in_progress", title="B", due_on=today() + timedelta(days=9))
    task_at("in_progress", title="A", due_on=today() + timedelta(days=5))
    task_at("completed", title="C", due_on=today() + timedelta(days=1))
    task_at("in_progress", title="D", due_on=None)
    client = signed_in(client, people["head"])
    page = client.get("/tasks/")
    assert [row.task.title for row in page.context["rows"]] == ["A", "B", "D", "C"]
    assert b'aria-sort="ascending"' in page.content
    page = client.get("/tasks/?sort=-due")
    assert [row.task.title for row in page.context["rows"]] == ["B", "A", "D", "C"]
    assert b'aria-sort="descending"' in page.content


def test_fifty_rows_then_the_next(client, people, bodies):
    Task.objects.bulk_create(
        Task(title=f"T{n}", assigner=bodies.committee, lead=bodies.lead, state=State.DRAFT) for n in range(53)
    )
    client = signed_in(client, people["secretary"])
    page = client.get("/tasks/?q=")
    assert len(page.context["rows"]) == 50
    assert "Next 3 tasks" in text_of(page)
    assert len(client.get("/tasks/?page=2").context["rows"]) == 3
    assert "53 tasks, end of the list." not in text_of(page)


def test_twenty_rows_cost_as_many_queries_as_one(client, people, task_at, order):
    task_at("in_progress", order=order)
    task_at("completed", order=order)
    client = signed_in(client, people["secretary"])
    one = queries_for(client, "/tasks/")
    assert one <= 12
    for number in range(4):
        task_at(list(State)[number + 2], order=order, title=f"T{number}")
    assert queries_for(client, "/tasks/") == one
    assert queries_for(client, "/tasks/?q=khong co&view=overdue&body=LEAD&part=lead&period=2026") <= 12


# One task


@pytest.mark.parametrize(
    "who, status",
    [
        ("head", 200),
        ("officer", 200),
        ("helper", 200),
        ("inspector", 200),
        ("sister", 404),
        ("outsider", 404),
    ],
)
def test_who_opens_a_task(client, people, task_at, who, status):
    task = task_at("in_progress")
    client = signed_in(client, people[who])
    for url in ("", "why/"):
        assert client.get(f"/tasks/{task.pk}/{url}").status_code == status


def test_anonymous_is_sent_to_sign_in(client, task_at):
    task = task_at("in_progress")
    for url in ("/tasks/", f"/tasks/{task.pk}/", f"/tasks/{task.pk}/submit/", "/orders/", "/tasks/new/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_the_page_asks_as_often_with_a_long_history_as_with_a_short_one(client, people, task_at):
    task = task_at("submitted")
    client = signed_in(client, people["secretary"])
    few = queries_for(client, f"/tasks/{task.pk}/")
    for number in range(5):
        actions.add_comment(task=task, by=people["officer"], text=f"Ý kiến {number}")
        actions.add_comment(task=task, by=people["helper"], text=f"Ý kiến {number}")
    assert queries_for(client, f"/tasks/{task.pk}/") == few <= 12
    assert queries_for(client, f"/tasks/{task.pk}/why/") <= 12


def acts_of(client, task) -> dict[str, bool]:
    return {
        act.verb.name: bool(act.verdict) for act in client.get(f"/tasks/{task.pk}/").context["panel"].acts
    }


@pytest.mark.parametrize(
    "state, who, main",
    [
        ("draft", "secretary", "propose"),
        ("proposed", "head", "assign"),
        ("proposed", "secretary", "record_approval"),
        ("assigned", "officer", "accept"),
        ("in_progress", "officer", "progress"),
        ("submitted", "secretary", "confirm"),
        ("suspended", "head", "resume"),
        ("completed", "head", None),
        ("in_progress", "member", None),
        ("in_progress", "inspector", None),
    ],
)
def test_the_one_thing_to_do_here(client, people, task_at, state, who, main):
    task = task_at(state)
    page = signed_in(client, people[who]).get(f"/tasks/{task.pk}/")
    act = page.context["panel"].main
    assert (act.verb.name if act else None) == main
    assert page.content.count(b"btn main") <= 2  # once on the page, once under the thumb


@pytest.mark.parametrize(
    "days, percent, main", [(1, 60, "progress"), (1, 100, "submit"), (0, 60, "submit"), (-1, 60, "submit")]
)
def test_before_its_day_a_task_is_reported_on_and_from_then_on_completed(
    client, people, task_at, days, percent, main
):
    task = task_at("in_progress", due_on=today() + timedelta(days=days))
    actions.report_progress(task=task, by=people["officer"], percent=percent, note="Đã đo 139/214 điểm.")
    page = signed_in(client, people["officer"]).get(f"/tasks/{task.pk}/")
    assert [act.verb.name for act in page.context["panel"].thumbs] == [main]


def test_a_grey_button_says_why(client, people, task_at):
    task = task_at("in_progress")
    page = signed_in(client, people["member"]).get(f"/tasks/{task.pk}/")
    assert acts_of(client, task)["suspend"] is False
    assert 'disabled aria-describedby="why-suspend"' in page.content.decode()
    assert "Only the head, the standing deputy or the secretary of the assigner can do this." in text_of(page)


def test_a_side_sees_its_own_verbs(client, people, task_at):
    task = task_at("in_progress")
    assert "submit" not in acts_of(signed_in(client, people["head"]), task)
    assert "withdraw" not in acts_of(signed_in(Client(), people["officer"]), task)
    reader = signed_in(Client(), people["inspector"])
    assert acts_of(reader, task) == {}
    assert "You read this task" in text_of(reader.get(f"/tasks/{task.pk}/"))


def test_why_prints_the_chain(client, people, task_at):
    task = task_at("in_progress")
    text = text_of(signed_in(client, people["inspector"]).get(f"/tasks/{task.pk}/why/"))
    assert "Inspector, Ban Chỉ đạo Trung ương" in text
    assert "stands below Ban Chỉ đạo Trung ương" in text
    text = text_of(signed_in(Client(), people["officer"]).get(f"/tasks/{task.pk}/why/"))
    assert "Officer, Sở Khoa học và Công nghệ" in text


def test_the_story_names_posts_and_no_columns(client, people, bodies, task_at):
    task = task_at("submitted")
    actions.send_back(task=task, by=people["secretary"], reason="Thiếu phương án cho 12 xã.")
    later = task.due_on + timedelta(days=10)
    values = {"due_on": later}
    actions.edit_task(task=task, values=values, by=people["secretary"], reason="Chờ số liệu.")
    actions.change_lead(task=task, by=people["secretary"], lead=bodies.sister, reason="Đúng thẩm quyền.")
    page = signed_in(client, people["secretary"]).get(f"/tasks/{task.pk}/")
    story = " ".join(f"{line.head} {' '.join(line.text)} {line.by}" for line in page.context["story"])
    assert f"Deadline: {task.due_on:%d/%m/%Y} → {later:%d/%m/%Y}" in story
    assert "Lead: Sở Khoa học và Công nghệ → Ban Chỉ đạo tỉnh Nghệ An" in story
    assert "Sent back “Thiếu phương án cho 12 xã.” Secretary, Ban Chỉ đạo tỉnh Khánh Hòa" in story
    assert "Chờ số liệu." in story
    for column in ("due_on", "lead_id", "submitted_by", "percent", "due_version"):
        assert column not in story
    assert [one.is_first for one in page.context["deadlines"]] == [False, True]
    assert f"original deadline {task.due_on:%d/%m/%Y}" in text_of(page)


def test_the_task_above_is_shown_as_far_as_it_may_be_seen(client, people, bodies, task_at):
    above = task_at("in_progress", title="Việc của tỉnh")
    office = make_body("OFFICE", bodies.lead)
    appoint(people["outsider"], office, Role.OFFICER)
    child = Task(title="Việc của sở", assigner=bodies.lead, lead=office, parent=above, due_on=above.due_on)
    child = actions.new_task(task=child, by=people["admin"])
    actions.propose(task=child, by=people["admin"])
    actions.assign(task=child, by=people["lead_head"])
    assert "Việc của tỉnh" in text_of(signed_in(client, people["lead_head"]).get(f"/tasks/{child.pk}/"))
    assert "Việc của sở" in text_of(client.get(f"/tasks/{above.pk}/"))
    page = signed_in(Client(), people["outsider"]).get(f"/tasks/{child.pk}/")
    assert "Việc của tỉnh" in text_of(page), "what it serves is named"
    assert f'href="/tasks/{above.pk}/"' not in page.content.decode(), "and opened by its own bodies only"
