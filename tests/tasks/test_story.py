"""The story of a task: each event in words of its own, with names and days and never a key."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from audit.models import Event
from committees.models import Body, Membership, Person
from portal.shared.days import format_day, today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, make_body, task_below
from tests.tasks.cycle_actions.helpers import GIVEN, MONTHLY, made, on, recurring

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

People = dict[str, Person]


@pytest.fixture(autouse=True)
def readers_of_english(people: People) -> None:
    Person.objects.update(language="en")


def story_of(task: Task, reader: Person) -> list[tuple[str, str]]:
    """Heading and text of each line, the newest first, as the reader's page shows them."""
    client = Client()
    client.force_login(reader)
    lines = client.get(task.get_absolute_url()).context["story"]
    return [(str(line.head), "; ".join(line.text)) for line in lines]


def test_evidence_is_named_when_it_is_added_and_when_it_is_removed(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress")
    evidence = actions.add_evidence(task=task, by=people["officer"], kind="document", document="12/BC")
    actions.remove_evidence(evidence=evidence, by=people["officer"])
    assert story_of(task, people["secretary"])[:2] == [
        ("Evidence removed", "12/BC"),
        ("Evidence added", "12/BC"),
    ]
    # The audit trail keeps which piece it was.
    assert Event.objects.latest("pk").before == {"evidence": evidence.pk, "title": "12/BC"}


def test_who_is_in_charge_is_told_by_name(task_at: TaskAt, people: People) -> None:
    task, officer = task_at("in_progress"), people["officer"]
    actions.name_people(task=task, by=officer, leader=people["lead_head"], contact=None)
    actions.name_people(task=task, by=officer, leader=None, contact=officer)
    named = [
        ("People named", "Leader in charge: Lead_Head → nobody; Contact: nobody → Officer"),
        ("People named", "Leader in charge: nobody → Lead_Head"),
    ]
    assert story_of(task, people["secretary"])[:2] == named
    # Who holds no office in a body of the task any more is not named to those who read it later.
    Membership.objects.filter(person=people["lead_head"]).delete()
    assert story_of(task, people["secretary"])[1][1] == "Leader in charge: nobody → somebody of another body"


def test_bodies_that_help_are_told_though_they_help_no_more(
    task_at: TaskAt, people: People, bodies: Bodies
) -> None:
    task, beside = task_at("in_progress"), make_body("BESIDE", name_vi="Sở Nội vụ")
    for parts in ([PartSpec(beside, "coordinating"), PartSpec(bodies.helper, "co_lead")], []):
        actions.edit_task(task=task, by=people["head"], values={}, parts=parts)
    after, before = (text for _head, text in story_of(task, people["secretary"])[:2])
    assert before == f"Bodies that help: {bodies.helper.brief} (co-lead), Sở Nội vụ (coordinating)"
    assert after == "Bodies that help: none"


def test_of_long_words_only_that_they_changed(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress")
    values = {"description": "Rà soát lại toàn bộ.", "deliverable": "Báo cáo", "secrecy": "restricted"}
    actions.edit_task(task=task, by=people["head"], values=values, reason="Rõ hơn.")
    head, text = story_of(task, people["secretary"])[0]
    assert head == "Changed"
    assert set(text.split("; ")) == {
        *("Description changed", "Deliverable: none → Báo cáo", "Secrecy: normal → restricted", "“Rõ hơn.”")
    }


def test_shares_are_told_and_that_there_are_none(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress")
    first, second = (
        task_below(task, people, title=title, assigner=task.assigner, lead=task.lead, due_on=task.due_on)
        for title in ("Phần A", "Phần B")
    )
    for weights in ({first.pk: 30, second.pk: 70}, {}):
        actions.set_weights(task=task, by=people["secretary"], weights=weights)
    after, before = story_of(task, people["secretary"])[:2]
    assert after == (before[0], "equal shares")
    assert "30" in before[1]
    assert "70" in before[1]


def test_a_cycle_is_told_in_words_as_it_is_set_changed_and_stops(
    task_at: TaskAt, people: People, bodies: Bodies
) -> None:
    with on(GIVEN):
        task = recurring(task_at("in_progress"), people)
        shorter = Cycle("month", 5, MONTHLY.starts_on, MONTHLY.until)
        actions.edit_task(task=task, values={}, cycle=shorter, by=people["secretary"])
        Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=date(2026, 10, 1))
    made(date(2026, 10, 1))
    stop, changed, begun = story_of(task, people["secretary"])[:3]
    assert stop == (
        "Cycle stopped",
        "The lead body was dissolved. Change the lead, then let the cycle go on.",
    )
    assert changed == ("Changed", "Cycle: every month on day 5, from 01/09/2026 to 31/12/2027")
    assert "Cycle: every month on day 25, from 01/09/2026 to 31/12/2027" in begun[1].split("; ")
    with on(date(2026, 10, 2)):
        values = {"due_kind": "day", "due_on": date(2026, 12, 1)}
        actions.edit_task(task=Task.objects.get(pk=task.pk), values=values, by=people["secretary"])
    assert "Cycle: none" in story_of(task, people["secretary"])[0][1].split("; ")


def test_a_report_says_whether_it_came_in_time_only_while_it_stands(task_at: TaskAt, people: People) -> None:
    task = task_at("submitted")
    assert story_of(task, people["secretary"])[0][1] == "submission 1, reported in time"
    Task.objects.filter(pk=task.pk).update(due_on=today() - timedelta(days=3))
    assert story_of(task, people["secretary"])[0][1] == "submission 1, reported after the deadline"
    actions.send_back(task=task, by=people["secretary"], reason="Thiếu.")
    assert story_of(task, people["secretary"])[1][1] == "submission 1"


def test_a_task_without_lead_says_nothing_beside_who(task_at: TaskAt, people: People) -> None:
    draft = task_at("draft", lead=None, lead_words="Sở chưa rõ")
    client = Client()
    client.force_login(people["secretary"])
    answers = {row.clear.name: row for row in client.get(draft.get_absolute_url()).context["clears"]}
    assert (answers["who"].value, answers["who"].beside) == ("Sở chưa rõ", "")
    assert answers["when"].value == format_day(draft.due_on or today())
