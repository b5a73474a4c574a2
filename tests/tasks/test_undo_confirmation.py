"""A confirmation is taken back: for ten minutes, by whoever gave it, and then all is as it was before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.drop_reasons import ReaderReason
from notices.models import Letter, Notice
from portal.shared.days import today
from tasks import actions, rollup, rules
from tasks.drop_reasons import TaskReason
from tasks.lifecycle import CURRENT, FIRST
from tasks.lists.duties import Duties, Mine
from tasks.models import Task
from tasks.models.kept_counts import KeptCount, differences
from tests.support.people import TaskAt, appoint, given, make_person
from tests.support.told import told_by

MINUTE = timedelta(minutes=1)
CONFIRMED = ("task_confirmed", "help_confirmed")
# What counts changes, and what grows with each of them.
COUNTERS = ("version",)

People = dict[str, Person]


@pytest.fixture
def world(people: People, task_at: TaskAt) -> Task:
    """A report that waits, under a task of the committee that is led by the same body."""
    above = given(people["admin"], title="Việc cấp trên", assigner=people_body(people), lead=lead_of(people))
    return task_at("submitted", parent=above, due_on=today() - timedelta(days=3))


def people_body(people: People) -> Any:
    return people["head"].memberships.get().office.body


def lead_of(people: People) -> Any:
    return people["officer"].memberships.get().office.body


def all_but_events(task: Task, people: People) -> dict[str, Any]:
    """What the task, its parent, the counts, the lists and what is still to be told say now."""
    row = Task.objects.filter(pk=task.pk).values().get()
    owed = Notice.objects.filter(about_id=task.pk).owed().exclude(kind="confirmation_undone")
    above = Task.objects.get(children=task)
    return {
        "row": {name: value for name, value in row.items() if name not in COUNTERS},
        "parent": Task.objects.filter(pk=above.pk).values().get(),
        "rolled up": rollup.roll_up(above),
        "open below": rollup.count_open(above),
        "kept": KeptCount.objects.added_up(),
        "tallies": [Task.objects.tally(today(), due) for due in (CURRENT, FIRST)],
        "views": Task.objects.all().views(today()),
        "standing": Task.objects.get(pk=task.pk).standing(today()),
        "mine": {
            (who, mine): list(
                Task.objects.visible_to(people[who])
                .filter(Duties.of(people[who], today()).q(mine))
                .values_list("pk", flat=True)
            )
            for who in ("secretary", "head", "officer", "helper")
            for mine in Mine
        },
        "owed": sorted(owed.values_list("kind", "person__username")),
    }


def confirm(task: Task, people: People, who: str = "secretary") -> Task:
    return actions.confirm(task=task, by=people[who])


def undo(task: Task, people: People, who: str = "secretary") -> Task:
    return actions.undo_confirmation(task=task, by=people[who])


@pytest.mark.parametrize("meanwhile", ["nothing", "the letters of the day"])
def test_all_is_as_before(world: Task, people: People, meanwhile: str) -> None:
    """Compared whole: the task, counts, roll-up, lists and what is owed, also if letters were prepared."""
    before = all_but_events(world, people)
    assert ("task_submitted", "head") in before["owed"]
    confirm(world, people)
    if meanwhile != "nothing":
        # As the sender does when it asks whether a notice still holds.
        waiting = Notice.objects.owed().filter(about_id=world.pk, kind="task_submitted")
        assert waiting.update(state=Notice.State.DROPPED, dropped_because=TaskReason.COMPLETED)
    done = all_but_events(world, people)
    assert {name for name in before if before[name] != done[name]} >= {
        *("row", "open below", "kept", "tallies", "views", "mine", "owed", "standing"),
    }
    undo(world, people)
    assert all_but_events(world, people) == before
    assert differences() == {}
    last = Event.objects.newest_first()[0]
    assert (last.verb, last.by, last.before["state"], last.after["state"]) == (
        *("task_confirmation_undone", people["secretary"], "completed", "submitted"),
    )
    # It waits again, and is judged like any other; that one is told, once.
    assert told_by(lambda: confirm(world, people, "head")) == {
        ("task_confirmed", "officer"),
        ("help_confirmed", "helper"),
    }


def test_news_that_nobody_has_yet_is_dropped(world: Task, people: People) -> None:
    confirm(world, people)
    assert told_by(lambda: undo(world, people)) == set()
    reasons = Notice.objects.filter(kind__in=CONFIRMED).values_list("state", "dropped_because")
    assert set(reasons) == {("dropped", TaskReason.SUBMITTED.value)}


@pytest.mark.parametrize("how", ["in a letter on its way", "told", "read in the portal only"])
def test_who_was_told_already_is_told_of_the_change(world: Task, people: People, how: str) -> None:
    confirm(world, people)
    news = Notice.objects.filter(kind="task_confirmed")
    if how == "read in the portal only":
        news.update(state=Notice.State.DROPPED, dropped_because=ReaderReason.IN_PORTAL)
    else:
        letter = Letter.objects.create(person=people["officer"], on=today(), message_id="<1@portal>")
        news.update(letter=letter, state="told" if how == "told" else "owed")
    assert told_by(lambda: undo(world, people)) == {("confirmation_undone", "officer")}
    # A second time only those who were told of the second confirmation.
    confirm(world, people)
    assert told_by(lambda: undo(world, people)) == set()


REFUSED: dict[str, tuple[Callable[[Task, People], Any], str, str]] = {
    "somebody else": (lambda task, people: None, "head", "Only whoever confirmed it"),
    "after ten minutes": (
        lambda task, people: Task.objects.filter(pk=task.pk).update(
            confirmed_at=timezone.now() - 10 * MINUTE
        ),
        *("secretary", "They are over."),
    ),
    "after a comment": (
        lambda task, people: actions.add_comment(task=task, by=people["officer"], text="Cảm ơn."),
        *("secretary", "Officer acted on it since"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.usefixtures("in_english")
def test_when_not(world: Task, people: People, case: str) -> None:
    act, who, words = REFUSED[case]
    task = confirm(world, people)
    act(task, people)
    verdict = rules.may_undo_confirmation(people[who], Task.objects.get(pk=task.pk))
    assert not verdict
    assert words in str(verdict.reason)


def test_own_comment_and_the_last_second_are_no_hindrance(world: Task, people: People) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        confirm(world, people)
        actions.add_comment(task=world, by=people["secretary"], text="Nhầm tệp.")
        clock.shift(10 * MINUTE - timedelta(seconds=1))
        assert undo(world, people).state == "submitted"


def test_who_lost_the_office_meanwhile_takes_nothing_back(world: Task, people: People) -> None:
    passing = make_person("passing")
    appoint(passing, world.assigner, Role.DEPUTY)
    actions.confirm(task=world, by=passing)
    passing.memberships.update(ends_on=today() - timedelta(days=1))
    assert not rules.may_undo_confirmation(passing, Task.objects.get(pk=world.pk))


def test_the_button_stands_while_it_can_be_done(client: Client, world: Task, people: People) -> None:
    with time_machine.travel(timezone.now().replace(hour=6, minute=46, second=0), tick=False) as clock:
        client.force_login(people["secretary"])
        confirm(world, people)
        page = client.get(world.get_absolute_url()).content.decode()
        assert f'action="/tasks/{world.pk}/undo-confirmation/"' in page
        assert "Đến 13:56." in page
        clock.shift(10 * MINUTE)
        assert "undo-confirmation" not in client.get(world.get_absolute_url()).content.decode()
