"""What the assigner does with an issued task, who is told, and what two people can do at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support.people import Bodies, TaskAt
from tests.support.told import at_once, told_by

LEAD = ("lead_head", "officer")


def told_lead(kind: str) -> set[tuple[str, str]]:
    return {(kind, who) for who in LEAD}


def told_all(kind: str) -> set[tuple[str, str]]:
    """The lead body, and the one that helps in words of its own."""
    return {*told_lead(f"task_{kind}"), (f"help_{kind}", "helper")}


def test_who_is_told(people: dict[str, Person], task_at: TaskAt) -> None:
    by = people["secretary"]
    assert told_by(partial(actions.confirm, task=task_at("submitted"), by=by)) == {
        ("task_confirmed", "officer"),
        ("help_confirmed", "helper"),
    }
    back = partial(actions.send_back, task=task_at("submitted"), by=by, reason="Thiếu.")
    assert told_by(back) == told_lead("task_sent_back")
    task = task_at("in_progress")
    assert told_by(partial(actions.suspend, task=task, by=by, reason="Chờ.")) == told_all("suspended")
    assert told_by(partial(actions.resume, task=task, by=by)) == told_all("resumed")
    assert told_by(partial(actions.withdraw, task=task, by=by, reason="Trùng.")) == told_all("withdrawn")
    for state in ("draft", "proposed"):
        unseen = task_at(state)
        assert told_by(partial(actions.withdraw, task=unseen, by=by, reason="Trùng.")) == set(), state


def test_who_left_is_told_of_their_result_still(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    term = people["officer"].memberships.get()
    committee_actions.end_membership(membership=term, ends_on=today() - timedelta(days=1), by=people["staff"])
    told = told_by(partial(actions.send_back, task=task, by=people["secretary"], reason="Thiếu."))
    assert told == told_lead("task_sent_back")


def test_a_notice_says_who_and_why(people: dict[str, Person], task_at: TaskAt) -> None:
    task = actions.send_back(task=task_at("submitted"), by=people["secretary"], reason="Thiếu phụ lục.")
    notice = Notice.objects.get(kind="task_sent_back", person=people["officer"])
    assert notice.data == {"by": "Secretary", "reason": "Thiếu phụ lục."}
    assert (notice.about_type, notice.about_id, notice.body, notice.due_version) == (
        "tasks.task",
        task.pk,
        task.lead,
        1,
    )


def test_every_reason_is_words(people: dict[str, Person], task_at: TaskAt) -> None:
    submitted, working = task_at("submitted"), task_at("in_progress")
    by, count = people["secretary"], Event.objects.count()
    acts = [
        partial(actions.send_back, task=submitted, by=by),
        partial(actions.suspend, task=working, by=by),
        partial(actions.withdraw, task=working, by=by),
    ]
    for act in acts:
        for text in ("", "  \n", "x" * 25_000, "a\x00b"):
            with pytest.raises(ValidationError) as invalid:
                act(reason=text)
            assert set(invalid.value.message_dict) == {"reason"}
    for text in ("x" * 501, "\x00"):
        with pytest.raises(ValidationError) as invalid:
            urging_actions.urge(task=working, by=by, message=text)
        assert set(invalid.value.message_dict) == {"message"}
    assert Event.objects.count() == count


def test_urged_once_a_day_by_whoever(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    with time_machine.travel("2027-03-01 23:50 +07:00", tick=False):
        urge = partial(urging_actions.urge, task=task, by=people["secretary"], message="Đề nghị báo cáo.")
        assert told_by(urge) == told_lead("task_urged")
        events = Event.objects.count()
        for who in ("secretary", "head", "assistant"):
            with pytest.raises(Refused) as refused:
                urging_actions.urge(task=task, by=people[who])
            assert refused.value.status == 409
        assert Event.objects.count() == events
    with time_machine.travel("2027-03-02 00:05 +07:00", tick=False):
        assert urging_actions.urge(task=task, by=people["head"]) == 2
    assert Notice.objects.filter(kind="task_urged", about_id=task.pk).count() == 4


def test_withdrawn_for_good_but_readable(people: dict[str, Person], task_at: TaskAt) -> None:
    task = actions.withdraw(task=task_at("submitted"), by=people["head"], reason="Trùng.")
    assert task in Task.objects.visible_to(people["officer"])
    with pytest.raises(Refused) as refused:
        actions.withdraw(task=task, by=people["head"], reason="Trùng.")
    assert refused.value.status == 409


# --- two at once --------------------------------------------------------------------------------


def at_once_on(task: Task, *acts: Any) -> list[str]:
    """Each with a copy of the row as its page showed it."""
    return at_once(*(partial(act, task=Task.objects.get(pk=task.pk)) for act in acts))


def test_two_at_once_and_one_wins(
    transactional_db: None, bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    """The other is told that it is too late; there is one event and one set of notices."""
    confirm = [partial(actions.confirm, by=people[who]) for who in ("secretary", "head", "deputy")]
    back = partial(actions.send_back, by=people["head"], reason="Thiếu.")
    for rivals in (confirm, [confirm[0], back], [back, back]):
        task = task_at("submitted")
        last = Event.objects.latest("pk").pk
        said = at_once_on(task, *rivals)
        assert sorted(said) == ["409"] * (len(rivals) - 1) + ["ok"], said
        (event,) = Event.objects.filter(pk__gt=last)
        task.refresh_from_db()
        assert event.verb == {"completed": "task_confirmed", "in_progress": "task_sent_back"}[task.state]
        told = Notice.objects.filter(about_id=task.pk, kind__in=["task_confirmed", "task_sent_back"])
        assert told.count() == (1 if task.state == "completed" else 2)

    task = task_at("in_progress")
    edits = [
        partial(actions.edit_task, values={"deliverable": who}, by=people[who], version=task.version)
        for who in ("head", "secretary")
    ]
    assert sorted(at_once_on(task, *edits)) == ["409", "ok"]

    assert sorted(
        at_once_on(task, *[partial(urging_actions.urge, by=people[who]) for who in ("head", "deputy")])
    ) == [
        "409",
        "ok",
    ]

    others = [task_at("submitted") for _turn in range(4)]
    acts = [partial(actions.confirm, task=task, by=people["secretary"]) for task in others]
    assert at_once(*acts) == ["ok"] * 4
