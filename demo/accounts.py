"""The accounts of the demonstration where it is over: their password is known to everybody."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from committees import actions
from committees.models import Person
from portal.env import Misconfigured


def open_demo_accounts() -> QuerySet[Person]:
    return Person.objects.filter(is_demo=True, is_active=True)


def refuse_open_accounts() -> None:
    """Stop the start where DEBUG is off and the demonstration's accounts are still there."""
    if settings.DEBUG:
        return
    try:
        number = open_demo_accounts().count()
    except DatabaseError:
        # Away, or not migrated yet: /readyz says so. Until then the sign-in refuses these accounts anyway.
        return
    if number:
        raise Misconfigured(
            f"This database holds {number} accounts of the demonstration, and DEBUG is off: close them with"
            " .venv/bin/python manage.py forget_demo, or set DATABASE_URL to an empty database."
        )


@transaction.atomic
def close_all() -> int:
    """Close every account of the demonstration; how many there were."""
    people = list(open_demo_accounts().order_by("pk"))
    for person in people:
        actions.close_demo_account(person=person)
    return len(people)
