"""A world of tasks that is entered again holds the rows of the one that was made."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from committees.models import Membership, Person
from tasks import actions
from tasks.models import Order, Task
from tasks.models.kept_counts import KeptCount
from tests.support import recorded
from tests.support.people import TaskAt


@pytest.fixture(autouse=True)
def nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_recordings", {})


def all_rows() -> dict[str, dict[object, recorded.Row]]:
    return {model._meta.label: recorded._rows(model) for model in recorded._recorded()}


def test_rows_that_were_made_changed_and_deleted_come_again(
    people: dict[str, Person], order: Order, task_at: TaskAt
) -> None:
    made = []

    def make() -> list[Task]:
        made.append(True)
        tasks = [task_at(state, order=order) for state in ("draft", "submitted", "completed", "withdrawn")]
        actions.flag_risk(task=task_at("in_progress"), by=people["officer"], days=2, remedy="Thêm người.")
        Person.objects.filter(pk=people["member"].pk).update(language="en")
        Membership.objects.filter(person=people["deputy"]).delete()
        return tasks

    worlds, returned, counts = [], [], []
    for _time in range(3):
        with transaction.atomic():
            returned.append(recorded.entered_again("world", make))
            worlds.append(all_rows())
            counts.append(KeptCount.objects.added_up())
            call_command("verify_audit", stdout=StringIO())
            transaction.set_rollback(True)
    assert len(made) == 1
    assert worlds[0] == worlds[1] == worlds[2]
    assert counts[0] == counts[1] == counts[2] != {}
    assert returned[0] == returned[1]
    assert returned[0][0] is not returned[1][0]


def test_a_world_is_made_anew_on_other_ground(people: dict[str, Person], task_at: TaskAt) -> None:
    """Rows that are there already, or another last event among as many, are another ground."""
    made = []

    def enter() -> int:
        with transaction.atomic():
            recorded.entered_again("world", lambda: made.append(task_at("draft")))
            transaction.set_rollback(True)
        return len(made)

    assert [enter(), enter()] == [1, 1]
    task = task_at("draft")
    assert [enter(), enter()] == [2, 2]
    with transaction.atomic():
        actions.add_comment(task=task, by=people["secretary"], text="Ý kiến.")
        assert [enter(), enter()] == [3, 3]
        transaction.set_rollback(True)
    actions.add_comment(task=task, by=people["secretary"], text="Ý khác.")
    assert enter() == 4
