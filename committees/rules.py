"""Who may keep bodies and their members."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body, Membership, Person
from portal.shared.days import today
from portal.shared.verdicts import YES, Verdict, granted, no


def may_manage_members(person: Asker, body: Body) -> Verdict:
    """The head and the secretary keep the members of their body; administrators those of any body."""
    if person.is_active and person.is_staff:
        return YES
    otherwise = _("Only the head or the secretary of this body, or an administrator, can change its members.")
    return granted(access.right(person, "manage_members", body), otherwise)


def may_keep_papers(person: Asker, body: Body) -> Verdict:
    """The head and the secretary say how their orders are read and their documents look."""
    if person.is_active and person.is_staff:
        return YES
    otherwise = _("Only the head or the secretary of this body, or an administrator, can change this.")
    return granted(access.right(person, "manage_members", body), otherwise)


def may_name_bodies(person: Asker, reader: Body | None) -> Verdict:
    """Who prepares a body's tasks says whom a name in its papers means; administrators, for everybody."""
    if person.is_active and person.is_staff:
        return YES
    if reader is None:
        return no(_("Only an administrator can say whom a name means for everybody."))
    permissions = ("draft_tasks", "manage_members")
    right = access.own_first(access.right(person, permission, reader) for permission in permissions)
    otherwise = _("Only those who prepare the tasks of this body can say whom a name in its papers means.")
    return granted(right, otherwise)


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


def may_keep_absences(by: Asker, person: Person) -> Verdict:
    """A person names their own deputy; else administrators, and those who keep all the bodies they serve."""
    if by.is_active and by.pk == person.pk:
        return YES
    return _keeps_all_bodies_of(by, person)


def may_close(by: Asker, person: Person) -> Verdict:
    """Somebody leaves: administrators, or those who keep the members of every body the person serves."""
    if by.pk == person.pk:
        return no(_("You cannot close your own account. Ask another administrator."))
    if person.is_staff or person.is_superuser:
        return may_change_account(by, person)
    return _keeps_all_bodies_of(by, person)


def _keeps_all_bodies_of(by: Asker, person: Person) -> Verdict:
    if by.is_active and (by.is_staff or by.is_superuser):
        return YES
    terms = Membership.objects.within(today(), None).filter(person=person, absence=None)
    served = Body.objects.filter(pk__in=terms.values("office__body"))
    with access.asking_once():
        rights = [access.right(by, "manage_members", body) for body in served]
    # Who stands in for somebody decides nothing about that person.
    if rights and all(right and right.on_behalf_of != person for right in rights):
        return Verdict(True, right=access.lent_first(rights))
    return no(
        _("Only an administrator or whoever keeps the members of all this person's bodies can do this.")
    )


def may_change_account(by: Asker, person: Person) -> Verdict:
    """Administrators keep accounts; a superuser's only a superuser, or its password would be theirs."""
    if person.is_superuser and not (by.is_active and by.is_superuser):
        return no(_("Only a superuser can enter or change the account of a superuser."))
    return may_administer(by)
