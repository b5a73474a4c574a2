"""A body that helps delivers its own contribution by its own day; the lead body may send it back."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused
from reminders import kinds as telling
from reminders import planning as reminders
from tasks import actions, rules
from tasks.actions.task_fields import PartSpec
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.models import Part, Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_person
from tests.support.told import told_by

People = dict[str, Person]
DAY = timedelta(days=1)
SAID = "Đã gửi số liệu tại Công văn 45/STC."


@pytest.fixture
def helped(bodies: Bodies, task_at: TaskAt) -> Callable[..., Task]:
    """A task at work in which HELPER has a day of its own."""

    def make(days: int = 10, state: str = "in_progress", **values: Any) -> Task:
        own = today() + days * DAY
        parts = [PartSpec(bodies.helper, "coordinating", work="Cung cấp số liệu", due_on=own)]
        return task_at(state, parts=parts, **values)

    return make


def test_delivered_and_corrected(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    part = actions.contribute(task=task, by=people["helper"], contribution="Nháp.")
    assert (part.contribution, part.delivered_by) == ("Nháp.", people["helper"])
    part = actions.contribute(task=task, by=people["helper"], contribution=SAID)
    assert Part.objects.get().contribution == SAID
    event = Event.objects.about(task).latest("pk")
    assert (event.verb, event.before["contribution"], event.after["contribution"]) == (
        "part_delivered",
        "Nháp.",
        SAID,
    )
    assert part.standing(today()) == "done_on_time"


def test_sent_back_it_is_open_again_with_its_words(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    deliver = partial(actions.contribute, task=task, by=people["helper"], contribution=SAID)
    assert told_by(deliver) == {("part_delivered", "lead_head"), ("part_delivered", "officer")}
    back = partial(actions.return_contribution, task=task, by=people["officer"], reason="Thiếu số liệu 2025.")
    assert told_by(back) == {("part_returned", "helper")}
    part = Part.objects.get()
    assert (part.contribution, part.delivered_at, part.delivered_by) == (SAID, None, None)
    assert part.was_returned
    with pytest.raises(Refused):
        actions.return_contribution(task=task, by=people["officer"], reason="Lần nữa.")


@pytest.mark.parametrize("role, may", [
    (Role.HEAD, True), (Role.STANDING_DEPUTY, True), (Role.SECRETARY, True), (Role.OFFICER, True),
    (Role.DEPUTY, False), (Role.MEMBER, False), (Role.INSPECTOR, False),
])  # fmt: skip
def test_who_of_the_helping_body(role: Role, may: bool, helped: Callable[..., Task], bodies: Bodies) -> None:
    person = make_person("somebody")
    appoint(person, bodies.helper, role)
    assert bool(rules.may_contribute_part(person, helped())) is may


def test_not_the_lead_nor_the_assigner_nor_a_former_lead(
    helped: Callable[..., Task], bodies: Bodies, people: People
) -> None:
    task = helped()
    for who in ("officer", "lead_head", "secretary", "head", "sister", "inspector"):
        assert not rules.may_contribute_part(people[who], task)
    task = actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason="Đổi.")
    assert not rules.may_contribute_part(people["officer"], task)


@pytest.mark.parametrize("state", ["submitted", "completed", "suspended", "withdrawn"])
def test_only_while_the_task_is_at_work(state: str, helped: Callable[..., Task], people: People) -> None:
    verdict = rules.may_contribute_part(people["helper"], helped(state=state))
    assert verdict.later


def test_bad_input_leaves_nothing(helped: Callable[..., Task], people: People, bodies: Bodies) -> None:
    task = helped()
    events = Event.objects.count()
    for values, field in (
        ({"contribution": "  "}, "contribution"),
        ({"contribution": "a\x00b"}, "contribution"),
        ({"contribution": SAID, "body": bodies.lead}, "body"),
    ):
        with pytest.raises(ValidationError) as refused:
            actions.contribute(task=task, by=people["helper"], **values)
        assert set(refused.value.message_dict) == {field}
    assert (Event.objects.count(), Part.objects.get().delivered_at) == (events, None)


def test_who_works_for_two_bodies_says_for_which(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    parts = [PartSpec(bodies.helper, "coordinating"), PartSpec(bodies.sister, "co_lead")]
    task = task_at("in_progress", parts=parts)
    appoint(people["helper"], bodies.sister, Role.OFFICER)
    with pytest.raises(ValidationError) as refused:
        actions.contribute(task=task, by=people["helper"], contribution=SAID)
    assert "body" in refused.value.message_dict
    client = Client()
    client.force_login(people["helper"])
    page = client.get(f"/tasks/{task.pk}/contribute/")
    assert set(page.context["form"].fields["body"].queryset) == {bodies.helper, bodies.sister}
    answer = client.post(f"/tasks/{task.pk}/contribute/", {"body": bodies.sister.pk, "contribution": SAID})
    assert answer.status_code == 302
    assert Part.objects.get(body=bodies.sister).contribution == SAID
    assert Part.objects.get(body=bodies.helper).contribution == ""


# --- late on its own account --------------------------------------------------------------------


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=VIETNAM)


STANDINGS = [
    (None, None, "no_deadline"),
    (10, None, "in_time"),
    (3, None, "due_soon"),
    (0, None, "due_soon"),
    (-1, None, "overdue"),
    (-3, -3, "done_on_time"),
    (-3, -2, "done_late"),
    (None, 0, "done_on_time"),
]


@pytest.mark.parametrize("due, delivered, standing", STANDINGS)
def test_the_standing_of_a_part(
    due: int | None, delivered: int | None, standing: str, helped: Callable[..., Task], people: People
) -> None:
    """Whatever the task's own: it is due in thirty days."""
    task, on = helped(), today()
    moment = at(on + delivered * DAY) if delivered is not None else None
    Part.objects.filter(task=task).update(
        due_on=on + due * DAY if due is not None else None,
        delivered_at=moment,
        delivered_by=people["helper"] if moment else None,
    )
    part = Part.objects.get()
    assert part.standing(on) == standing
    assert Part.objects.late(on).exists() is (standing == "overdue")
    assert task.standing(on) == "in_time"


def test_nothing_is_late_where_nothing_is_asked_any_more(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    assert Part.objects.late(today()).exists()
    actions.suspend(task=task, by=people["head"], reason="Chờ.")
    assert not Part.objects.late(today()).exists()
    assert Part.objects.get().standing(today()) is None


def test_its_day_is_not_later_than_the_tasks(helped: Callable[..., Task]) -> None:
    with pytest.raises(ValidationError) as refused:
        helped(days=40)
    assert "parts" in refused.value.message_dict


# --- where it shows -----------------------------------------------------------------------------


def page(person: Person, address: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_task_page_shows_each_contribution(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    shown = page(people["officer"], task.get_absolute_url())
    assert 'data-is="overdue"' in shown
    actions.contribute(task=task, by=people["helper"], contribution=SAID)
    shown = page(people["officer"], task.get_absolute_url())
    assert SAID in shown
    assert 'data-is="done_late"' in shown
    assert "/return-contribution/" in shown
    assert "/return-contribution/" not in page(people["helper"], task.get_absolute_url())
    assert SAID in page(people["helper"], f"/tasks/{task.pk}/contribute/")


def test_my_work_holds_what_my_body_owes(helped: Callable[..., Task], people: People) -> None:
    helped(days=9, title="Sau")
    late = helped(days=-2, title="Trước")
    delivered = helped(title="Đã xong")
    actions.contribute(task=delivered, by=people["helper"], contribution=SAID)
    client = Client()
    client.force_login(people["helper"])
    sections = {section.name: section for section in client.get("/").context["sections"]}
    section = sections["contribute"]
    assert [(row.task.title, row.standing, row.days) for row in section.rows] == [
        ("Trước", "overdue", -2),
        ("Sau", "in_time", 9),
    ]
    assert section.count == len(client.get(section.url).context["rows"]) == 2
    listed = Api(people["helper"]).get("tasks/", mine="contribute").json()
    assert late.pk in {row["id"] for row in listed["results"]}
    for who in ("officer", "secretary", "sister"):
        assert not Api(people[who]).get("tasks/", mine="contribute").json()["results"]


def test_twenty_cost_as_many_queries_as_one(helped: Callable[..., Task], people: People) -> None:
    client = Client()
    client.force_login(people["helper"])

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    helped()
    once = [queries("/"), queries("/tasks/?mine=contribute")]
    for _number in range(5):
        helped()
    assert [queries("/"), queries("/tasks/?mine=contribute")] == once
    assert max(once) <= 12


def test_the_api_gives_each_part_its_standing(helped: Callable[..., Task], people: People) -> None:
    task = helped(days=-2)
    actions.contribute(task=task, by=people["helper"], contribution=SAID)
    part = Api(people["officer"]).get(f"tasks/{task.pk}/").json()["parts"][0]
    assert (part["contribution"], part["standing"], part["delivered_by"]["username"]) == (
        SAID,
        "done_late",
        "helper",
    )
    assert Notice.objects.filter(kind="part_delivered").exists()


# --- letters ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plain_day")
def test_the_own_day_is_reminded_of(helped: Callable[..., Task], people: People) -> None:
    """The ladder of a task, for the people of the body that helps; nobody is told a step twice."""
    task = helped(days=0, due_on=date(2027, 12, 31))
    on = date(2027, 6, 15)  # a Tuesday without a holiday near
    Part.objects.filter(task=task).update(due_on=on)
    for day, kind in (
        (on - 12 * DAY, None),
        (on - DAY, "part_due_soon"),
        (on, "part_due_today"),
        (on + DAY, "part_overdue"),
    ):
        Notice.objects.all().delete()
        reminders.plan(day)
        assert reminders.plan(day) == 0
        told = set(Notice.objects.values_list("kind", "person__username"))
        assert told == ({(kind, "helper")} if kind else set())


def owed(task: Task, on: date) -> Notice:
    Notice.objects.all().delete()
    reminders.plan(on)
    return Notice.objects.get(kind__startswith="part_")


def withdraw(task: Task, people: People) -> None:
    actions.withdraw(task=task, by=people["head"], reason="Trùng.")


NO_LONGER: dict[str, tuple[Callable[[Task, People], Any], str]] = {
    "delivered": (
        lambda task, people: actions.contribute(task=task, by=people["helper"], contribution=SAID),
        TaskReason.DELIVERED,
    ),
    "removed": (
        lambda task, people: actions.edit_task(task=task, values={}, parts=[], by=people["head"]),
        TaskReason.NO_PART,
    ),
    "moved": (
        lambda task, people: Part.objects.update(due_on=date(2027, 6, 20)),
        TaskReason.MOVED,
    ),
    "withdrawn": (withdraw, REASON_OF_STATE["withdrawn"]),
    "nothing": (lambda task, people: None, ""),
}


@pytest.mark.usefixtures("plain_day")
@pytest.mark.parametrize("what", NO_LONGER)
def test_what_is_no_longer_owed(what: str, helped: Callable[..., Task], people: People) -> None:
    task, on = helped(days=0, due_on=date(2027, 12, 31)), date(2027, 6, 16)
    Part.objects.filter(task=task).update(due_on=on - DAY)
    notice = owed(task, on)
    happen, why = NO_LONGER[what]
    happen(task, people)
    assert telling.recheck([notice], on) == ({notice.pk: why} if why else {})
    if not why:
        line = telling.compose([notice], on)[notice.pk]
        assert (line.standing, line.days, line.due_on) == ("overdue", -1, on - DAY)


@pytest.mark.usefixtures("plain_day")
def test_planning_parts_asks_as_often_for_many(helped: Callable[..., Task], people: People) -> None:
    def queries() -> int:
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            reminders.plan(date(2027, 6, 16))
        return len(asked)

    helped(due_on=date(2027, 12, 31))
    Part.objects.update(due_on=date(2027, 6, 15))
    once = queries()
    for _number in range(4):
        helped(due_on=date(2027, 12, 31))
    Part.objects.update(due_on=date(2027, 6, 15))
    assert queries() == once


# --- news of those who help ---------------------------------------------------------------------

HELPER_TOLD: dict[str, tuple[str, str, Callable[[Task, People], Any]]] = {
    "assign": ("proposed", "help_assigned", lambda t, p: actions.assign(task=t, by=p["head"])),
    "suspend": (
        "in_progress",
        "help_suspended",
        lambda t, p: actions.suspend(task=t, by=p["head"], reason="A"),
    ),
    "resume": ("suspended", "help_resumed", lambda t, p: actions.resume(task=t, by=p["head"])),
    "withdraw": ("in_progress", "help_withdrawn", withdraw),
    "confirm": ("submitted", "help_confirmed", lambda t, p: actions.confirm(task=t, by=p["head"])),
    "recall": ("assigned", "help_ended", lambda t, p: actions.recall(task=t, by=p["head"], reason="A")),
    "decline": ("assigned", "help_ended", lambda t, p: actions.decline(task=t, by=p["officer"], reason="A")),
    "rename": (
        "in_progress",
        "help_changed",
        lambda t, p: actions.edit_task(task=t, values={"title": "Khác"}, by=p["head"]),
    ),
    "remove": (
        "in_progress",
        "help_ended",
        lambda t, p: actions.edit_task(task=t, values={}, parts=[], by=p["head"]),
    ),
}


@pytest.mark.parametrize("verb", HELPER_TOLD)
def test_those_who_help_hear_of_it(verb: str, helped: Callable[..., Task], people: People) -> None:
    """In their own words: nobody of a body that helps is told to accept or report the task."""
    state, kind, act = HELPER_TOLD[verb]
    task = helped(state=state)
    Notice.objects.all().delete()
    act(task, people)
    notice = Notice.objects.get(person=people["helper"])
    assert notice.kind == kind
    assert telling.recheck([notice], today()) == {}
    with override("en"):
        line = telling.compose([notice], today())[notice.pk]
    assert "ccept" not in line.what_to_do
    assert "omplete with" not in line.what_to_do


def test_what_does_not_concern_them_is_not_told(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    Notice.objects.all().delete()
    actions.edit_task(task=task, values={"authority": "UBND tỉnh"}, by=people["head"])
    actions.report_progress(task=task, by=people["officer"], percent=50, note="Một nửa.")
    assert not Notice.objects.filter(person=people["helper"]).exists()


def test_who_works_for_the_lead_too_is_told_once(
    helped: Callable[..., Task], bodies: Bodies, people: People
) -> None:
    task = helped(state="proposed")
    appoint(people["officer"], bodies.helper, Role.OFFICER)
    actions.assign(task=task, by=people["head"])
    told = Notice.objects.filter(person=people["officer"]).values_list("kind", flat=True)
    assert list(told) == ["task_assigned"]


def test_news_of_a_part_that_ended_is_not_told(helped: Callable[..., Task], people: People) -> None:
    task = helped(state="proposed")
    actions.assign(task=task, by=people["head"])
    notice = Notice.objects.get(kind="help_assigned")
    actions.edit_task(task=task, values={}, parts=[], by=people["head"])
    assert telling.recheck([notice], today()) == {notice.pk: TaskReason.NO_PART}
    ended = Notice.objects.get(kind="help_ended")
    actions.edit_task(
        task=task, values={}, parts=[PartSpec(people["helper"].memberships.get().office.body, "co_lead")],
        by=people["head"],
    )  # fmt: skip
    assert telling.recheck([ended], today()) == {ended.pk: TaskReason.GIVEN_BACK}


def test_a_correction_does_not_make_it_late(helped: Callable[..., Task], people: People) -> None:
    task = helped()
    first = actions.contribute(task=task, by=people["helper"], contribution="Số liệu.").delivered_at
    again = actions.contribute(task=task, by=people["helper"], contribution="Số liệu đã rà soát.")
    assert again.delivered_at == first
