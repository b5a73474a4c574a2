"""What nobody learns from a door that shows it only by the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from committees.models import Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.many.values import MANY
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_body


@pytest.mark.parametrize(
    "address",
    [
        "/admin/committees/person/?password__startswith=pbkdf2",
        "/admin/committees/person/?events__reason__contains=x",
        "/admin/committees/body/?tasks_given__title__contains=x",
        "/admin/committees/membership/?office__body__tasks_given__title__contains=x",
        "/admin/notices/letter/?text__contains=danh",
        "/admin/notices/letter/?html__contains=danh",
        "/admin/notices/letter/?subject__contains=x",
        "/admin/notices/notice/?about_id=1",
        "/admin/notices/notice/?data__title__contains=x",
        "/admin/tasks/task/?parent__title__contains=x",
    ],
)
def test_no_address_asks_about_what_a_list_does_not_show(enter: Any, rows: Any, address: str) -> None:
    assert enter("staff").get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/committees/person/?is_active__exact=1",
        "/admin/committees/office/?body__id__exact=1&role__exact=head",
        "/admin/committees/membership/?office__body__id__exact=1&term=now",
        "/admin/committees/body/?exists=yes&level__exact=central",
        "/admin/notices/letter/?state__exact=sent&on__exact=2026-01-05",
        "/admin/notices/notice/?on__year=2026&on__month=1&kind=overdue",
        "/admin/tasks/task/?standing=overdue&state__exact=draft",
        "/admin/audit/event/?verb=x&about_type=committees.body",
    ],
)
def test_filters_and_links_of_lists_go_on(enter: Any, people: dict[str, Person], address: str) -> None:
    assert enter("staff").get(address).status_code == 200


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_lead_reads_nothing_of_how_its_task_was_prepared(
    client: Client, people: dict[str, Person], bodies: Bodies, task_at: TaskAt
) -> None:
    """Not the comments on the draft, not its changes, not why another body declined it."""
    task = task_at("draft", title="Một tên nháp", lead=bodies.sister, parts=[])
    actions.add_comment(task=task, by=people["secretary"], text="Giao ai cũng được")
    actions.edit_task(task=task, values={"title": "Lập danh mục"}, by=people["secretary"])
    actions.propose(task=task, by=people["secretary"])
    actions.assign(task=task, by=people["head"])
    actions.decline(task=task, by=people["sister"], reason="Không đủ người làm")
    actions.edit_task(task=task, values={"lead": bodies.lead}, by=people["secretary"])
    actions.assign(task=task, by=people["head"])
    Person.objects.filter(pk=people["officer"].pk).update(is_staff=True)
    admin = f"/admin/tasks/task/{task.pk}/history/"
    doors = (f"/tasks/{task.pk}/", "/", f"/api/tasks/{task.pk}/comments/", admin)
    inner = ("Một tên nháp", "Giao ai cũng được", "Không đủ người làm")
    read = {}
    for who in ("officer", "head"):
        client.force_login(Person.objects.get(pk=people[who].pk))
        pages = " ".join(text_of(client.get(door)) for door in doors)
        assert "Lập danh mục" in pages
        read[who] = [words for words in inner if words in pages]
    assert read == {"officer": [], "head": list(inner)}


def test_who_edits_a_task_does_not_read_the_restricted_one_above(
    client: Client, people: dict[str, Person], bodies: Bodies, task_at: TaskAt
) -> None:
    above = task_at("in_progress", title="Chuyện kín")
    by = people["outsider"]
    appoint(people["officer"], bodies.lead, Role.SECRETARY)
    appoint(by, bodies.lead, Role.ASSISTANT)
    below = Task(title="Việc con", assigner=bodies.lead, lead=make_body("OFFICE", bodies.lead), parent=above)
    actions.new_task(task=below, by=people["officer"])
    # No action leaves a task below less secret than the one above; a row brought in from elsewhere may be.
    Task.objects.filter(pk=above.pk).update(secrecy="restricted")
    Person.objects.filter(pk=by.pk).update(is_staff=True)
    client.force_login(Person.objects.get(pk=by.pk))
    edit, admin = f"/tasks/{below.pk}/edit/", f"/admin/tasks/task/{below.pk}/change/"
    pages = [text_of(client.get(door)) for door in (edit, admin, f"/tasks/{below.pk}/")]
    assert [("Việc con" in page, "Chuyện kín" in page) for page in pages] == [(True, False)] * 3
    actions.edit_task(task=below, values={"title": "Việc con khác", "secrecy": "restricted"}, by=by)
    assert Task.objects.get(pk=below.pk).parent == above


def test_a_draft_below_is_not_told_by_the_deadline_above(
    people: dict[str, Person], bodies: Bodies, task_at: TaskAt
) -> None:
    above, day = task_at("in_progress"), today()
    appoint(people["officer"], bodies.lead, Role.SECRETARY)
    below = Task(title="Việc con", assigner=bodies.lead, lead=make_body("OFFICE", bodies.lead), parent=above)
    below.due_on = day + timedelta(days=20)
    actions.new_task(task=below, by=people["officer"])
    actions.edit_task(task=above, values={"due_on": day + timedelta(days=10)}, by=people["secretary"])
    actions.propose(task=below, by=people["officer"])
    with pytest.raises(ValidationError) as refused:
        actions.assign(task=below, by=people["lead_head"])
    assert list(refused.value.message_dict) == ["due_on"]


def test_to_choose_a_task_out_of_sight_is_to_choose_none(
    client: Client, people: dict[str, Person], task_at: TaskAt
) -> None:
    """Whatever is done to many: no page differs between what is hidden and what is not there."""
    task, nowhere = task_at("submitted", title="Việc kín"), 10**9
    for who, hidden in (
        ("sister", task),
        ("outsider", task),
        ("officer", task_at("draft", title="Việc kín")),
    ):
        client.force_login(people[who])
        for verb in MANY:
            read = []
            for key in (hidden.pk, nowhere):
                page = text_of(client.post("/tasks/many/", {"verb": verb, "task": key}, follow=True))
                assert "Việc kín" not in page
                rows = page.partition('<ul class="rows">')[2].partition("</ul>")[0]
                assert str(key) in rows
                read.append(rows.replace(str(key), ""))
            assert read[0] == read[1], (who, verb)
