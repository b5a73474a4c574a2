"""What the tests of power share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.models import Event
from committees.models import Body, Membership, Person, ProposedTerm
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused

People = dict[str, Person]


DAY = timedelta(days=1)


def new_term(person: Person, body: Body, role: Role) -> Membership:
    return Membership(person=person, office=body.offices.get(role=role), starts_on=today())


def refused(act: Callable[[], Any]) -> str:
    """The sentence of a refusal that left nothing behind."""
    before = (list(Membership.objects.values()), list(ProposedTerm.objects.values()), Event.objects.count())
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act()
    after = (list(Membership.objects.values()), list(ProposedTerm.objects.values()), Event.objects.count())
    assert before == after
    assert refusal.value.status == 403
    return str(refusal.value)


def only_administrator(people: People, who: str) -> Person:
    """As in a small office where there never was another one."""
    Person.objects.filter(is_staff=True).exclude(pk=people[who].pk).update(is_staff=False, is_superuser=False)
    return people[who]
