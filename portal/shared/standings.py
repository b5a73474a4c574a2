"""How a task stands, in words: for pages and for letters."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

# Standing, colour or state → its word.
STANDING_WORDS = {
    "overdue": gettext_noop("Overdue"),
    "due_soon": gettext_noop("Due soon"),
    "in_time": gettext_noop("In time"),
    "no_deadline": gettext_noop("No deadline"),
    "done_on_time": gettext_noop("Done on time"),
    "done_late": gettext_noop("Done late"),
    "on_schedule": gettext_noop("On schedule"),
    "at_risk": gettext_noop("At risk"),
    "late": gettext_noop("Late"),
    "submitted": gettext_noop("Waiting for confirmation"),
    "draft": gettext_noop("Draft"),
    "proposed": gettext_noop("Waiting for approval"),
    "assigned": gettext_noop("Assigned"),
    "in_progress": gettext_noop("In progress"),
    "completed": gettext_noop("Completed"),
    "suspended": gettext_noop("Suspended"),
    "withdrawn": gettext_noop("Withdrawn"),
}


def standing_words(standing: str, days: int | None = None) -> str:
    """The standing with its size: calendar days late, left or waited; the sign does not matter."""
    size = abs(days) if days is not None else None
    if size is None:
        return _(STANDING_WORDS[standing])
    if standing == "overdue" and size:
        return ngettext("Overdue %(days)s day", "Overdue %(days)s days", size) % {"days": size}
    if standing == "due_soon":
        if not size:
            return _("Due today")
        return ngettext("%(days)s day left", "%(days)s days left", size) % {"days": size}
    if standing == "done_late" and size:
        return ngettext("Done %(days)s day late", "Done %(days)s days late", size) % {"days": size}
    if standing == "submitted" and size:
        return ngettext("Waiting %(days)s day", "Waiting %(days)s days", size) % {"days": size}
    return _(STANDING_WORDS[standing])
