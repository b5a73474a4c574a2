"""My notices: mine only, newest first, unread marked, at the same cost for many."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from reminders import weekly_summary as summary
from tasks import actions
from tests.support.people import TaskAt

People = dict[str, Person]


def get(person: Person, address: str = "/notices/") -> Any:
    client = Client()
    client.force_login(person)
    return client.get(address)


def kinds(answer: Any) -> list[str]:
    """The kinds of the notices as they stand on the page, group after group."""
    return [entry.notice.kind for row in answer.context["rows"] for entry in row.entries]


def test_mine_only_and_newest_first(people: People, task_at: TaskAt) -> None:
    task = task_at("submitted")
    assert kinds(get(people["officer"])) == ["task_assigned"]
    assert kinds(get(people["secretary"])) == ["task_submitted"]
    assert kinds(get(people["sister"])) == []
    actions.send_back(task=task, by=people["secretary"], reason="Thiếu phụ lục.")
    answer = get(people["officer"])
    assert kinds(answer) == ["task_sent_back", "task_assigned"]
    assert "Thiếu phụ lục." in answer.content.decode()
    assert f'href="{task.get_absolute_url()}"' in answer.content.decode()


def test_marking_as_read_is_mine_and_a_post(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    client = Client()
    client.force_login(people["officer"])
    assert client.get("/notices/read/").status_code == 405
    assert client.post("/notices/read/")["Location"] == "/notices/"
    assert not Notice.objects.unread_for(people["officer"]).exists()
    assert Notice.objects.unread_for(people["lead_head"]).exists()


def test_what_was_dropped_is_not_told(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    Notice.objects.update(state=Notice.State.DROPPED, dropped_because="x")
    assert kinds(get(people["officer"])) == []


def test_a_task_out_of_sight_is_not_named(people: People, task_at: TaskAt) -> None:
    task = task_at("assigned", title="Nhiệm vụ không còn của mình")
    people["officer"].memberships.all().delete()
    answer = get(people["officer"])
    assert len(kinds(answer)) == 1
    assert task.title not in answer.content.decode()


def test_a_kind_that_nobody_knows_is_shown_politely(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    Notice.objects.update(kind="from_another_time")
    assert get(people["officer"]).status_code == 200


def owe_more(like: Notice, **columns: Any) -> list[Notice]:
    """Thirty more notices like one, with other values in some columns."""
    values = {name: getattr(like, name) for name in ("person", "kind", "about_type", "about_id", "on")}
    values |= columns
    start = Notice.objects.count()
    return Notice.objects.bulk_create(Notice(key=f"k{start + number}", **values) for number in range(30))


@pytest.mark.parametrize("page", ["2", "99", "x", "-1"])
def test_pages_of_25_groups(people: People, task_at: TaskAt, page: str) -> None:
    task_at("assigned")
    first = Notice.objects.get(person=people["officer"])
    for days, notice in enumerate(owe_more(first)):
        Notice.objects.filter(pk=notice.pk).update(on=first.on - timedelta(days=days + 1))
    assert len(kinds(get(people["officer"]))) == 25
    assert len(kinds(get(people["officer"], f"/notices/?page={page}"))) in (6, 25)


def test_what_is_about_one_task_on_one_day_stands_together(people: People, task_at: TaskAt) -> None:
    officer = people["officer"]
    task, other = task_at("completed"), task_at("assigned")
    first = Notice.objects.filter(person=officer, about_id=task.pk).earliest("pk")
    Notice.objects.filter(pk=first.pk).update(on=today() - timedelta(days=1))
    rows = get(officer).context["rows"]
    groups = [
        (row.group.about_id, row.group.on, [entry.notice.kind for entry in row.entries]) for row in rows
    ]
    assert groups == [
        (other.pk, today(), ["task_assigned"]),
        (task.pk, today(), ["task_confirmed"]),
        (task.pk, today() - timedelta(days=1), ["task_assigned"]),
    ]


def test_a_long_group_says_how_many_more_and_has_a_page(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    officer = people["officer"]
    newest = owe_more(Notice.objects.get(person=officer))[-1]
    answer = get(officer)
    [row] = answer.context["rows"]
    assert (len(row.entries), row.more, row.group.unread) == (5, 26, 31)
    assert f'href="/notices/{newest.pk}/"' in answer.content.decode()
    page = get(officer, f"/notices/{newest.pk}/")
    assert next(entry.notice.pk for entry in page.context["entries"]) == newest.pk
    assert len(get(officer, f"/notices/{newest.pk}/?page=2").context["entries"]) == 6


def test_what_is_escalated_on_one_day_is_one_line(people: People, task_at: TaskAt) -> None:
    officer = people["officer"]
    task_at("assigned")
    assigned = Notice.objects.get(person=officer)
    escalated = owe_more(assigned, kind="escalated", data={"days": 3})
    yesterday = owe_more(assigned, kind="escalated", data={"days": 3}, on=today() - timedelta(days=1))
    rows = get(officer).context["rows"]
    assert [(row.digest, row.group.count) for row in rows] == [
        ("30 nhiệm vụ quá hạn được báo lên cấp trên", 30),
        ("30 nhiệm vụ quá hạn được báo lên cấp trên", 30),
        ("", 1),
    ]
    assert [row.group.newest for row in rows] == [yesterday[-1].pk, escalated[-1].pk, assigned.pk]
    page = get(officer, f"/notices/{escalated[0].pk}/")
    assert page.context["page"].paginator.count == 30
    assert page.context["unread"] == escalated[-1].pk


def test_a_group_is_read_by_one_press_up_to_what_was_seen(people: People, task_at: TaskAt) -> None:
    officer, head = people["officer"], people["lead_head"]
    task_at("assigned")
    escalated = owe_more(Notice.objects.get(person=officer), kind="escalated", data={"days": 3})
    client = Client()
    client.force_login(officer)
    assert client.post(f"/notices/{escalated[19].pk}/read/")["Location"] == "/notices/"
    unread = Notice.objects.unread_for(officer)
    assert set(unread.filter(kind="escalated")) == set(escalated[20:])
    assert unread.filter(kind="task_assigned").exists()
    others = Notice.objects.filter(person=head).earliest("pk")
    assert client.get(f"/notices/{others.pk}/").status_code == 404
    # What is about a task leaves the digest alone that its escalation stands in, and the other way round.
    newest = owe_more(Notice.objects.get(person=officer, kind="task_assigned"))[-1]
    client.post(f"/notices/{newest.pk}/read/")
    assert set(Notice.objects.unread_for(officer)) == set(escalated[20:])
    Notice.objects.filter(pk=newest.pk).update(read_at=None, kind="task_assigned")
    client.post(f"/notices/{escalated[-1].pk}/read/")
    assert [notice.kind for notice in Notice.objects.unread_for(officer)] == ["task_assigned"]
    assert Notice.objects.unread_for(head).exists()


def test_twenty_cost_as_many_queries_as_one(people: People, task_at: TaskAt) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/notices/")
        return len(captured)

    client = Client()
    client.force_login(people["officer"])
    task_at("assigned")
    client.get("/notices/")
    once = queries()
    for state in ("assigned", "completed", "suspended", "withdrawn", "submitted"):
        task_at(state)
    assert queries() == once <= 12


def test_the_summaries_of_many_weeks_cost_as_many_queries_as_one(people: People, task_at: TaskAt) -> None:
    head = people["lead_head"]
    task = task_at("in_progress", due_on=today() - timedelta(days=30))
    client = Client()
    client.force_login(head)

    def queries(weeks: range) -> int:
        values = {"kind": summary.WEEKLY, "about_type": "committees.body", "about_id": task.lead_id}
        Notice.objects.bulk_create(
            Notice(key=f"week-{week}", person=head, on=today(), **values) for week in weeks
        )
        with CaptureQueriesContext(connection) as captured:
            client.get("/notices/")
        return len(captured)

    queries(range(1))
    assert queries(range(1, 2)) == queries(range(2, 20))


def test_one_is_read_and_only_unread_ones_are_shown(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    client = Client()
    client.force_login(people["officer"])
    task_at("assigned")
    first = Notice.objects.filter(person=people["officer"]).earliest("pk")
    answer = client.post(f"/notices/{first.pk}/read/", {"unread": "1"})
    assert answer["Location"] == "/notices/?unread=1"
    assert len(kinds(client.get("/notices/?unread=1"))) == 1
    assert len(kinds(client.get("/notices/"))) == 2
    others = Notice.objects.filter(person=people["lead_head"]).earliest("pk")
    assert client.post(f"/notices/{others.pk}/read/").status_code == 404
    client.post("/notices/read/")
    assert kinds(client.get("/notices/?unread=1")) == []
