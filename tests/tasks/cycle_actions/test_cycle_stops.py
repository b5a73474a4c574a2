"""A cycle obeys the rule that a person's door asks: one that may not go on stands still and says why.

It stops with a code on its page and a notice to those who mend it; people and bodies that left are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Body, Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders import kinds as telling
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.drop_reasons import TaskReason
from tasks.models import Recurrence, Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_person
from tests.support.people import given as given_task
from tests.support.told import told_by
from tests.tasks.cycle_actions.helpers import GIVEN, People, made, on, recurring

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEXT = date(2026, 10, 1)


@pytest.fixture
def head(task_at: TaskAt, people: People) -> Task:
    """A monthly task, given on 16/09/2026, whose first one is made."""
    with on(GIVEN):
        task = recurring(task_at("in_progress"), people)
        actions.make_occurrences(on=GIVEN)
    return task


def cycle_of(head: Task) -> Recurrence:
    return Recurrence.objects.get(task=head)


def dissolve_lead(head: Task, people: People, bodies: Bodies) -> None:
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=NEXT)


def dissolve_giver(head: Task, people: People, bodies: Bodies) -> None:
    Body.objects.filter(pk=bodies.committee.pk).update(dissolved_on=NEXT)
    appoint(make_person("top_secretary"), bodies.top, Role.SECRETARY)


def put_under_an_earlier_day(head: Task, people: People, bodies: Bodies) -> None:
    values = {"assigner": head.assigner, "lead": head.lead, "due_on": date(2026, 10, 20)}
    above = given_task(people["admin"], title="Việc trên", **values)
    Task.objects.filter(pk=head.pk).update(parent=above)


def put_four_levels_down(head: Task, people: People, bodies: Bodies) -> None:
    above: Task | None = None
    for _level in range(4):
        above = Task.objects.create(
            title="Việc trên", assigner=head.assigner, lead=head.lead, parent=above, due_kind="none"
        )
    Task.objects.filter(pk=head.pk).update(parent=above)


EDITORS = {"head", "standing_deputy", "secretary"}


@pytest.mark.parametrize(
    "happens, stop, told",
    [
        (dissolve_lead, "lead", EDITORS),
        (dissolve_giver, "giver", {"top_secretary"}),
        (put_under_an_earlier_day, "above", EDITORS),
        (put_four_levels_down, "depth", EDITORS),
    ],
)
def test_a_cycle_stops_says_why_and_tells_who_can_mend_it(
    head: Task, people: People, bodies: Bodies, happens: Callable[..., None], stop: str, told: set[str]
) -> None:
    with on(GIVEN):
        happens(head, people, bodies)
        other = recurring(Task.objects.get(pk=_another(head, people, bodies).pk), people)
    below, given = head.children.count(), other.children.count()
    people_told = told_by(partial(made, NEXT))
    assert {who for kind, who in people_told if kind == "cycle_stopped"} >= told
    row = cycle_of(head)
    assert (row.stop, row.stopped_for, head.children.count()) == (stop, date(2026, 10, 25), below)
    # A code, never a sentence; and nothing of it is told or tried again each hour.
    event = Event.objects.about(head).filter(verb="cycle_stopped").get()
    assert event.after == {"stop": stop, "stopped_for": "2026-10-25"}
    assert told_by(partial(made, NEXT + DAY)) == set()
    if happens is not dissolve_giver:
        assert other.children.count() > given, "what is wrong with one keeps no other waiting"


def _another(head: Task, people: People, bodies: Bodies) -> Task:
    """A second recurring task of the same body, led by one that stands."""
    values = {"assigner": head.assigner, "lead": bodies.helper, "due_on": date(2027, 12, 31)}
    return given_task(people["admin"], title="Việc khác", **values)


def test_its_page_says_why_and_it_goes_on_when_mended(head: Task, people: People, bodies: Bodies) -> None:
    with on(GIVEN):
        dissolve_lead(head, people, bodies)
    made(NEXT)
    with on(NEXT + DAY):
        notice = Notice.objects.filter(kind="cycle_stopped", person=people["secretary"]).get()
        assert telling.recheck([notice], today()) == {}
        Person.objects.filter(pk=people["secretary"].pk).update(language="en")
        client = Client()
        client.force_login(people["secretary"])
        page = client.get(f"/tasks/{head.pk}/").content.decode()
        assert "The cycle stopped: the task due on 25/10/2026 is not made." in page
        assert "The lead body was dissolved." in page
        assert Api(people["secretary"]).get(f"tasks/{head.pk}/").json()["recurrence"]["stop"] == "lead"
        # As long as nothing is mended it is refused, with the same sentence.
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            actions.resume_cycle(task=head, by=people["secretary"])
        assert refused.value.messages == [str(Recurrence.Stop.LEAD.label)]
        with pytest.raises(Refused):
            actions.resume_cycle(task=head, by=people["officer"])
        actions.change_lead(task=head, by=people["head"], lead=bodies.helper, reason="Đã giải thể.")
        below = head.children.count()
        assert client.post(f"/tasks/{head.pk}/resume-cycle/").status_code == 302
        made(NEXT + DAY)
        assert head.children.count() == below + 1
        assert (cycle_of(head).stop, cycle_of(head).stopped_for) == ("", None)
        assert set(telling.recheck([notice], today()).values()) == {TaskReason.ANSWERED}


def test_days_that_passed_meanwhile_are_not_made(head: Task, people: People, bodies: Bodies) -> None:
    with on(GIVEN):
        dissolve_lead(head, people, bodies)
    made(NEXT)
    with on(date(2026, 12, 10)):
        Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=None)
        actions.resume_cycle(task=Task.objects.get(pk=head.pk), by=people["secretary"])
    made(date(2026, 12, 10))
    days = [
        f"{day:%d/%m}" for day in head.children.order_by("due_on").values_list("due_on", flat=True) if day
    ]
    assert days == ["25/09", "25/12"]


def test_what_fits_is_made_before_it_stops(head: Task, people: People, bodies: Bodies) -> None:
    """After an outage: October's still lies before the day above, November's does not."""
    with on(GIVEN):
        put_under_an_earlier_day(head, people, bodies)
        Task.objects.filter(title="Việc trên").update(due_on=date(2026, 10, 30))
    assert made(date(2026, 11, 3)) == 1
    assert (cycle_of(head).stop, cycle_of(head).stopped_for) == ("above", date(2026, 11, 25))
    with on(date(2026, 11, 4)):
        Task.objects.filter(title="Việc trên").update(due_on=date(2027, 12, 31))
        actions.resume_cycle(task=Task.objects.get(pk=head.pk), by=people["secretary"])
    made(date(2026, 11, 4))
    assert head.children.filter(due_on=date(2026, 11, 25)).exists()


def test_another_cycle_is_tried_anew(head: Task, people: People, bodies: Bodies) -> None:
    with on(GIVEN):
        put_under_an_earlier_day(head, people, bodies)
    made(NEXT)
    with on(NEXT):
        shorter = Cycle("month", 5, date(2026, 9, 1), date(2026, 10, 20))
        actions.edit_task(task=head, values={}, cycle=shorter, by=people["secretary"])
    assert cycle_of(head).stop == ""
    assert made(NEXT) == 1


def test_the_database_keeps_the_code_and_its_day_together(head: Task) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Recurrence.objects.filter(task=head).update(stop="lead")


@pytest.mark.parametrize("role, told", [(Role.SECRETARY, {"lead_secretary"}), (None, {"officer"})])
def test_made_without_a_leader_who_left(
    head: Task, people: People, bodies: Bodies, role: Role | None, told: set[str]
) -> None:
    with on(GIVEN):
        if role:
            appoint(make_person("lead_secretary"), bodies.lead, role)
        actions.name_people(
            task=head, by=people["officer"], leader=people["lead_head"], contact=people["officer"]
        )
        committee_actions.close_account(person=people["lead_head"], by=people["admin"], last_day=GIVEN)
    assert {who for kind, who in told_by(partial(made, NEXT)) if kind == "cycle_without_people"} == told
    task = head.children.get(due_on=date(2026, 10, 25))
    assert (task.leader, task.contact) == (None, people["officer"])
    head.refresh_from_db()
    assert (head.leader, cycle_of(head).stop) == (people["lead_head"], "")
    with on(NEXT):
        notices = list(Notice.objects.filter(kind="cycle_without_people"))
        assert [notice.data["unnamed"] for notice in notices] == [["leader"]]
        assert telling.recheck(notices, today()) == {}
        actions.name_people(
            task=task, by=people["officer"], leader=people["officer"], contact=people["officer"]
        )
        assert set(telling.recheck(notices, today()).values()) == {TaskReason.ANSWERED}


def test_made_with_a_leader_who_holds_an_office(head: Task, people: People) -> None:
    with on(GIVEN):
        actions.name_people(task=head, by=people["officer"], leader=people["lead_head"], contact=None)
    assert "cycle_without_people" not in {kind for kind, _who in told_by(partial(made, NEXT))}
    assert head.children.get(due_on=date(2026, 10, 25)).leader == people["lead_head"]


def test_made_without_a_helper_that_was_dissolved(head: Task, people: People, bodies: Bodies) -> None:
    with on(GIVEN):
        parts = [PartSpec(bodies.helper, "coordinating"), PartSpec(bodies.sister, "coordinating")]
        actions.edit_task(task=head, values={}, parts=parts, by=people["secretary"])
        Body.objects.filter(pk=bodies.helper.pk).update(dissolved_on=NEXT)
    told = told_by(partial(made, NEXT))
    assert {who for kind, who in told if kind == "cycle_without_helper"} == EDITORS
    assert ("help_assigned", "sister") in told, "who helps is told, as when a person gives it"
    task = head.children.get(due_on=date(2026, 10, 25))
    assert [part.body for part in task.parts.all()] == [bodies.sister]
