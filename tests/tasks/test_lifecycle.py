"""The life of a task, whole: every state × every verb × every person, against a table written by hand."""

from __future__ import annotations

import pytest
from django.db import transaction

from audit.models import Event
from committees.models import Person
from tasks import actions
from tasks.lifecycle import State
from tasks.models import Task
from tasks.verbs import VERBS, verdicts
from tests.support.people import TaskAt
from tests.support.verbs import ASSIGNERS, CASES, HELPERS, LEAD, do
from tests.tasks.lifecycle_helpers import everything, outcome

pytestmark = pytest.mark.once


SEES_ALWAYS = f"{ASSIGNERS} inspector admin"


SEES_ONCE_ISSUED = f"{LEAD} {HELPERS}"


SEES_NEVER = "sister outsider staff"


UNISSUED = ("draft", "proposed")


def may(who: str, verb: str, state: str) -> bool:
    """Whether the table names this person for the verb while the task is in this state; `admin` may all."""
    case = CASES[verb]
    named = case.before_issue or case.who if state in UNISSUED else case.who
    return who == "admin" or who in named.split()


def expected(who: str, verb: str, state: str) -> str:
    if not may(who, verb, state):
        return "403"
    if state not in CASES[verb].states.split():
        return "409"
    return "403" if CASES[verb].only_doer and who != CASES[verb].by else "ok"


def test_the_table_names_every_verb_and_state() -> None:
    assert set(CASES) == set(VERBS)
    assert {state for case in CASES.values() for state in case.states.split()} < set(State)
    for name, verb in VERBS.items():
        assert verb.move is None or verb.move.event in {heading.event for heading in verb.history}, name


@pytest.mark.parametrize("state", State.values)
def test_every_verb_for_everybody(state: str, people: dict[str, Person], task_at: TaskAt) -> None:
    """The rule and the real action answer as the table says; a refusal leaves nothing behind."""
    task_at("draft", title="Nhiệm vụ thay thế")
    task = task_at(state)
    if state in ("assigned", "in_progress"):
        actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
        task.refresh_from_db()
    before = everything(task)
    for who, person in people.items():
        sees = who in SEES_ALWAYS.split() or (who in SEES_ONCE_ISSUED.split() and state not in UNISSUED)
        assert Task.objects.visible_to(person).filter(pk=task.pk).exists() is sees, who
        for verb, verdict in verdicts(person, task).items():
            case, wanted = f"{who} {verb} {state}", expected(who, verb, state)
            if not sees:
                # Doors answer 404 before they ask; the rule itself must still refuse.
                assert not verdict, case
                continue
            assert ("ok" if verdict else "409" if verdict.later else "403") == wanted, case
            assert bool(verdict.reason) is (wanted != "ok"), case
            with transaction.atomic():
                said = outcome(do, verb, task, person, people)
                assert said == wanted, case
                if wanted != "ok":
                    assert everything(task) == before, case
                else:
                    after = Task.objects.get(pk=task.pk)
                    assert after.state == (CASES[verb].target or state), case
                    assert Event.objects.count() == before[1] + 1, case
                    transaction.set_rollback(True)
    assert everything(task) == before


def test_a_stranger_is_refused_before_the_state_is_told(people: dict[str, Person], task_at: TaskAt) -> None:
    """The same sentence whatever the state: who comes before when."""
    tasks = [task_at("in_progress"), task_at("completed")]
    for verb in CASES:
        for who in ("outsider", "sister"):
            reasons = {str(VERBS[verb].rule(people[who], task).reason) for task in tasks}
            assert len(reasons) == 1, (who, verb, reasons)
