"""Who may keep bodies and their members."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from portal.shared.verdicts import YES, Verdict, no


def may_manage_members(person: Asker, body: Body) -> Verdict:
    """The head and the secretary keep the members of their body; administrators those of any body."""
    if person.is_active and person.is_staff:
        return YES
    if access.allows(person, "manage_members", body):
        return YES
    return no(_("Only the head or the secretary of this body, or an administrator, can change its members."))


def may_view_members(person: Asker, body: Body) -> Verdict:
    """Members are shown to their own body, to those who oversee it, and to the bodies under it."""
    if access.member_readers(person).filter(pk=body.pk).exists():
        return YES
    return no(
        _("The members of this body are shown to its own members and to the bodies above and below it.")
    )


def may_administer(person: Asker) -> Verdict:
    """Administrators run people, bodies, offices and the calendar."""
    if person.is_active and person.is_staff:
        return YES
    return no(_("Only an administrator can do this."))


def may_change_account(by: Asker, person: Person) -> Verdict:
    """Administrators keep accounts; a superuser's only a superuser, or its password would be theirs."""
    if person.is_superuser and not (by.is_active and by.is_superuser):
        return no(_("Only a superuser can enter or change the account of a superuser."))
    return may_administer(by)
