"""The sentences of what an import finds unsure or wrong, one for each code of `Problem`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.importing.types import Problem

PROBLEMS: dict[str, Sentence] = {
    "no_title": _("Write what is to be done: this row has no task."),
    "joined": _("This text stands in a line of its own: make sure that it belongs to this task."),
    "shortened": _(
        "This is %(length)s characters long: it was cut to %(most)s, the whole is in the description."
    ),
    "too_long": _("This is %(length)s characters long: shorten it to %(most)s."),
    "two_columns": _(
        "Two columns may say this: %(words)s. Say above which of them counts, or correct the row."
    ),
    "error_value": _("The file shows the error %(words)s here: write what it should be."),
    "no_lead": _("Choose the body that leads: this row names none."),
    "several_leads": _(
        "Several bodies lead: make sure that %(words)s answers for it and the others are co-leads."
    ),
    "group_leads": _("“%(words)s” are many bodies: choose one, or send it to each of them."),
    "unknown_body": _("“%(words)s” is not known: choose the body."),
    "no_due": _("Enter the deadline or choose that there is none: this row has no words for it."),
    "number_again": _("Row %(row)s has this number too: correct one of them."),
    "row_again": _("Row %(row)s says the same: leave one of them out."),
    "row_again_there": _("Row %(row)s of table %(table)s says the same: leave one of them out."),
    "is_there": _("This order has this task already, at the same place: the row is left out."),
    "exists": _("A task in near the same words exists: leave the row out if it is the same."),
    "cycle_until": _(
        "The file does not say until when. It was taken to %(day)s: correct it or say it is right."
    ),
    # A file of the portal that comes back
    "no_such_task": _("There is no task %(code)s that you can see. Leave the row out."),
    "not_yours": "%(reason)s",
    "stale_row": _("%(code)s was changed here after it was exported. Export it again, and change it there."),
    "fixed_cell": _(
        "This is not changed by a file: it stays “%(was)s”. Leave the row out, or change it here."
    ),
    "lead_of_issued": _("The lead of an issued task is changed on its page: it asks for the reason."),
    "cycle_in_cell": _("“%(words)s” is a cycle: enter it on the page of the task."),
    # Words of a deadline
    "due_unread": _("“%(words)s” is not read for certain as a deadline. Choose its kind and day."),
    "due_long": _("These words are too long for a deadline. Choose its kind and day, and shorten the words."),
    "due_no_year": _("“%(words)s” names no year. Enter the whole day."),
    "due_short_year": _("“%(words)s” has a year of two digits. Enter the day with all four."),
    "due_no_such_day": _("“%(words)s” is no day of the calendar. Enter day, month and year in this order."),
    "due_weekday": _("In “%(words)s” the day of the week is another one. Enter the day that is meant."),
    "due_about": _("“%(words)s” is no exact time. Enter the last day that is meant."),
    "due_starts": _("“%(words)s” says when it begins, not when it is due. Enter the deadline."),
    "due_before_period": _("“%(words)s” is read in two ways. Enter the last day that is meant."),
    "due_order": _("The days in “%(words)s” do not follow one another. Enter the last one as the deadline."),
    "due_several": _("“%(words)s” says more than one deadline. Choose one kind, and the day."),
    "due_elsewhere": _("“%(words)s” points to another paper. Enter the day that stands there."),
    "due_no_days": _("“%(words)s” does not say how many days after the event. Enter them, or a day."),
    "due_working_days": _("“%(words)s” counts working days. Enter calendar days after the event, or a day."),
    "due_not_in_days": _("“%(words)s” is not counted in days. Enter days after the event, or a day."),
    "due_not_a_cycle": _("“%(words)s” is not read for certain as a cycle. Choose how often, and the day."),
}
"""Code → sentence, with %(name)s for the values of the problem."""


def refused(sentence: Sentence) -> ValidationError:
    """Why nothing of a file can be read."""
    return ValidationError(str(sentence), code="file")


def damaged() -> ValidationError:
    return refused(
        _("This file is damaged. Open it in Word, Excel or LibreOffice, save it again and send that.")
    )


ROWS, COLUMNS = 20_000, 100
"""Rows of a file, all tables together; columns of a table."""


def too_many_rows() -> ValidationError:
    return refused(_("This file has more than %(limit)s rows. Send it in parts.") % {"limit": ROWS})


def too_many_columns() -> ValidationError:
    said = _("This file has a table with more than %(limit)s columns. Leave only those of the tasks.")
    return refused(said % {"limit": COLUMNS})


def swollen() -> ValidationError:
    return refused(_("This file unpacks to far more than a table needs. Copy the table into a new one."))


def linked() -> ValidationError:
    return refused(_("This file takes values from other files. Break its links, save it and send that."))


def sentence_of(problem: Problem) -> str:
    return str(PROBLEMS[problem.code]) % problem.values
