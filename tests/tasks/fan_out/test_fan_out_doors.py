"""Who gives a task to many, and the pages for it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs import actions as fanning
from tasks.fan_outs.selection import Choice
from tasks.models import FanOut, Task
from tests.support.people import Bodies, TaskAt, make_body
from tests.tasks.fan_out.helpers import DAY, People, prepare, run

# --- who --------------------------------------------------------------------------------------------


@pytest.mark.once
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


@pytest.mark.once
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


@pytest.mark.once
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
    assert page.context["children"].total == len(communes) == 27
    assert len(page.context["children"].rows) == 20
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


@pytest.mark.once
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
