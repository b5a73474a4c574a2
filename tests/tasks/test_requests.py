"""A deadline moves only by a decision: ask, approve, refuse, offer another day, take back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.models import Order, Request, Task
from tasks.orders import actions as order_actions
from tasks.verbs import VERBS
from tests.support.people import Bodies, appoint

DAY = timedelta(days=1)
People = dict[str, Person]
WHY = "Chờ hướng dẫn của Bộ."


def fresh(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_asking_moves_nothing(asked: Task) -> None:
    assert fresh(asked).due_on == today() + 10 * DAY
    request = asked.requests.get()
    assert (request.state, request.from_due_on, request.proposed_on) == (
        Request.State.OPEN,
        today() + 10 * DAY,
        today() + 20 * DAY,
    )


def test_approval_moves_the_day_and_keeps_the_first(asked: Task, people: People) -> None:
    before = fresh(asked)
    actions.approve_request(task=asked, by=people["head"])
    task = fresh(asked)
    assert (task.due_on, task.original_due_on) == (today() + 20 * DAY, before.original_due_on)
    assert task.due_version == before.due_version + 1
    event = Event.objects.latest("pk")
    assert (event.verb, event.before, event.after) == (
        "extension_given",
        {"due_on": f"{before.due_on}"},
        {"due_on": f"{task.due_on}"},
    )


def test_refusal_needs_a_reason_and_leaves_the_day(asked: Task, people: People) -> None:
    with pytest.raises(ValidationError):
        actions.refuse_request(task=asked, by=people["head"], decision=" ")
    actions.refuse_request(task=asked, by=people["head"], decision="Không có lý do khách quan.")
    assert fresh(asked).due_on == today() + 10 * DAY
    assert asked.requests.get().state == Request.State.REFUSED


def test_another_day_waits_for_the_requester(asked: Task, people: People) -> None:
    actions.counter_request(task=asked, by=people["head"], counter_on=today() + 15 * DAY)
    assert fresh(asked).due_on == today() + 10 * DAY
    actions.accept_counter(task=asked, by=people["officer"])
    assert fresh(asked).due_on == today() + 15 * DAY
    assert asked.requests.get().given_on == today() + 15 * DAY


def test_another_day_declined_leaves_the_day(asked: Task, people: People) -> None:
    actions.counter_request(task=asked, by=people["head"], counter_on=today() + 15 * DAY)
    actions.decline_counter(task=asked, by=people["officer"])
    assert fresh(asked).due_on == today() + 10 * DAY
    actions.ask_extension(task=asked, by=people["officer"], proposed_on=today() + 30 * DAY, reason=WHY)


def test_withdrawal_asked_and_given(task_at: Any, people: People) -> None:
    task = task_at("in_progress")
    actions.ask_withdrawal(task=task, by=people["officer"], reason="Không còn cần thiết.")
    actions.approve_request(task=task, by=people["head"])
    assert fresh(task).state == "withdrawn"
    assert task.requests.get().state == Request.State.APPROVED


@pytest.mark.parametrize(
    "who, may",
    [
        ("head", True),
        ("standing_deputy", True),
        ("deputy", False),
        ("secretary", False),
        ("member", False),
        ("officer", False),
        ("sister", False),
        ("admin", True),
    ],
)
def test_who_decides(asked: Task, people: People, who: str, may: bool) -> None:
    for verb in ("approve_request", "refuse_request", "counter_request"):
        verdict = VERBS[verb].rule(people[who], asked)
        assert bool(verdict) is may
        assert may or not verdict.later


def test_nobody_decides_their_own_request(task_at: Any, people: People, bodies: Bodies) -> None:
    """Somebody who heads the assigner and works for the lead too; a superuser; and the database itself."""
    appoint(people["head"], bodies.lead, Role.HEAD)
    for who in ("head", "admin"):
        task = task_at("in_progress")
        actions.ask_extension(task=task, by=people[who], proposed_on=today() + 60 * DAY, reason=WHY)
        for decide in (actions.approve_request, actions.counter_request):
            values: dict[str, Any] = (
                {"counter_on": today() + 50 * DAY} if "counter" in decide.__name__ else {}
            )
            with pytest.raises(Refused) as refused:
                decide(task=task, by=people[who], **values)
            assert refused.value.status == 403
        with pytest.raises(IntegrityError), transaction.atomic():
            task.requests.update(decided_by=people[who], decided_at=timezone.now())


def test_the_offered_day_is_not_accepted_by_whoever_offered_it(
    asked: Task, people: People, bodies: Bodies
) -> None:
    appoint(people["head"], bodies.lead, Role.HEAD)
    actions.counter_request(task=asked, by=people["head"], counter_on=today() + 15 * DAY)
    with pytest.raises(Refused):
        actions.accept_counter(task=asked, by=people["head"])


@pytest.mark.parametrize("days", [-1, 9, 10])
def test_a_day_that_is_not_later_is_refused(task_at: Any, people: People, days: int) -> None:
    task = task_at("in_progress", due_on=today() + 10 * DAY)
    with pytest.raises(ValidationError) as refused:
        actions.ask_extension(task=task, by=people["officer"], proposed_on=today() + days * DAY, reason=WHY)
    assert "proposed_on" in refused.value.message_dict
    assert not Request.objects.exists()


def test_a_request_for_a_later_day_names_one(task_at: Any, people: People) -> None:
    task = task_at("in_progress")
    with pytest.raises(ValidationError) as refused:
        actions.ask_extension(task=task, by=people["officer"], proposed_on=None, reason=WHY)
    assert set(refused.value.message_dict) == {"proposed_on"}
    assert not task.requests.exists()


def test_a_day_that_has_passed_is_refused(task_at: Any, people: People) -> None:
    task = task_at("in_progress", due_on=today() - 10 * DAY)
    with pytest.raises(ValidationError):
        actions.ask_extension(task=task, by=people["officer"], proposed_on=today() - DAY, reason=WHY)


def test_not_later_than_the_task_above(task_at: Any, people: People) -> None:
    above = task_at("in_progress", due_on=today() + 30 * DAY)
    below = task_at("in_progress", due_on=today() + 10 * DAY, parent=above)
    with pytest.raises(ValidationError):
        actions.ask_extension(task=below, by=people["officer"], proposed_on=today() + 31 * DAY, reason=WHY)
    actions.ask_extension(task=below, by=people["officer"], proposed_on=today() + 30 * DAY, reason=WHY)
    with pytest.raises(ValidationError):
        actions.counter_request(task=below, by=people["head"], counter_on=today() + 31 * DAY)


def test_one_open_request_at_a_time(asked: Task, people: People) -> None:
    with pytest.raises(Refused) as refused:
        actions.ask_withdrawal(task=asked, by=people["officer"], reason=WHY)
    assert refused.value.status == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.create(
            task=asked, kind="withdrawal", reason=WHY, by=people["officer"], at=timezone.now()
        )


def test_an_answer_after_the_request_was_taken_back_is_refused(asked: Task, people: People) -> None:
    actions.cancel_request(task=asked, by=people["officer"])
    for decide, values in (
        (actions.approve_request, {}),
        (actions.counter_request, {"counter_on": today() + 12 * DAY}),
        (actions.refuse_request, {"decision": "Muộn."}),
    ):
        with pytest.raises(Refused) as refused:
            decide(task=asked, by=people["head"], **values)
        assert refused.value.status == 409
    assert fresh(asked).due_on == today() + 10 * DAY


def test_reporting_complete_takes_the_request_back(asked: Task, people: People) -> None:
    actions.add_evidence(task=asked, by=people["officer"], kind="document", document="12/BC")
    actions.submit(task=asked, by=people["officer"], report="Đã xong.")
    assert asked.requests.get().state == Request.State.CANCELLED


def test_the_orders_last_day_for_asking(task_at: Any, people: People, order: Order) -> None:
    order.ask_until = today() - DAY
    order_actions.save_order(order=order, by=people["secretary"])
    task = task_at("in_progress", order=order)
    with pytest.raises(Refused) as refused:
        actions.ask_extension(task=task, by=people["officer"], proposed_on=date(2099, 1, 1), reason=WHY)
    assert refused.value.status == 409
    order.ask_until = today()
    order_actions.save_order(order=order, by=people["secretary"])
    actions.ask_extension(task=fresh(task), by=people["officer"], proposed_on=date(2099, 1, 1), reason=WHY)


def test_deciders_and_the_lead_are_told(asked: Task, people: People) -> None:
    told = set(Notice.objects.filter(kind="extension_asked").values_list("person__username", flat=True))
    assert told == {"head", "standing_deputy"}
    actions.approve_request(task=asked, by=people["head"])
    told = set(Notice.objects.filter(kind="request_approved").values_list("person__username", flat=True))
    assert told == {"officer", "lead_head"}
