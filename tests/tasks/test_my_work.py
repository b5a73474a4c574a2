"""My work: who finds what there, every count a link to exactly its rows, at the same cost for many."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from committees.models import Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.lists.duties import Duties, Mine
from tasks.models import Task
from tests.support.listed import listed
from tests.support.people import Bodies, TaskAt, appoint, make_person
from tests.support.recorded import entered_again

People = dict[str, Person]


def page(person: Person) -> Any:
    client = Client()
    client.force_login(person)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer


def found(person: Person) -> dict[str, int]:
    """Section → its count, the empty ones left out."""
    context = page(person).context
    sections = [*context["sections"], context["others"]]
    return {str(section.name): section.count for section in sections if section.count}


@pytest.mark.django_db
def test_asks_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.once
@pytest.mark.parametrize(
    "state, who",
    [
        ("draft", {"secretary": "decide"}),
        ("proposed", {"head": "decide", "standing_deputy": "decide", "secretary": "decide"}),
        ("assigned", {"lead_head": "decide", "officer": "decide", "helper": "contribute"}),
        (
            "submitted",
            {
                "head": "confirm",
                "standing_deputy": "confirm",
                "deputy": "confirm",
                "secretary": "confirm",
                "lead_head": "waiting",
                "officer": "waiting",
            },
        ),
        ("completed", {}),
        ("suspended", {}),
        ("withdrawn", {}),
    ],
)
def test_who_has_what_to_do(people: People, task_at: TaskAt, state: str, who: dict[str, str]) -> None:
    task_at(state)
    doing = {name: found(person) for name, person in people.items()}
    assert {name: next(iter(sections)) for name, sections in doing.items() if sections} == who


def test_late_work_stands_with_giver_and_lead(people: People, task_at: TaskAt) -> None:
    task_at("in_progress", due_on=today() - timedelta(days=3))
    with_it = {name for name, person in people.items() if "overdue" in found(person)}
    committee = {"head", "standing_deputy", "deputy", "secretary", "assistant", "member"}
    assert with_it == committee | {"lead_head", "officer"}


def test_only_the_giver_finds_the_urge_button(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=today() - timedelta(days=3))
    address = f"/tasks/{task.pk}/urge/"
    assert address in page(people["secretary"]).content.decode()
    assert address not in page(people["member"]).content.decode()
    assert address not in page(people["officer"]).content.decode()


def test_a_deputy_approves_in_their_own_field_only(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    deputy = make_person("deputy_of_data")

    appoint(deputy, bodies.committee, Role.DEPUTY, fields="dữ liệu; Hạ tầng số")
    mine = task_at("proposed", pillar="Dữ liệu")
    task_at("proposed", pillar="Thể chế")
    rows = page(deputy).context["sections"][0].rows
    assert [row.task.pk for row in rows] == [mine.pk]


def test_nobody_confirms_their_own_work(bodies: Bodies, people: People, task_at: TaskAt) -> None:

    appoint(people["officer"], bodies.committee, Role.SECRETARY)
    task_at("submitted")
    assert list(found(people["officer"])) == ["waiting"]


def test_a_refusal_says_who_and_why(people: People, task_at: TaskAt) -> None:
    actions.decline(task=task_at("assigned"), by=people["officer"], reason="Chưa có hướng dẫn của Bộ.")
    said = page(people["head"]).content.decode()
    assert "Chưa có hướng dẫn của Bộ." in said
    assert people["officer"].name in said


def test_what_was_sent_back_is_mine_again(people: People, task_at: TaskAt) -> None:
    actions.send_back(task=task_at("submitted"), by=people["secretary"], reason="Thiếu phụ lục số liệu.")
    answer = page(people["officer"])
    assert [row.last_word.verb for row in answer.context["sections"][0].rows] == ["task_sent_back"]
    assert "Thiếu phụ lục số liệu." in answer.content.decode()


def test_a_superuser_has_no_duties_by_being_one(people: People, task_at: TaskAt) -> None:
    task_at("proposed")
    assert found(people["admin"]) == {}


def test_a_good_day_says_so_and_names_the_next_place(people: People) -> None:
    answer = page(people["outsider"])
    assert answer.context["empty"]
    assert reverse("tasks:list") in answer.content.decode()


def test_a_term_that_ended_leaves_nothing(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task_at("submitted")
    term = people["deputy"].memberships.get()
    yesterday = today() - timedelta(days=1)
    term.ends_on = yesterday
    term.save()
    assert found(people["deputy"]) == {}


def test_restricted_work_is_not_on_the_page_of_a_member(people: People, task_at: TaskAt) -> None:
    task_at("in_progress", secrecy=Task.Secrecy.RESTRICTED, due_on=today() - timedelta(days=3))
    assert "overdue" in found(people["secretary"])
    assert found(people["member"]) == {}


@pytest.fixture
def busy(task_at: TaskAt) -> None:
    entered_again("one of each state and deadline", lambda: _tasks_of_each_kind(task_at))


def _tasks_of_each_kind(task_at: TaskAt) -> None:
    late, soon = today() - timedelta(days=4), today()
    for state in ("draft", "proposed", "assigned", "in_progress", "submitted", "completed"):
        for due_on in (late, soon, today() + timedelta(days=40), None):
            task_at(state, due_on=due_on, due_kind="day" if due_on else "none")


@pytest.mark.parametrize("name", ["head", "secretary", "member", "officer", "inspector", "helper", "sister"])
def test_each_count_is_a_link_to_exactly_its_rows(busy: None, people: People, name: str) -> None:
    context = page(people[name]).context
    for section in [*context["sections"], context["others"]]:
        assert listed(people[name], section.url) == section.count, section.name
    for weekday in context["week"]:
        assert listed(people[name], weekday.url) == weekday.count
    assert listed(people[name], "/tasks/?mine=given") == context["given"]


def test_sections_show_eight_and_count_all(people: People, task_at: TaskAt) -> None:
    for number in range(11):
        task_at("in_progress", due_on=today() - timedelta(days=number + 1))
    section = page(people["secretary"]).context["sections"][2]
    assert (len(section.rows), section.count) == (8, 11)
    assert [row.days for row in section.rows[:2]] == [-11, -10]


@pytest.mark.once
@pytest.mark.parametrize("name", ["secretary", "deputy", "officer"])
def test_twenty_rows_cost_as_many_queries_as_one(people: People, task_at: TaskAt, name: str) -> None:
    def one_of_each() -> None:
        for state in ("proposed", "assigned", "submitted"):
            task_at(state)
        task_at("in_progress", due_on=today() - timedelta(days=2))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/")
        return len(captured)

    client = Client()
    client.force_login(people[name])
    one_of_each()
    client.get("/")
    once = queries()
    for _again in range(5):
        one_of_each()
    assert queries() == once <= 12


def test_every_section_is_a_filter(people: People, rf: Any) -> None:
    duties = Duties.of(people["secretary"], today())
    for name in Mine:
        Task.objects.filter(duties.q(name)).count()
