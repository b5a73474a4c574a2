"""What the tests of runs share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from committees.models import Person
from portal.shared.days import today
from tasks.many import actions
from tasks.models import Run, Task
from tasks.verbs import VERBS
from tests.support.people import WHY


def values_of(verb: str) -> dict[str, Any]:
    """What each verb takes here, as the API writes it."""
    values: dict[str, dict[str, Any]] = {
        "send_back": {"reason": WHY},
        "assign": {"past_deadline": True},
        "name_people": {"contact": "officer"},
        "urge": {"message": "Nhắc lần 1."},
        "edit": {"due_on": f"{today() + timedelta(days=60):%Y-%m-%d}", "reason": "Quyết định 5/QĐ-BCĐ."},
        "change_lead": {"lead": "HELPER", "reason": WHY},
    }
    return values.get(verb, {})


def prepared(verb: str, tasks: list[Task], by: Person) -> Run:
    return actions.prepare_run(verb=VERBS[verb], keys=[task.pk for task in tasks], by=by)


def carried_out(verb: str, tasks: list[Task], by: Person) -> Run:
    run = actions.start_run(run=prepared(verb, tasks, by), by=by, values=values_of(verb))
    actions.carry_out(run.pk)
    run.refresh_from_db()
    return run


def outcomes(run: Run) -> dict[int, str]:
    return dict(run.rows.values_list("key", "outcome"))
