"""By whose right something is done: a value that asking gives and the event keeps; asking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from audit.models import Event
from committees import access
from committees import actions as committee_actions
from committees.access import Right
from committees.models import Absence, Body, Membership, Person
from committees.roles import DEFAULTS, PERMISSIONS, Role
from imports import actions as import_actions
from notices.policy import schedule as policies
from notices.policy.actions import save_policy
from portal.shared.days import today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.fan_outs import actions as fan_out_actions
from tasks.many import actions as many_actions
from tasks.models import Order, Request, Task
from tasks.verbs import VERBS, verdicts
from tests.audit.events import EVENTS, ONLY_ONESELF
from tests.audit.world import World
from tests.support.imports import Received, checked
from tests.support.people import OFFICES, WHY, Bodies, TaskAt, appoint, given, make_person, ready_for

People = dict[str, Person]


def away(person: Person, deputy: Person) -> Absence:
    days: dict[str, Any] = {"starts_on": today(), "ends_on": today() + timedelta(days=10)}
    absence = Absence(person=person, deputy=deputy, **days)
    return committee_actions.save_absence(absence=absence, by=person)


def names_since(pk: int) -> list[tuple[str, str, str]]:
    events = Event.objects.filter(pk__gt=pk).order_by("pk")
    return [(event.verb, event.by_name, event.for_name) for event in events]


def newest() -> int:
    return Event.objects.latest("pk").pk


# --- every action names exactly the right one ----------------------------------------------------


def absence_of_an_assistant(world: World) -> Absence:
    return world.absence("assistant", deputy="member")


BY_OTHERS: dict[str, Callable[[World, Person], Callable[[], Any]]] = {
    "committees.save_absence": lambda world, by: partial(
        committee_actions.save_absence, absence=absence_of_an_assistant(world), by=by
    ),
    "committees.end_absence": lambda world, by: partial(
        committee_actions.end_absence,
        absence=committee_actions.save_absence(
            absence=absence_of_an_assistant(world), by=world.people["admin"]
        ),
        by=by,
    ),
}
"""Done by the secretary, about somebody whose office may do no more: nobody decides about whom they stand
in for, and a head's absence only somebody above keeps."""


def ask_everything(person: Person, *tasks: Task) -> None:
    """As a page does that shows all buttons before one of them is pressed."""
    for task in tasks:
        verdicts(person, task)
        for permission in PERMISSIONS:
            access.allows(person, permission, task.assigner)
            access.allows(person, permission, task.lead)


@pytest.fixture
def elsewhere(bodies: Bodies, people: People) -> Task:
    """A task of another committee, about which the same rules are asked in between."""
    return actions.new_task(
        task=Task(title="Việc của ban khác", assigner=bodies.sister, lead=bodies.lead), by=people["sister"]
    )


def acts_in_one_name(
    world: World, elsewhere: Task, choose: Callable[[str], Person], expected: Callable[[Person], str]
) -> None:
    ways: tuple[Callable[[], AbstractContextManager[None]], ...] = (nullcontext, access.asking_once)
    for who, names in _by_actor().items():
        with transaction.atomic():
            chosen = choose(who)
            for name, asking in product(names, ways):
                _who, _verb, ready = EVENTS[name]
                if name in BY_OTHERS:
                    ready = BY_OTHERS[name]
                with transaction.atomic():
                    by = Person.objects.get(pk=chosen.pk)
                    act, last = ready(world, by), newest()
                    with asking():
                        ask_everything(by, Task.objects.earliest("pk"), elsewhere)
                        act()
                        ask_everything(by, elsewhere)
                    told = {(by_name, for_name) for _verb, by_name, for_name in names_since(last)}
                    assert told == {(str(by), expected(world.people[who]))}, (name, asking)
                    transaction.set_rollback(True)
                for person in world.people.values():
                    person.refresh_from_db()
            transaction.set_rollback(True)
        for person in world.people.values():
            person.refresh_from_db()


def _by_actor() -> dict[str, list[str]]:
    """Who acts by an office, not as an administrator → the actions."""
    names: dict[str, list[str]] = {}
    for name in sorted(EVENTS.keys() - ONLY_ONESELF):
        who = EVENTS[name][0]
        if who in OFFICES:
            names.setdefault("secretary" if name in BY_OTHERS else who, []).append(name)
    return names


@pytest.mark.once
@pytest.mark.slow
def test_a_deputy_who_works_elsewhere_in_their_own_right(
    bodies: Bodies, people: People, order: Order, task_at: TaskAt, elsewhere: Task
) -> None:
    """Each is away in turn; the deputy holds no acting office of their own here, but several elsewhere."""
    task_at("in_progress")

    def choose(who: str) -> Person:
        deputy = make_person(f"deputy_of_{who}")
        appoint(deputy, getattr(bodies, OFFICES[who][0]), Role.INSPECTOR)
        for role in (Role.HEAD, Role.SECRETARY, Role.OFFICER):
            appoint(deputy, bodies.sister, role)
        away(people[who], deputy)
        return deputy

    acts_in_one_name(World(bodies, people, order, task_at), elsewhere, choose, str)


@pytest.mark.once
@pytest.mark.slow
def test_in_their_own_right_of_one_who_is_a_deputy_elsewhere(
    bodies: Bodies, people: People, order: Order, task_at: TaskAt, elsewhere: Task
) -> None:
    task_at("in_progress")

    def choose(who: str) -> Person:
        person = make_person(f"second_{who}")
        appoint(person, getattr(bodies, OFFICES[who][0]), Role(OFFICES[who][1]))
        appoint(person, bodies.sister, Role.INSPECTOR)
        away(people["sister"], person)
        return person

    acts_in_one_name(World(bodies, people, order, task_at), elsewhere, choose, lambda _who: "")


# --- the right itself ----------------------------------------------------------------------------


def expected_right(person: Person, permission: str, body: Body) -> Right | None:
    """Counted by hand from the terms: any of their own, else the earliest absence."""
    terms = Membership.objects.holding_on(today()).filter(person=person, office__body=body)
    giving = [term for term in terms.select_related("absence__person", "office") if _gives(term, permission)]
    if not giving:
        return None
    lent = sorted((term for term in giving if term.absence), key=lambda term: term.absence_id or 0)
    own = len(lent) < len(giving)
    return Right(person, permission, body, None if own or not lent[0].absence else lent[0].absence.person)


def _gives(term: Membership, permission: str) -> bool:
    return permission in DEFAULTS[Role(term.office.role)]


@pytest.mark.once
@pytest.mark.parametrize("seed", range(6))
def test_asked_in_any_order_the_answer_is_the_same(bodies: Bodies, people: People, seed: int) -> None:
    """One person with offices of their own and on behalf of two others, in three bodies, by chance."""
    chance, person = Random(seed), make_person("helper_everywhere")
    places = [bodies.committee, bodies.lead, bodies.sister]
    first, second = make_person("first"), make_person("second")
    for body in places:
        appoint(person, body, Role.INSPECTOR)
        for somebody in (person, first, second):
            for role in chance.sample([*Role], chance.randrange(4)):
                if not Membership.objects.filter(person=somebody, office=body.offices.get(role=role)):
                    appoint(somebody, body, role)
    for somebody in (first, second):
        if somebody.memberships.exists():
            away(somebody, person)
    questions = [(permission, body) for permission in PERMISSIONS for body in places]
    expected = {(name, body.pk): expected_right(person, name, body) for name, body in questions}
    for asking in (nullcontext, access.asking_once):
        with asking():
            for name, body in chance.sample(questions, len(questions)):
                right = access.right(person, name, body)
                if name in access.READING and right and expected[name, body.pk] is None:
                    continue  # from a body above: there is nothing to act on
                assert right == expected[name, body.pk], (name, body)
                assert access.allows(person, name, body) is (right is not None)


def test_asking_leaves_nothing_on_the_person(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    away(people["head"], people["secretary"])
    task, person = task_at("submitted"), Person.objects.get(username="secretary")
    before = dict(vars(person))
    ask_everything(person, task)
    assert vars(person) == before


def test_of_several_bodies_the_own_right_goes_first(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    """The assigner, asked first, would do on behalf of the head; the lead does in their own right."""
    person = make_person("both")
    appoint(person, bodies.committee, Role.INSPECTOR)
    appoint(person, bodies.lead, Role.OFFICER)
    away(people["secretary"], person)
    last = newest()
    actions.add_comment(task=task_at("in_progress"), by=person, text="Ý kiến.")
    assert names_since(last)[-1] == ("comment_added", "Both", "")


def test_a_contribution_is_delivered_by_the_right_of_its_own_body(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    person = make_person("both")
    appoint(person, bodies.helper, Role.INSPECTOR)
    appoint(person, bodies.sister, Role.OFFICER)
    away(people["helper"], person)
    parts = [PartSpec(bodies.sister, "co_lead"), PartSpec(bodies.helper, "coordinating")]
    task = task_at("in_progress", parts=parts)
    for body, name in ((bodies.sister, ""), (bodies.helper, "Helper")):
        last = newest()
        actions.contribute(task=task, by=person, contribution="Đã góp ý.", body=body)
        assert names_since(last) == [("part_delivered", "Both", name)]


# --- decisions and their effects -----------------------------------------------------------------


def test_approving_a_withdrawal_is_a_decision_of_its_own(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    """The secretary may withdraw in her own right; she approves only as the head's deputy."""
    away(people["head"], people["secretary"])
    task = task_at("in_progress")
    actions.ask_withdrawal(task=task, by=people["officer"], reason=WHY)
    last = newest()
    actions.approve_request(task=task, by=people["secretary"], decision="Đồng ý.")
    assert names_since(last) == [
        ("request_approved", "Secretary", "Head"),
        ("task_withdrawn", "Secretary", "Head"),
    ]
    decision = Event.objects.get(pk__gt=last, verb="request_approved")
    assert (decision.reason, decision.after["kind"]) == ("Đồng ý.", "withdrawal")
    people["head"].language = "en"
    people["head"].save()
    client = Client()
    client.force_login(people["head"])
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert "Request approved" in page
    assert "Secretary, acting for Head" in page


@pytest.mark.parametrize("verb", ["approve_request", "accept_counter"])
def test_an_extension_is_decided_and_given(people: People, task_at: TaskAt, verb: str) -> None:
    task = ready_for(verb, task_at("in_progress"), people)
    by, decision = {
        "approve_request": ("head", "request_approved"),
        "accept_counter": ("officer", "counter_accepted"),
    }[verb]
    last = newest()
    getattr(actions, verb)(task=task, by=people[by])
    assert [verb for verb, _by, _for in names_since(last)] == [decision, "extension_given"]


@pytest.mark.parametrize("verb", ["suspend", "withdraw", "decline"])
def test_a_request_that_ends_with_its_task_is_not_dropped_silently(
    people: People, task_at: TaskAt, verb: str
) -> None:
    task = ready_for("approve_request", task_at("assigned"), people)
    last, by = newest(), people["officer" if verb == "decline" else "secretary"]
    getattr(actions, verb)(task=task, by=by, reason=WHY)
    assert names_since(last)[0][0] == "request_cancelled"
    assert task.requests.get().state == Request.State.CANCELLED


def test_what_moves_below_names_whose_right_moved_it(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    day = today() + timedelta(days=20)
    person = make_person("deputy_of_head")
    appoint(person, bodies.committee, Role.INSPECTOR)
    away(people["head"], person)
    above = task_at("in_progress")
    given(
        people["admin"],
        title="Con",
        assigner=bodies.committee,
        lead=bodies.lead,
        parent=above,
        due_on=above.due_on,
    )
    last = newest()
    actions.edit_task(
        task=above,
        values={"due_on": day, "secrecy": "restricted"},
        below={"rest": "bring_forward"},
        by=person,
    )
    told = names_since(last)
    assert len(told) == 3
    assert {(by, name) for _verb, by, name in told} == {("Deputy_Of_Head", "Head")}


# --- what a job does for somebody ----------------------------------------------------------------


def test_the_job_that_gives_a_fan_out_names_who_approved_it_and_for_whom(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    away(people["head"], people["member"])
    fan_out = fan_out_actions.prepare_fan_out(
        task=task_at("in_progress"), giver=bodies.committee, bodies=[bodies.helper], by=people["secretary"]
    )
    last = newest()
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["member"])
    fan_out_actions.give_fan_out(fan_out.pk)
    assert names_since(last) == [
        ("fan_out_started", "Member", "Head"),
        ("task_assigned", "Member", "Head"),
        ("fan_out_given", "Cổng điều hành", ""),
    ]


def test_a_received_file_written_by_a_deputy(
    bodies: Bodies,
    people: People,
    received: Received,
) -> None:
    away(people["assistant"], people["member"])
    imported = received([checked(), checked("2", "Kết nối")])
    last = newest()
    import_actions.write_import(imported=imported, by=people["member"])
    told = names_since(last)
    assert [verb for verb, _by, _for in told] == ["task_drafted", "task_drafted", "import_written"]
    assert {name for _verb, _by, name in told} == {"Assistant"}


def test_a_run_names_each_by_its_own_right(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    person = make_person("both")
    appoint(person, bodies.committee, Role.INSPECTOR)
    appoint(person, bodies.lead, Role.SECRETARY)
    away(people["secretary"], person)
    theirs = task_at("in_progress")
    own = given(people["admin"], title="Con", assigner=bodies.lead, lead=bodies.helper)
    last = newest()
    run = many_actions.prepare_run(verb=VERBS["urge"], keys=[theirs.pk, own.pk], by=person)
    many_actions.carry_out(many_actions.start_run(run=run, by=person, values={}).pk)
    assert [name for _verb, _by, name in names_since(last)] == ["Secretary", ""]


def test_a_reminder_policy_kept_by_a_deputy(bodies: Bodies, people: People) -> None:
    away(people["secretary"], people["member"])
    rules_now = policies.read_policies([bodies.committee.pk])[bodies.committee.pk]
    last = newest()
    save_policy(
        body=bodies.committee, wanted=replace(rules_now, weekly=not rules_now.weekly), by=people["member"]
    )
    assert names_since(last) == [("reminder_policy_changed", "Member", "Secretary")]
