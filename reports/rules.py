"""Who may have a file, and when. Whose it is not is never told that it is there: doors answer 404."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.verdicts import YES, Verdict, no, not_now
from reports import exporting
from reports.models import Export


def may_make_again(person: Person, export: Export) -> Verdict:
    """Whoever asked for a file may ask again, unless it is on its way."""
    if person.pk != export.by_id:
        return no(_("Only whoever asked for a file may have it."))
    if export.is_on_its_way:
        return not_now(_("This file is being made. A notice tells when it is ready."))
    return YES


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
