"""An address that the mail server refuses: nothing more is sent to it, and the body's secretary is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees import access
from committees.actions.addresses import refuse_address
from committees.models import Body, Membership, Person
from committees.roles import Role
from notices import kinds
from notices.actions import owe
from notices.drop_reasons import AddressReason, DropReason
from notices.kinds import Group, Kind, Line
from notices.models import Notice
from portal.shared.days import today

KIND_NAME = "address_refused"
# Its rank: below everything about a task.
KIND_RANK = 1000


def record_refused_address(person: Person, address: str, answer: str) -> None:
    """Write down that the mail server refused a person's address, and tell those who keep their bodies."""
    if not refuse_address(person=person, address=address, answer=answer):
        return
    person.refresh_from_db(fields=["address_refused_at"])
    occasion = f"{person.address_refused_at:%Y%m%d%H%M%S}"
    for body, keepers in _keepers(person).items():
        data = {"address": address, "answer": answer[:300]}
        owe(keepers, KIND_NAME, about=person, occasion=occasion, body=body, data=data)


def _keepers(person: Person) -> dict[Body, list[Person]]:
    """The secretaries of the bodies where the person holds an office; where there is none, the heads."""
    terms = Membership.objects.holding_on(today()).filter(person=person, absence=None)
    bodies = Body.objects.filter(offices__in=terms.values("office")).in_bulk()
    heads = access.people_of_many("manage_members", list(bodies))
    secretaries = access.people_of_many("manage_members", list(bodies), roles=[Role.SECRETARY])
    keepers: dict[Body, list[Person]] = {}
    for pk, body in bodies.items():
        others = [
            [key for key in people_of.get(pk, []) if key != person.pk] for people_of in (secretaries, heads)
        ]
        keepers[body] = list(Person.objects.filter(pk__in=others[0] or others[1]))
    return keepers


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is no longer owed."""
    people = Person.objects.in_bulk({notice.about_id for notice in notices})
    bodies = {notice.body_id for notice in notices}
    keepers = access.people_of_many("manage_members", bodies, on)
    reasons: dict[int, DropReason] = {}
    for notice in notices:
        person = people.get(notice.about_id)
        if not person or not person.address_refused_at or person.email != notice.data["address"]:
            reasons[notice.pk] = AddressReason.CORRECTED
        elif notice.person_id not in keepers.get(notice.body_id or 0, ()):
            reasons[notice.pk] = AddressReason.NOT_KEEPER
    return reasons


def compose(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    people = Person.objects.in_bulk({notice.about_id for notice in notices})
    bodies = Body.objects.in_bulk({notice.body_id for notice in notices})
    return {
        notice.pk: _line(notice, people.get(notice.about_id), bodies.get(notice.body_id or 0))
        for notice in notices
    }


def _line(notice: Notice, person: Person | None, body: Body | None) -> Line:
    return Line(
        title=str(person or _("A person")),
        sentence=_("The mail server refuses %(address)s: “%(answer)s”") % notice.data,
        url=body.get_absolute_url() if body else reverse("notices:list"),
        what_to_do=_("Ask them to correct the address in their profile, or an administrator to do it."),
    )


KIND = Kind(
    KIND_NAME,
    gettext_lazy("Address refused"),
    KIND_RANK,
    Group("addresses", gettext_lazy("Addresses that refuse mail"), 90),
    recheck,
    compose,
    duty=True,
)


def register() -> None:
    kinds.register(KIND)
