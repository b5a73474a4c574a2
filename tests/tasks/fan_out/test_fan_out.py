"""One task given to many bodies: prepared, approved, made in the background, none twice and none lost."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from committees.models import Body
from committees.roles import Role
from notices.models import Notice
from portal.shared import background as queueing
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders.kinds import recheck
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs import actions as fanning
from tasks.models import FanOut, Task
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person
from tests.tasks.fan_out.helpers import DAY, People, prepare, run


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanning, "BATCH_SIZE", 3)


def exactly_one_each(fan_out: FanOut, bodies: list[Body]) -> None:
    """Each body its task, one event and one notice for each of its workers, and nothing beside them."""
    tasks = Task.objects.filter(parent=fan_out.task, assigner=fan_out.giver)
    assert Counter(tasks.values_list("lead_id", flat=True)) == {body.pk: 1 for body in bodies}
    keys = set(tasks.values_list("pk", flat=True))
    assert set(fan_out.recipients.values_list("task_id", flat=True)) == keys
    events = Event.objects.filter(about_type="tasks.task", about_id__in=keys)
    assert Counter(events.values_list("about_id", "verb")) == {(pk, "task_assigned"): 1 for pk in keys}
    told = Notice.objects.filter(kind="task_assigned", about_id__in=keys)
    assert Counter(told.values_list("about_id", flat=True)) == dict.fromkeys(keys, 1)


# --- the action -------------------------------------------------------------------------------------


def test_nothing_is_given_before_somebody_approves(above: Task, communes: list[Body], people: People) -> None:
    fan_out = prepare(above, people, communes)
    run(fan_out)
    assert fan_out.state == FanOut.State.PREPARED
    assert not Task.objects.filter(parent=above).exists()
    assert not Notice.objects.filter(kind="task_assigned", person__username__startswith="officer-").exists()


@pytest.mark.usefixtures("small_batches")
def test_each_body_gets_its_own_task(above: Task, communes: list[Body], people: People) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    assert run(fan_out).state == FanOut.State.DONE
    exactly_one_each(fan_out, communes)
    task = Task.objects.get(lead=communes[0])
    assert (task.assigner, task.parent, task.state) == (above.assigner, above, "assigned")
    assert (task.assigned_by, task.assigned_at) == (people["head"], fan_out.approved_at)
    assert (task.due_on, task.original_due_on) == (above.due_on, above.due_on)
    assert (task.title, task.pillar, task.description) == (above.title, above.pillar, above.description)
    assert Task.objects.matching(above.title).filter(pk=task.pk).exists()
    notice = Notice.objects.filter(kind="task_assigned", about_id=task.pk).get()
    assert recheck([notice], today()) == {}
    # It is a task like any other: its lead accepts it, and declines what it declines.
    actions.accept(task=task, by=notice.person)


def test_the_paper_of_the_head_is_recorded(above: Task, communes: list[Body], people: People) -> None:
    fan_out = prepare(above, people, communes)
    with pytest.raises(ValidationError):
        fan_out_actions.record_fan_out_approval(fan_out=fan_out, by=people["secretary"], approval=" ")
    fan_out_actions.record_fan_out_approval(
        fan_out=fan_out, by=people["secretary"], approval="Phiếu trình 45"
    )
    run(fan_out)
    task = Task.objects.get(lead=communes[0])
    assert task.approval == "Phiếu trình 45"
    assert Event.objects.about(task).get().verb == "task_approval_recorded"


def test_who_is_told(above: Task, communes: list[Body], people: People) -> None:
    fan_out = prepare(above, people, communes)
    told = Notice.objects.filter(kind="fan_out_prepared")
    assert set(told.values_list("person__username", flat=True)) == {"head", "standing_deputy"}
    assert recheck(list(told), today()) == {}
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    assert len(recheck(list(told), today())) == 2, "started: nothing waits for them any more"
    run(fan_out)
    given = Notice.objects.get(kind="fan_out_given")
    assert given.person == people["secretary"]
    assert recheck([given], today()) == {}


def test_called_off_nothing_is_given(above: Task, communes: list[Body], people: People) -> None:
    fan_out = fan_out_actions.cancel_fan_out(fan_out=prepare(above, people, communes), by=people["secretary"])
    with pytest.raises(Refused) as refused:
        fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    assert refused.value.status == 409
    run(fan_out)
    assert not above.children.exists()
    prepare(above, people, communes)  # and they can be chosen again


# --- bad input --------------------------------------------------------------------------------------


def refusal(task: Task, people: People, bodies: list[Body], **values: Any) -> dict[str, list[str]]:
    before = (Event.objects.count(), Notice.objects.count())
    with pytest.raises(ValidationError) as refused:
        prepare(task, people, bodies, **values)
    assert not FanOut.objects.filter(state="prepared").exclude(task__title="Khác").exists()
    assert (Event.objects.count(), Notice.objects.count()) == before
    said: dict[str, list[str]] = refused.value.message_dict
    return said


def test_bad_choices_are_refused_with_a_sentence(
    above: Task, communes: list[Body], people: People, bodies: Bodies
) -> None:
    assert list(refusal(above, people, [])) == ["bodies"]
    for wrong in ([communes[0], communes[1], communes[0]], [bodies.committee]):
        (sentence,) = refusal(above, people, wrong)["bodies"]
        assert sentence.startswith(wrong[0].brief)
    Body.objects.filter(pk=communes[2].pk).update(dissolved_on=today())
    communes[2].refresh_from_db()
    (sentence,) = refusal(above, people, communes)["bodies"]
    assert communes[2].brief in sentence
    assert communes[3].brief not in sentence
    late = refusal(above, people, communes[:2], due_on=above.due_on + DAY if above.due_on else None)
    assert list(late) == ["due_on"]


def test_no_body_is_given_the_same_task_twice(above: Task, communes: list[Body], people: People) -> None:
    first = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes[:2]), by=people["head"])
    run(first)
    with pytest.raises(ValidationError) as refused:
        prepare(above, people, communes)
    assert all(body.brief in refused.value.message_dict["bodies"][0] for body in communes[:2])
    prepare(above, people, communes[2:4])
    with pytest.raises(ValidationError):
        prepare(above, people, communes[3:])
    task = Task.objects.get(lead=communes[0])
    actions.withdraw(task=task, by=people["secretary"], reason="Giao nhầm.")
    prepare(above, people, communes[:1])


def test_the_lead_hands_down_to_bodies_below_it_only(
    above: Task, communes: list[Body], people: People, bodies: Bodies
) -> None:
    secretary = make_person("lead_secretary")
    appoint(secretary, bodies.lead, Role.SECRETARY)
    division = make_body("DIVISION", bodies.lead)
    with pytest.raises(ValidationError) as refused:
        prepare(above, people, [division, communes[0]], giver=bodies.lead, by=secretary)
    (sentence,) = refused.value.message_dict["bodies"]
    assert communes[0].brief in sentence
    assert division.brief not in sentence
    fan_out = prepare(above, people, [division], giver=bodies.lead, by=secretary)
    run(fan_out_actions.start_fan_out(fan_out=fan_out, by=people["lead_head"]))
    assert Task.objects.get(parent=above).order is None
    with pytest.raises(ValidationError):
        prepare(above, people, communes, giver=bodies.sister, by=people["sister"])


def test_a_secret_task_given_to_many_holds_no_words(
    task_at: TaskAt, communes: list[Body], people: People
) -> None:
    task = task_at("in_progress", secrecy="secret", number="5", parts=[])
    fan_out = prepare(task, people, communes[:2], title="Nội dung mật")
    assert "Nội dung" not in fan_out.title
    run(fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"]))
    assert not Task.objects.filter(title__contains="Nội dung").exists()
    with pytest.raises(ValidationError):
        prepare(task, people, communes[2:], deliverable="Nội dung mật")


def test_a_restricted_task_is_told_to_those_who_may_read_it(
    task_at: TaskAt, communes: list[Body], people: People
) -> None:
    appoint(make_person("deputy-xa-0"), communes[0], Role.STANDING_DEPUTY)  # works on tasks, reads no such
    task = task_at("in_progress", secrecy="restricted", parts=[])
    run(fan_out_actions.start_fan_out(fan_out=prepare(task, people, communes[:2]), by=people["head"]))
    notices = list(Notice.objects.filter(kind="task_assigned", about_id__gt=task.pk))
    assert len(notices) == 2
    assert recheck(notices, today()) == {}


# --- what changes while it runs ---------------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("verb", ["suspend", "withdraw"])
def test_it_stops_when_the_task_above_does(
    verb: str, above: Task, communes: list[Body], people: People
) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    assert fanning.give_batch(fan_out.pk)
    getattr(actions, verb)(task=above, by=people["secretary"], reason="Chờ hướng dẫn.")
    run(fan_out)
    assert (fan_out.state, fan_out.stop) == (FanOut.State.STOPPED, FanOut.Stop.STATE)
    assert above.children.count() == 3
    if verb == "suspend":
        with pytest.raises(Refused):
            fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
        actions.resume(task=above, by=people["secretary"])
        run(fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"]))
        assert fan_out.state == FanOut.State.RUNNING or FanOut.State.DONE
        exactly_one_each(FanOut.objects.get(), communes)
    else:
        fan_out_actions.cancel_fan_out(fan_out=fan_out, by=people["secretary"])


def test_it_stops_when_the_task_above_is_due_earlier(
    above: Task, communes: list[Body], people: People
) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    actions.edit_task(task=above, values={"due_on": today() + DAY}, by=people["head"])
    assert run(fan_out).stop == FanOut.Stop.DEADLINE
    assert not above.children.exists()


def test_who_can_no_longer_get_it_is_passed_over_and_named(
    above: Task, communes: list[Body], people: People
) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    Body.objects.filter(pk=communes[0].pk).update(dissolved_on=today())
    Task.objects.create(title="Riêng", assigner=above.assigner, lead=communes[1], parent=above)
    assert run(fan_out).state == FanOut.State.DONE
    skipped = dict(fan_out.recipients.exclude(skipped="").values_list("body_id", "skipped"))
    assert skipped == {communes[0].pk: "dissolved", communes[1].pk: "has_one"}
    assert above.children.count() == len(communes) - 1


# --- crashes and two at once ------------------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("where", ["owe_new", "append", "build_event"])
def test_after_a_crash_it_goes_on_and_makes_none_twice(
    where: str, above: Task, communes: list[Body], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    real, calls = getattr(fanning, where), []

    def crash(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the plug was pulled")
        return real(*args, **kwargs)

    monkeypatch.setattr(fanning, where, crash)
    with pytest.raises(RuntimeError):
        fan_out_actions.give_fan_out(fan_out.pk)
    assert above.children.count() in (0, 3), "a batch is there whole or not at all"
    assert run(fan_out).state == FanOut.State.DONE
    exactly_one_each(fan_out, communes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_two_workers_at_once(above: Task, communes: list[Body], people: People) -> None:
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _again in range(4):
                fan_out_actions.give_fan_out(fan_out.pk)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert run(fan_out).state == FanOut.State.DONE
    exactly_one_each(fan_out, communes)
    assert Event.objects.filter(verb="fan_out_given").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_sweep_takes_it(
    above: Task, communes: list[Body], people: People, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from tasks import jobs

    monkeypatch.setattr(queueing, "current_app", NoBroker())
    fan_out = fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"])
    assert "no broker" in caplog.text
    queued: list[int] = []
    monkeypatch.setattr(jobs.give_fan_out, "delay", queued.append)
    jobs.give_fan_outs()
    assert queued == [fan_out.pk]
    jobs.give_fan_out(fan_out.pk)
    exactly_one_each(fan_out, communes)
    queued.clear()
    jobs.give_fan_outs()
    assert queued == []


class NoBroker:
    def connection_for_write(self, **_options: Any) -> Any:
        raise OSError("no broker")


def test_the_database_makes_none_twice(above: Task, communes: list[Body], people: People) -> None:
    fan_out = prepare(above, people, communes)
    with pytest.raises(IntegrityError), transaction.atomic():
        fan_out.recipients.create(body=communes[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        FanOut.objects.filter(pk=fan_out.pk).update(state="running")
