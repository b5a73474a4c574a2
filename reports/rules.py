"""Who may have a file, and when. Whose it is not is never told that it is there: doors answer 404."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.verdicts import YES, Verdict, no, not_now
from reports import exports as exporting
from reports.models import Export

AT_A_TIME = 5
"""Files of one person on their way: the worker is there for everybody."""


def may_ask(person: Person) -> Verdict:
    """Anybody asks for a file of what they see, a few at a time."""
    on_the_way = person.exports.filter(state__in=(Export.State.WAITING, Export.State.MAKING))
    if on_the_way.count() >= AT_A_TIME:
        return not_now(_("Several of your files are being made. Wait until one of them is ready."))
    return YES


def may_make_again(person: Person, export: Export) -> Verdict:
    """Whoever asked for a file may ask again, unless it is on its way."""
    if person.pk != export.by_id:
        return no(_("Only whoever asked for a file may have it."))
    if export.is_on_its_way:
        return not_now(_("This file is being made. A notice tells when it is ready."))
    return may_ask(person)


def may_download(person: Person, export: Export) -> Verdict:
    """The file holds what its maker could read then: with other offices today it is made anew."""
    if person.pk != export.by_id:
        return no(_("Only whoever asked for a file may have it."))
    if export.is_on_its_way:
        return not_now(_("This file is being made. A notice tells when it is ready."))
    if export.state != Export.State.READY:
        return not_now(_("This file is no longer there. Make it again under Files."))
    if export.rights != exporting.rights_of(person):
        return not_now(_("Your offices changed since this file was made. Make it again under Files."))
    return YES
