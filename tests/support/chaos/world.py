"""Two thousand people who are owed ten lines each, and others around them who are owed nothing.

Of forty bodies the people want to know at once when they are urged: each is once, while letters are sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db import connection
from django.utils import timezone

from committees.models import Body, Membership, Person
from committees.roles import Role
from notices.actions import save_calendar_day
from notices.models import CalendarDay, Preference
from notices.policy.actions import save_policy
from notices.policy.schedule import PolicyRules
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support import bulk
from tests.support.people import SINCE, new_body

BODIES, IMPATIENT = 500, 40
WORKERS = (Role.HEAD, Role.SECRETARY, Role.OFFICER, Role.OFFICER)
FAR = 60
LATE = (1, 0, -1, -2, -4, -8, -15, -40, -100, -200)
"""Days to the deadlines of a body's tasks: tomorrow, today, and more and more late."""

ALL_DAY = PolicyRules(
    before=(7, 3, 1),
    on_the_day=True,
    after=(1, 3, 7),
    weekly=True,
    hour=time(0),
    quiet_from=None,
    quiet_until=None,
    muted=frozenset(),
    escalation=(),
)


@dataclass(frozen=True)
class Seat:
    """Who sits in a body; `works` says whether its tasks are told to them."""

    role: Role
    works: bool = True
    ends_on: date | None = None
    locked: bool = False


@dataclass(frozen=True)
class World:
    on: date
    head: Person
    """Of the body that gave all tasks."""
    to_urge: list[Task]
    urged: list[int] = field(default_factory=list)

    def urge(self, how_many: int) -> None:
        for _each in range(how_many):
            task = self.to_urge.pop()
            urging_actions.urge(task=task, by=self.head)
            self.urged.append(task.pk)

    def owed(self) -> list[tuple[str, int]]:
        """Every line there must be, as address and task."""
        tomorrow = self.on + timedelta(days=1)
        with connection.cursor() as cursor:
            cursor.execute(OWED, {"today": self.on, "tomorrow": tomorrow, "urged": self.urged})
            return list(cursor.fetchall())


def build(on: date) -> World:
    """The day is worked on, whatever day it is, and letters may go at any hour of it."""
    giver = new_body("CHAOS", kind="committee", level="central")
    bulk.enter_bodies([giver])
    bodies = [new_body(f"CHAOS-{number}", giver) for number in range(BODIES)]
    bulk.enter_bodies(bodies)
    impatient = bodies[:IMPATIENT]
    head = _people(giver, bodies, on)
    _want_to_know_at_once(impatient)
    tasks = _tasks(giver, bodies, on)
    day = CalendarDay(
        day=on, is_working=True, name="Ngày làm việc của phép thử", source="tests/notices/test_chaos.py"
    )
    save_calendar_day(day=day, by=None)
    save_policy(body=giver, wanted=ALL_DAY, by=head)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    far = [task for task in tasks if task.lead in impatient and task.due_on == on + timedelta(days=FAR)]
    return World(on, head, far)


def _people(giver: Body, bodies: list[Body], on: date) -> Person:
    """Gives the head of the body that gave the tasks."""
    nobody = (
        Seat(Role.MEMBER),
        Seat(Role.OFFICER, ends_on=on - timedelta(days=1)),
        Seat(Role.OFFICER, locked=True),
    )
    seats = [(giver, Seat(Role.HEAD))]
    for number, body in enumerate(bodies):
        seats += [(body, Seat(role)) for role in WORKERS]
        if number % 10 < len(nobody):
            seats.append((body, nobody[number % 10]))
    people = [_person(number, seat) for number, (_body, seat) in enumerate(seats)]
    bulk.enter_people(people)
    offices = bulk.offices()
    bulk.enter_terms(
        [
            Membership(
                person=person, office=offices[body.pk, seat.role], starts_on=SINCE, ends_on=seat.ends_on
            )
            for person, (body, seat) in zip(people, seats, strict=True)
        ]
    )
    return people[0]


def _person(number: int, seat: Seat) -> Person:
    name = f"chaos.{number}"
    person = Person(username=name, name=f"Người thứ {number}", email=f"{name}@demo.invalid")
    person.language, person.is_active = ("vi", "en")[number % 5 == 0], not seat.locked
    person.set_unusable_password()
    return person


def _want_to_know_at_once(bodies: list[Body]) -> None:
    people = Person.objects.filter(memberships__office__body__in=bodies)
    chosen = {"kind": "task_urged", "how": Preference.How.AT_ONCE}
    Preference.objects.bulk_create(Preference(person=person, **chosen) for person in people)


def _tasks(giver: Body, bodies: list[Body], on: date) -> list[Task]:
    now = timezone.now()

    def task(lead: Body, days: int, state: str) -> Task:
        due_on = on + timedelta(days=days)
        given = {"assigner": giver, "lead": lead, "state": state, "assigned_at": now}
        return Task(title=f"Nhiệm vụ {days}", due_on=due_on, original_due_on=due_on, **given)

    tasks = []
    for body in bodies:
        tasks += [task(body, days, ("assigned", "in_progress")[days % 2]) for days in LATE]
        tasks += [task(body, FAR, "in_progress"), task(body, -30, "withdrawn")]
        tasks[-3].secrecy = Task.Secrecy.RESTRICTED
    return Task.objects.bulk_create(tasks)


OWED = """
SELECT person.email, task.id
FROM tasks_task task
JOIN committees_office office ON office.body_id = task.lead_id
JOIN committees_membership term ON term.office_id = office.group_id
JOIN committees_person person ON person.id = term.person_id
WHERE task.state IN ('assigned', 'in_progress')
  AND (task.due_on <= %(tomorrow)s OR task.id = ANY(%(urged)s))
  AND office.role IN ('head', 'standing_deputy', 'secretary', 'officer')
  AND (term.ends_on IS NULL OR term.ends_on >= %(today)s) AND person.is_active
"""
"""The rules once more, in other words than the portal's: who works on what is late, due by tomorrow
or urged."""
