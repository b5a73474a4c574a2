"""Who above is told that a task is late, once a step; and the stop that the assigner's secretary sets."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Event
from committees.models import Membership, Office
from committees.roles import Role
from notices.delivery.sender import send_owed
from notices.drop_reasons import DropReason
from notices.models import EscalationStep, Notice, Policy
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders import kinds as task_kinds
from reminders import planning as reminders
from tasks import actions
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.lifecycle import State
from tasks.models import Task
from tasks.pages.panel import panel
from tests.support.people import appoint, make_body, make_person, ready_for

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 15)  # a Wednesday, no holiday near
DAYS = {1: date(2026, 7, 16), 2: date(2026, 7, 17), 3: date(2026, 7, 20), 7: date(2026, 7, 24)}


@pytest.fixture(autouse=True)
def calendar():
    fill_years(2026, 2027)


def told(on: date | None = None) -> set[tuple[int, str]]:
    """Person and step of what was escalated."""
    rows = Notice.objects.filter(kind="escalated")
    return set((rows.filter(on=on) if on else rows).values_list("person_id", "step"))


def escalate(days: int) -> set[tuple[int, str]]:
    """What is new on the day that comes so many working days after the deadline."""
    before = told()
    count = reminders.plan_escalations(DAYS[days])
    new = told() - before
    assert count == len(new)
    return new


def why_not(on: date) -> dict[int, DropReason]:
    return task_kinds.recheck(
        list(Notice.objects.filter(kind__in=("escalated", "overdue")).order_by("pk")), on
    )


def in_charge(name: str, body, pillar: str):
    person = make_person(f"{name}-of-field")
    appoint(person, body, Role.DEPUTY)
    Membership.objects.filter(person=person).update(fields=pillar)
    return person


def test_each_step_once_to_the_role_it_names(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    assert reminders.plan_escalations(DUE) == 0
    assert escalate(1) == {(people["lead_head"].pk, "+1l:head")}
    assert escalate(2) == set()
    assert escalate(3) == {(people["secretary"].pk, "+3a:secretary")}
    deputy = in_charge("deputy", bodies.committee, "Chuyển đổi số")
    Task.objects.update(pillar="Chuyển đổi số")
    assert escalate(7) == {(deputy.pk, "+7a:deputy")}
    assert escalate(7) == set()


def test_after_an_outage_each_is_told_what_they_are_owed(people, task_at):
    task_at("in_progress", due_on=DUE)
    steps = escalate(7)
    assert {(people["lead_head"].pk, "+1l:head"), (people["secretary"].pk, "+3a:secretary")} < steps
    assert {step for _person, step in steps} == {"+1l:head", "+3a:secretary", "+7a:deputy"}


@pytest.mark.parametrize(
    "fields, standing_deputy, expected",
    [
        ("Chuyển đổi số; Dữ liệu", True, "deputy"),
        ("chuyen doi so", True, "deputy"),
        ("Nhân lực", True, "standing"),
        ("Nhân lực", False, "head"),
    ],
)
def test_the_deputy_in_charge_else_the_standing_deputy_else_the_head(
    bodies, people, task_at, fields, standing_deputy, expected
):
    task_at("in_progress", due_on=DUE)
    Task.objects.update(pillar="Chuyển đổi số")
    who = {"deputy": in_charge("deputy", bodies.committee, fields), "head": people["head"]}
    if standing_deputy:
        who["standing"] = people["standing_deputy"]
    else:
        Membership.objects.filter(office__role=Role.STANDING_DEPUTY).delete()
    assert {person for person, step in escalate(7) if step == "+7a:deputy"} == {who[expected].pk}


def test_of_a_restricted_task_the_deputys_step_goes_to_who_may_read_it(bodies, people, task_at):
    deputy = in_charge("deputy", bodies.committee, "Dữ liệu")
    restricted = task_at("in_progress", due_on=DUE, secrecy=Task.Secrecy.RESTRICTED)
    normal = task_at("in_progress", due_on=DUE)
    Task.objects.update(pillar="Dữ liệu")
    assert reminders.plan_escalations(DAYS[7]) == 2 * 3
    steps = Notice.objects.filter(step="+7a:deputy").values_list("about_id", "person_id")
    assert set(steps) == {(restricted.pk, people["head"].pk), (normal.pk, deputy.pk)}


@pytest.mark.parametrize("state", list(State))
def test_only_of_what_is_at_work(task_at, state):
    task_at(state, due_on=DUE)
    assert bool(escalate(1)) is (state in (State.ASSIGNED, State.IN_PROGRESS))


def test_nothing_on_a_day_off(task_at):
    task_at("in_progress", due_on=DUE)
    assert reminders.plan_escalations(date(2026, 7, 18)) == reminders.plan_escalations(date(2026, 9, 2)) == 0


def test_who_takes_the_office_later_is_not_told_the_step_again(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    escalate(1)
    appoint(make_person("new"), bodies.lead, Role.HEAD)
    assert escalate(2) == set()


def test_a_step_that_reached_nobody_goes_to_the_next_who_holds_the_office(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    escalate(1)
    Notice.objects.filter(kind="escalated").update(state="dropped", dropped_because="account_locked")
    new = make_person("new")
    appoint(new, bodies.lead, Role.HEAD)
    assert escalate(2) == {(new.pk, "+1l:head")}


def test_a_step_covered_by_a_higher_one_is_done_for_whoever_comes_later(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    policy = Policy.objects.create(body=bodies.committee, hour=DEFAULT.hour)
    for days in (1, 2):
        EscalationStep.objects.create(policy=policy, days_late=days, side="lead", role=Role.HEAD)
    assert {step for _person, step in escalate(2)} == {"+1l:head", "+2l:head"}
    send_owed(DAYS[2])
    assert set(Notice.objects.values_list("step", "dropped_because").filter(kind="escalated")) == {
        ("+1l:head", TaskReason.HIGHER_STEP),
        ("+2l:head", ""),
    }
    appoint(make_person("new"), bodies.lead, Role.HEAD)
    assert escalate(3) == set()


def test_a_body_with_a_policy_of_its_own(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    policy = Policy.objects.create(body=bodies.committee, hour=DEFAULT.hour)
    EscalationStep.objects.create(policy=policy, days_late=2, side="assigner", role=Role.HEAD)
    assert escalate(1) == set()
    assert escalate(2) == {(people["head"].pk, "+2a:head")}
    policy.escalation.all().delete()
    assert set(why_not(DAYS[2]).values()) == {TaskReason.OTHER_POLICY}


def test_a_moved_deadline_begins_anew(people, task_at):
    task = task_at("in_progress", due_on=DUE)
    escalate(1)
    actions.edit_task(task=task, values={"due_on": date(2026, 7, 16)}, by=people["head"], past_deadline=True)
    assert set(why_not(DAYS[2]).values()) == {TaskReason.MOVED}
    assert reminders.plan_escalations(DAYS[2]) == 1


def test_one_line_for_who_works_on_it_and_who_is_on_two_steps(bodies, people, task_at):
    task_at("in_progress", due_on=DUE)
    appoint(people["lead_head"], bodies.committee, Role.SECRETARY)
    reminders.plan_reminders(DAYS[3])
    escalate(3)
    reasons = why_not(DAYS[3])
    mine = Notice.objects.filter(person=people["lead_head"], kind__in=("escalated", "overdue"))
    assert {(one.step, reasons.get(one.pk, "")) for one in mine} == {
        ("+3", TaskReason.HIGHER_STEP),
        ("+1l:head", TaskReason.HIGHER_STEP),
        ("+3a:secretary", ""),
    }


CHANGES: dict[str, tuple[Callable[..., object], str]] = {
    "nothing": (lambda task, people: None, ""),
    "submitted": (lambda task, people: Task.objects.update(state="suspended", suspended_from="in_progress"),
                  REASON_OF_STATE[State.SUSPENDED]),
    "office": (
        lambda task, people: Membership.objects.filter(person=people["lead_head"]).update(
            office=Office.objects.get(body=task.lead, role=Role.OFFICER)
        ),
        TaskReason.NO_OFFICE,
    ),
    "lead": (lambda task, people: Task.objects.update(lead=task.assigner), TaskReason.NOT_VISIBLE),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_asked_again_before_it_is_sent(people, task_at, change):
    task = task_at("in_progress", due_on=DUE)
    escalate(1)
    act, reason = CHANGES[change]
    act(task, people)
    assert set(why_not(DAYS[1]).values()) == ({reason} if reason else set())


def test_the_line_says_how_late_and_what_to_do(people, task_at):
    task_at("in_progress", due_on=DUE)
    escalate(1)
    with translation.override("en"):
        [line] = task_kinds.compose(list(Notice.objects.filter(kind="escalated")), DAYS[1]).values()
    assert (line.standing, line.days, line.lead != "") == ("overdue", -1, True)
    assert "late: 1 or" in line.sentence
    assert line.what_to_do


def test_many_tasks_cost_as_many_queries_as_few(bodies, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    with CaptureQueriesContext(connection) as few:
        reminders.plan_escalations(DAYS[7])
    others = [make_body(f"LEAD-{number}", bodies.committee) for number in range(8)]
    for number, body in enumerate(others):
        appoint(make_person(f"head-{number}"), body, Role.HEAD)
    same = {"assigner": task.assigner, "assigned_by": task.assigned_by, "assigned_at": task.assigned_at}
    Task.objects.bulk_create(
        Task(title="Như trên", state=State.IN_PROGRESS, lead=body, due_on=DUE, pillar=f"Trụ {n}", **same)
        for n, body in enumerate(others)
    )
    with CaptureQueriesContext(connection) as many:
        assert reminders.plan_escalations(DAYS[7]) == 8 * 3
    assert len(many) == len(few)


def test_while_it_is_stopped_nobody_above_is_told(people, task_at):
    task = task_at("in_progress", due_on=DUE)
    escalate(1)
    actions.stop_escalation(task=task, by=people["secretary"], reason="Chờ Bộ hướng dẫn.")
    assert set(why_not(DAYS[1]).values()) == {TaskReason.STOPPED}
    assert escalate(3) == set()
    assert reminders.plan_reminders(DAYS[3]) == 2  # those who work on it
    actions.resume_escalation(task=task, by=people["head"])
    assert (people["secretary"].pk, "+3a:secretary") in escalate(3)


STILL: dict[str, tuple[Callable[..., object], Callable[..., object]]] = {
    "the stop ends": (
        lambda task, people: actions.stop_escalation(task=task, by=people["secretary"], reason="Chờ."),
        lambda task, people: actions.resume_escalation(task=task, by=people["head"]),
    ),
    "resumed": (
        lambda task, people: actions.suspend(task=task, by=people["head"], reason="Chờ."),
        lambda task, people: actions.resume(task=task, by=people["head"]),
    ),
    "sent back": (
        lambda task, people: actions.submit(task=task, by=people["officer"], report="Đã xong."),
        lambda task, people: actions.send_back(task=task, by=people["head"], reason="Thiếu."),
    ),
}


@pytest.mark.parametrize("what", STILL)
def test_what_was_not_told_because_it_stood_still_is_told_when_it_goes_on(people, task_at, what):
    task = task_at("in_progress", due_on=DUE)
    stops, goes_on = STILL[what]
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="12/BC")
    escalate(1)
    stops(task, people)
    send_owed(DAYS[1])
    step = Notice.objects.get(kind="escalated", person=people["lead_head"])
    assert step.state == Notice.State.DROPPED
    goes_on(task, people)
    reminders.plan_escalations(DAYS[2])
    Notice.objects.filter(on__gt=DAYS[2]).update(on=DAYS[2])
    send_owed(DAYS[2])
    step.refresh_from_db()
    assert (step.state, step.dropped_because) == (Notice.State.TOLD, "")


def test_the_stop_wants_a_reason_and_tells_it_in_the_story(people, task_at):
    task = task_at("in_progress", due_on=DUE)
    with pytest.raises(ValidationError):
        actions.stop_escalation(task=task, by=people["secretary"], reason=" ")
    task.refresh_from_db()
    assert task.escalation_stopped_at is None
    actions.stop_escalation(task=task, by=people["secretary"], reason="Chờ Bộ hướng dẫn.")
    task.refresh_from_db()
    assert task.escalation_stopped_by == people["secretary"]
    event = Event.objects.latest("pk")
    assert (event.verb, event.reason) == ("escalation_stopped", "Chờ Bộ hướng dẫn.")
    for act in (partial(actions.stop_escalation, reason="Lại."), partial(actions.resume_escalation)):
        with pytest.raises(Refused) as refusal:
            act(task=task, by=people["officer"])
        assert refusal.value.status == 403
    with pytest.raises(Refused) as refusal:
        actions.stop_escalation(task=task, by=people["head"], reason="Lại.")
    assert refusal.value.status == 409


MOVES: dict[str, Callable[..., object]] = {
    "edited": lambda task, people: actions.edit_task(
        task=task, values={"due_on": today() + timedelta(days=90)}, by=people["head"]
    ),
    "extended": lambda task, people: actions.approve_request(
        task=ready_for("approve_request", task, people), by=people["head"]
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_moved_deadline_ends_the_stop(people, task_at, move):
    task = task_at("in_progress")
    actions.stop_escalation(task=task, by=people["secretary"], reason="Chờ Bộ hướng dẫn.")
    MOVES[move](task, people)
    task.refresh_from_db()
    assert (task.escalation_stopped_at, task.escalation_stopped_by, task.due_version) == (None, None, 2)


def test_the_page_offers_the_stop_once_it_is_late_and_says_that_it_holds(client, people, task_at):
    task = task_at("in_progress")

    def verbs() -> set[str]:
        return {act.verb.name for act in panel(people["secretary"], task).acts}

    assert not {"stop_escalation", "resume_escalation"} & verbs()
    Task.objects.filter(pk=task.pk).update(due_on=today() - timedelta(days=9))
    task.refresh_from_db()
    assert "stop_escalation" in verbs()
    assert "resume_escalation" not in verbs()
    client.force_login(people["secretary"])
    page = client.post(f"/tasks/{task.pk}/stop-escalation/", {"reason": "Chờ Bộ."}, follow=True)
    task.refresh_from_db()
    assert "resume_escalation" in verbs()
    assert "stop_escalation" not in verbs()
    assert f"{today():%d/%m/%Y}" in page.content.decode()
