"""Bodies in their tree, and what each of their offices may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees import access, appointment_hooks, rules
from committees.actions.common import BODY_FIELDS, read_stored, save_and_record
from committees.appointment_hooks import BreakGlass
from committees.models import Body, Office, Person
from committees.roles import Role


@transaction.atomic
def save_body(*, body: Body, by: Person | None) -> Body:
    """Enter or change a body; a new one gets its nine offices with the default permissions."""
    if by is not None:
        rules.may_administer(by).or_raise()
    before = read_stored(body, BODY_FIELDS)
    _refuse_circle(body)
    own = by is not None and _may_move(body, by)
    save_and_record(
        body,
        before,
        BODY_FIELDS,
        verb="body",
        by=by,
        bodies=lambda: [body.pk, body.parent_id],
        break_glass=own,
    )
    if not before:
        open_offices([body])
    if by is not None and own:
        left = Body.objects.filter(pk__in=[before["parent"]])
        appointment_hooks.announce_break_glass(BreakGlass(body, by, [body, *left]))
    return body


def open_offices(bodies: Iterable[Body]) -> None:
    """Create the nine offices of each body with what each may do by default (DESIGN §3)."""
    places = [(body, role) for body in bodies for role in Role]
    groups = Group.objects.bulk_create([Group(name=f"{body.pk}:{role}") for body, role in places])
    offices = [
        Office(group=group, body=body, role=role) for group, (body, role) in zip(groups, places, strict=True)
    ]
    Office.objects.bulk_create(offices)
    access.grant_defaults(offices)


@transaction.atomic
def set_office_permissions(*, office: Office, permissions: Collection[str], by: Person) -> Office:
    """Change what an office may do on its body; no other body's office changes."""
    office = (
        Office.objects.select_for_update(no_key=True, of=("self",)).select_related("body").get(pk=office.pk)
    )
    rules.may_set_office_permissions(by, office).or_raise()
    own = rules.holds_office(by, office)
    before = sorted(access.permissions_of(office))
    access.set_permissions(office, permissions)
    after = sorted(permissions)
    if before != after:
        record(
            "office_permissions_changed",
            about=office,
            by=by,
            bodies=[office.body_id],
            before={"permissions": before},
            after={"permissions": after},
            break_glass=own,
        )
        if own:
            appointment_hooks.announce_break_glass(BreakGlass(office, by, [office.body]))
    return office


def _may_move(body: Body, by: Person) -> bool:
    """Refuse a move that gives the mover power; True when the only administrator may do it all the same."""
    old = Body.objects.filter(pk=body.pk).first()
    if old is None or old.parent_id == body.parent_id or body.parent is None:
        return False
    came_under = {body.parent.pk, *body.parent.ancestor_ids()} - set(old.ancestor_ids())
    rules.may_move_body(by, came_under).or_raise()
    return rules.serves_on(by, came_under)


def _refuse_circle(body: Body) -> None:
    if body._state.adding or body.parent_id is None:
        return
    if body.parent_id == body.pk:
        raise ValidationError({"parent": _("A body cannot be its own superior.")})
    parent = Body.objects.get(pk=body.parent_id)
    if body.pk in parent.ancestor_ids():
        raise ValidationError(
            {"parent": _("This body is already above that one: the tree would be a circle.")}
        )
