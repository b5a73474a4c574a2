"""The whole demo in one transaction: bodies, people, orders with their tasks, drafts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation

from committees.models import Body, Person
from demo import bodies, drafts, orders, people
from demo import current_tasks as present
from notices.public_holidays import fill_years_around
from portal.shared.days import today


@dataclass(frozen=True)
class Loaded:
    """How much of each was new."""

    bodies: int
    people: int
    orders: int
    tasks: int
    days: int

    def __bool__(self) -> bool:
        return any((self.bodies, self.people, self.orders, self.tasks, self.days))


@transaction.atomic
def load() -> Loaded:
    """Enter what is not there yet and leave alone what is. Run again, it changes nothing."""
    before = Body.objects.count(), Person.objects.count()
    # The audit trail keeps names as they were: in the portal's first language, whoever runs this.
    with translation.override("vi"):
        known = bodies.load()
        cast = people.load(known, settings.PORTAL_DEMO_PASSWORD)
        new_orders, new_tasks = orders.load(known, cast, today())
        new_tasks += drafts.load(known, cast, today())
        new_tasks += present.load(known, cast, today())
        days = fill_years_around(today())
    new_people = Person.objects.count() - before[1]
    return Loaded(len(known) - before[0], new_people, new_orders, new_tasks, days)
