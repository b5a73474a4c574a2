"""Who reads and who keeps the reminder policy of a body."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body
from portal.shared.verdicts import YES, Verdict, granted, no


def may_manage_policy(person: Asker, body: Body) -> Verdict:
    """The head and the secretary keep the policies of their body; administrators those of any body."""
    if person.is_active and person.is_staff:
        return YES
    otherwise = _(
        "Only the head or the secretary of this body, or an administrator, can change its reminders."
    )
    return granted(access.right(person, "manage_members", body), otherwise)


def may_view_policy(person: Asker, body: Body) -> Verdict:
    """Whoever reads the tasks of a body may know when they are reminded of."""
    if may_manage_policy(person, body) or access.allows(person, "view_tasks", body):
        return YES
    return no(_("The reminders of this body are shown to its own members and to those who oversee it."))
