"""A right that its holder has, asked at the wrong time: not now, and the sentence says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Verdict
from tasks import actions, rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Recurrence, Task
from tests.support.people import Bodies, TaskAt, appoint, make_person, task_below
from tests.tasks.cycle_actions.helpers import recurring

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

People = dict[str, Person]
World = tuple[TaskAt, People, Bodies]
# The right as it is at work, then the same one when it is not.
Asked = tuple[Callable[[], Verdict], Callable[[], None]]


def suspend(task: Task, people: People) -> None:
    actions.suspend(task=task, by=people["head"], reason="Chờ hướng dẫn.")
    task.refresh_from_db()


def handing_down(task_at: TaskAt, people: People, bodies: Bodies) -> Asked:
    task, keeper = task_at("in_progress"), make_person("lead_secretary")
    appoint(keeper, bodies.lead, Role.SECRETARY)
    return lambda: rules.may_hand_down(keeper, task), lambda: suspend(task, people)


def trying_a_fan_out_again(task_at: TaskAt, people: People, bodies: Bodies) -> Asked:
    task = task_at("in_progress")
    fan_out = fan_out_actions.prepare_fan_out(
        task=task, giver=task.assigner, bodies=[bodies.helper], due_on=task.due_on, by=people["secretary"]
    )
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    Body.objects.filter(pk=bodies.helper.pk).update(dissolved_on=today())
    fan_out_actions.give_fan_out(fan_out.pk)

    def may_retry() -> Verdict:
        return rules.may_retry_fan_out(people["head"], FanOut.objects.get(pk=fan_out.pk))

    return may_retry, lambda: suspend(task, people)


def weighing(task_at: TaskAt, people: People, bodies: Bodies) -> Asked:
    task = task_at("in_progress")
    task_below(task, people, assigner=task.assigner, lead=task.lead, due_on=task.due_on)

    def withdraw() -> None:
        actions.withdraw(task=task, by=people["head"], reason="Trùng.")
        task.refresh_from_db()

    return lambda: rules.may_set_weights(people["secretary"], task), withdraw


def letting_a_cycle_go_on(task_at: TaskAt, people: People, bodies: Bodies) -> Asked:
    task = recurring(task_at("in_progress"), people)
    Recurrence.objects.filter(task=task).update(stop="lead", stopped_for=today())

    def may_resume() -> Verdict:
        return rules.may_resume_cycle(people["secretary"], Task.objects.get(pk=task.pk))

    return may_resume, lambda: suspend(task, people)


@pytest.mark.parametrize(
    "prepare, sentence",
    [
        (handing_down, "Not in this state: the task is suspended."),
        (trying_a_fan_out_again, "Not in this state: the task is suspended."),
        (weighing, "Not in this state: the task is withdrawn."),
        (letting_a_cycle_go_on, "Only while the task is at work. This one is: suspended."),
    ],
)
def test_only_while_the_task_is_at_work(
    task_at: TaskAt, people: People, bodies: Bodies, prepare: Callable[..., Asked], sentence: str
) -> None:
    may, stop = prepare(task_at, people, bodies)
    assert may(), may().reason
    stop()
    verdict = may()
    assert (verdict.ok, verdict.later, str(verdict.reason)) == (False, True, sentence)


def test_another_day_answers_only_a_request_for_a_later_one(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress")
    actions.ask_withdrawal(task=task, by=people["officer"], reason="Trùng.")
    assert rules.may_decide_request(people["head"], task)
    verdict = rules.may_counter_request(people["head"], task)
    assert (verdict.ok, verdict.later) == (False, True)
    assert str(verdict.reason) == "Only a request for a later day can be answered with another day."
