"""One task given to many bodies: prepared, approved, made in the background, none twice and none lost."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from audit.models import Event
from committees.models import Body, Person
from committees.roles import Role
from notices.models import Notice
from portal.shared import background as queueing
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders.kinds import recheck
from tasks import actions, rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs import actions as fanning
from tasks.fan_outs.selection import Choice
from tasks.models import FanOut, Task
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person

DAY = timedelta(days=1)
People = dict[str, Person]


@pytest.fixture
def communes(bodies: Bodies) -> list[Body]:
    """Seven communes below the committee, each with an officer."""
    made = [
        make_body(f"XA-{number}", bodies.committee, level="commune", kind="committee") for number in range(7)
    ]
    for body in made:
        appoint(make_person(f"officer-{body.code.lower()}"), body, Role.OFFICER)
    return made


@pytest.fixture
def above(task_at: TaskAt) -> Task:
    return task_at("in_progress", pillar="Hạ tầng số", description="Chi tiết.", deliverable="Báo cáo")


def prepare(task: Task, people: People, bodies: list[Body], **values: Any) -> FanOut:
    values = {"giver": task.assigner, "by": people["secretary"], "due_on": task.due_on, **values}
    return fan_out_actions.prepare_fan_out(task=task, bodies=bodies, **values)


def run(fan_out: FanOut) -> FanOut:
    fan_out_actions.give_fan_out(fan_out.pk)
    fan_out.refresh_from_db()
    return fan_out


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
@pytest.mark.parametrize("where", ["owe_new", "append", "compose"])
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


# --- who --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who, may_prepare, may_start, may_record, may_cancel",
    [
        ("head", False, True, False, True),
        ("standing_deputy", False, True, False, True),
        ("deputy", False, False, False, False),
        ("secretary", True, False, True, True),
        ("assistant", True, False, False, True),
        ("member", False, False, False, False),
        ("lead_head", False, False, False, False),
        ("officer", False, False, False, False),
        ("sister", False, False, False, False),
        ("admin", True, True, True, True),
    ],
)
def test_who_may(
    above: Task,
    communes: list[Body],
    people: People,
    who: str,
    may_prepare: bool,
    may_start: bool,
    may_record: bool,
    may_cancel: bool,
) -> None:
    fan_out, person = prepare(above, people, communes), people[who]
    verdicts = [
        rules.may_fan_out(person, above),
        rules.may_start_fan_out(person, fan_out),
        rules.may_record_fan_out_approval(person, fan_out),
        rules.may_cancel_fan_out(person, fan_out),
    ]
    assert list(map(bool, verdicts)) == [may_prepare, may_start, may_record, may_cancel]
    assert not any(verdict.later for verdict in verdicts)


def test_a_deputy_starts_what_is_in_their_field(
    above: Task, communes: list[Body], people: People, bodies: Bodies
) -> None:
    people["deputy"].memberships.update(fields="hạ tầng số")
    fan_out = prepare(above, people, communes)
    assert rules.may_start_fan_out(people["deputy"], fan_out)
    page = enter(people["deputy"]).get("/").content.decode()
    assert above.get_absolute_url() in page


@pytest.mark.parametrize("state", ["draft", "proposed", "submitted", "completed", "suspended", "withdrawn"])
def test_only_a_task_at_work_is_given_to_many(
    state: str, task_at: TaskAt, communes: list[Body], people: People
) -> None:
    task = task_at(state)
    with pytest.raises(Refused) as refused:
        prepare(task, people, communes)
    assert refused.value.status == 409


def test_the_plural_of_a_received_file_is_chosen_to_begin_with(
    above: Task, bodies: Bodies, people: People
) -> None:
    client, address = enter(people["secretary"]), f"/tasks/{above.pk}/fan-out/"
    provinces = client.get(address, {"group": "provinces"}).context["form"]
    assert provinces["bodies"].value() == bodies.sister.code, "not the body itself that gives"
    assert client.get(address, {"group": "nobody's"}).context["form"]["bodies"].value() is None


# --- choosing ---------------------------------------------------------------------------------------


def test_by_level_below_a_body_and_by_list(communes: list[Body], bodies: Bodies) -> None:
    top, committee = bodies.top, bodies.committee
    assert Choice(level="commune").bodies(top) == communes
    assert set(Choice(level="provincial", kind="committee").bodies(top)) == {committee, bodies.sister}
    assert Choice(below=committee).bodies(top) == list(Body.objects.below(committee))
    assert Choice(level="commune", below=bodies.sister).bodies(top) == []
    assert Choice(listed=[bodies.sister]).bodies(top) == [bodies.sister]
    assert Choice(kind="committee").bodies(top) == [], "a kind alone chooses nobody"
    both = Choice(level="commune", listed=[communes[3]], without=[communes[0].pk]).bodies(top)
    assert both == [communes[3], *[body for body in communes[1:] if body != communes[3]]]
    Body.objects.filter(pk=communes[0].pk).update(dissolved_on=today())
    assert Choice(level="commune").bodies(top) == communes[1:]


# --- pages ------------------------------------------------------------------------------------------


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(task: Task, **values: Any) -> dict[str, Any]:
    due = f"{task.due_on:%d/%m/%Y}"
    return {"giver": task.assigner_id, "title": task.title, "due_on": due, "kind": "", **values}


def test_the_list_is_shown_before_anything_is_saved(
    above: Task, communes: list[Body], people: People
) -> None:
    secretary, address = enter(people["secretary"]), f"/tasks/{above.pk}/fan-out/"
    assert secretary.get(address).status_code == 200
    page = secretary.post(address, typed(above, level="commune"))
    assert (page.status_code, page.context["count"]) == (200, 7)
    assert all(body.name in page.content.decode() for body in communes)
    mark = page.context["mark"]
    # Somebody changed the choice after the list was shown: it is shown again.
    again = secretary.post(address, typed(above, level="commune", shown=mark, without=[communes[0].pk]))
    assert again.context["count"] == 6
    assert not FanOut.objects.exists()
    saved = secretary.post(
        address, typed(above, level="commune", shown=again.context["mark"], without=[communes[0].pk])
    )
    fan_out = FanOut.objects.get()
    assert saved["Location"] == fan_out.get_absolute_url()
    assert fan_out.recipients.count() == 6


def test_bad_input_on_the_page(above: Task, communes: list[Body], people: People, bodies: Bodies) -> None:
    secretary, address = enter(people["secretary"]), f"/tasks/{above.pk}/fan-out/"
    empty = secretary.post(address, typed(above))
    assert (empty.context["count"], FanOut.objects.count()) == (0, 0)
    wrong = secretary.post(address, typed(above, bodies="XA-0\nKHONG-CO"))
    assert wrong.context["form"].errors["bodies"]
    twice = typed(above, bodies="XA-0\nXA-0")
    mark = secretary.post(address, twice).context["mark"]
    assert secretary.post(address, {**twice, "shown": mark}).context["form"].errors["bodies"]
    foreign = secretary.post(address, typed(above, giver=bodies.sister.pk, level="commune"))
    assert foreign.context["form"].errors["giver"]
    assert not FanOut.objects.exists()


def test_the_page_refreshes_itself_while_it_runs_and_not_after(
    above: Task, communes: list[Body], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanning, "BATCH_SIZE", 4)
    fan_out = prepare(above, people, communes)
    head, address = enter(people["head"]), fan_out.get_absolute_url()
    assert "Refresh" not in head.get(address)
    assert head.post(f"{address}start/")["Location"] == address
    assert head.get(address)["Refresh"] == "3"
    fanning.give_batch(fan_out.pk)
    page = head.get(address)
    assert "4/7" in page.content.decode()
    run(fan_out)
    page = head.get(address)
    assert "Refresh" not in page
    assert "7/7" in page.content.decode()


def test_its_lead_learns_nothing_of_what_is_prepared(
    above: Task, communes: list[Body], people: People
) -> None:
    """The lead of the task above, and a body that is chosen, see nothing before it is given."""
    fan_out = prepare(above, people, communes)
    officer = enter(people["officer"])
    page = officer.get(above.get_absolute_url())
    assert page.status_code == 200
    assert fan_out.get_absolute_url() not in page.content.decode()
    assert officer.get(fan_out.get_absolute_url()).status_code == 404
    chosen = enter(Person.objects.get(username="officer-xa-0"))
    assert chosen.get(fan_out.get_absolute_url()).status_code == 404
    run(fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"]))
    assert chosen.get(Task.objects.get(lead=communes[0]).get_absolute_url()).status_code == 200
    assert chosen.get(Task.objects.get(lead=communes[1]).get_absolute_url()).status_code == 404


def test_it_is_a_duty_of_whoever_approves(
    above: Task, communes: list[Body], people: People, django_assert_max_num_queries: Any
) -> None:
    head = enter(people["head"])
    assert above.get_absolute_url() not in head.get("/").content.decode().split('id="confirm"')[0]
    fan_out = prepare(above, people, communes)
    page = head.get("/")
    (decide, *_rest) = page.context["sections"]
    assert [(row.task, row.decision.icon) for row in decide.rows] == [(above, "network")]
    listed = head.get("/tasks/?mine=decide").context["rows"]
    assert [row.task for row in listed] == [above]
    assert fan_out.get_absolute_url() in head.get(above.get_absolute_url()).content.decode()
    with django_assert_max_num_queries(12):
        head.get(fan_out.get_absolute_url())
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    assert head.get("/").context["sections"][0].count == 0


def test_the_task_page_with_many_below(
    above: Task, communes: list[Body], people: People, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        communes.append(make_body(f"XA2-{number}", communes[0].parent, level="commune"))
    run(fan_out_actions.start_fan_out(fan_out=prepare(above, people, communes), by=people["head"]))
    secretary = enter(people["secretary"])
    page = secretary.get(above.get_absolute_url())
    assert page.context["family"].total == len(communes) == 27
    assert len(page.context["children"]) == 20
    assert f"/tasks/{above.pk}/below/" in page.content.decode()
    with django_assert_max_num_queries(12):
        secretary.get(above.get_absolute_url())


def test_the_admin_shows_fan_outs_and_changes_none(above: Task, communes: list[Body], people: People) -> None:
    fan_out = prepare(above, people, communes)
    admin, address = enter(people["admin"]), "/admin/tasks/fanout/"
    page = admin.get(address)
    assert (page.status_code, "0/7" in page.content.decode()) == (200, True)
    assert admin.get(f"{address}{fan_out.pk}/change/").status_code == 200
    assert admin.get(f"{address}{fan_out.pk}/history/").status_code == 200
    assert admin.get(f"{address}add/").status_code == 403
    assert admin.post(f"{address}{fan_out.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "0/7" not in enter(people["staff"]).get(address).content.decode()


def test_the_provinces_of_the_demo(db: None, settings: Any) -> None:
    """The central committee gives one task to all of them; one that reports moves the sum by one."""
    settings.DEBUG = True
    call_command("load_demo", stdout=StringIO())
    settings.DEBUG = False
    Person.objects.update(is_demo=False)  # where DEBUG is off they could not sign in
    giver = Body.objects.get(code="BCDTW")
    provinces = Choice(level="provincial", kind="committee").bodies(giver)
    assert len(provinces) >= 34
    secretary, head = (
        Person.objects.filter(memberships__office__body=giver, memberships__office__role=role)[0]
        for role in (Role.SECRETARY, Role.HEAD)
    )
    lead = Body.objects.get(code="TGV-TW")
    task = Task(title="Báo cáo tháng", assigner=giver, lead=lead, due_on=today() + 30 * DAY)
    actions.new_task(task=task, by=secretary)
    actions.propose(task=task, by=secretary)
    task = actions.assign(task=task, by=head)
    fan_out = fan_out_actions.prepare_fan_out(
        task=task, giver=giver, bodies=provinces[:34], by=secretary, due_on=task.due_on
    )
    run(fan_out_actions.start_fan_out(fan_out=fan_out, by=head))
    page = enter(secretary).get(f"/tasks/{task.pk}/below/")
    assert len(page.context["rows"]) == 34
    assert (page.context["counts"]["given"], page.context["counts"]["silent"]) == (34, 34)
    one = fan_out.recipients.earliest("pk").task
    assert one is not None
    Task.objects.filter(pk=one.pk).update(state="in_progress")
    assert enter(secretary).get(f"/tasks/{task.pk}/below/").context["counts"]["silent"] == 33
