"""Who reads and who keeps the reminder policy of a body."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body
from committees.rules import may_administer
from notices.models import Letter, Notice
from portal.shared.days import today
from portal.shared.verdicts import YES, Verdict, granted, no, not_now


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


def may_send_again(person: Asker, letter: Letter) -> Verdict:
    """An administrator has today's letter sent once more that could not be sent; it says what is owed now."""
    if not (verdict := may_administer(person)):
        return verdict
    if letter.state != Letter.State.FAILED:
        return not_now(_("Only a letter that could not be sent is sent again."))
    if letter.on != today():
        return not_now(_("What a letter of another day did not tell goes with the letter of today."))
    if letter.next_attempt_at and letter.next_attempt_at <= timezone.now():
        return not_now(_("This letter goes with the next run already."))
    if letter.person.address_refused_at:
        return not_now(_("The mail server refuses this address. Correct it on the person's page first."))
    if not Notice.objects.owed().filter(person=letter.person, on__lte=letter.on).exists():
        return not_now(_("Nothing of this letter is owed any more."))
    return YES
