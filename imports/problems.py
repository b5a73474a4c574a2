"""The sentences of what an import finds unsure or wrong, one for each code of `Problem`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imports.types import Problem
from portal.shared.verdicts import Sentence
from tasks.lifecycle import State

# Code → sentence, with %(name)s for the values of the problem.
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
    "struck_out": _("Words that are struck out in the file were left out: make sure that the rest is meant."),
    "raised_figure": _(
        "A raised figure was taken for that of a footnote and left out: make sure of the rest."
    ),
    "in_text_box": _("This stands in a text box over the cell: make sure that it belongs here."),
    "white_text": _("This is white in the file, so nobody sees it there: make sure that it is meant."),
    "hidden_row": _("This row is hidden or filtered out in the file: make sure that it is meant."),
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
    "not_yours": _("You may not change %(code)s. Leave the row out."),
    "not_now": _("%(code)s cannot be changed now, it is: %(state)s. Leave the row out."),
    "stale_row": _("%(code)s was changed here after it was exported. Export it again, and change it there."),
    "fixed_cell": _(
        "This is not changed by a file: it stays “%(was)s”. Leave the row out, or change it here."
    ),
    "lead_of_issued": _("The lead of an issued task is changed on its page: it asks for the reason."),
    "due_passed": _(
        "The deadline %(day)s has already passed. Correct it in the file, or change it on the page of the"
        " task, which asks whether that is meant."
    ),
    "cycle_in_cell": _("“%(words)s” is a cycle: enter it on the page of the task."),
    "milestone_reached": _("“%(was)s” was reached and stays. Put its line back as it was."),
    "milestone_unread": _("“%(words)s” is no milestone. Write a line such as 30/08/2026: draft sent."),
    # Words of a deadline
    "due_unread": _("“%(words)s” is not read for certain as a deadline. Choose its kind and day."),
    "due_long": _("These words are too long for a deadline. Choose its kind and day, and shorten the words."),
    "due_no_year": _("“%(words)s” names no year. Enter the whole day."),
    "due_short_year": _("“%(words)s” has a year of two digits. Enter the day with all four."),
    "due_no_such_day": _("“%(words)s” is no day of the calendar. Enter day, month and year in this order."),
    "due_far_away": _("“%(words)s” is not between 1990 and 2100. Enter the day that is meant."),
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


# Rows of a file, all tables together; columns of a table.
MAX_ROWS, MAX_COLUMNS = 20_000, 100

# Code → why nothing of a file can be read, with %(name)s for the values. An import keeps code and values.
REFUSALS: dict[str, Sentence] = {
    "not_office": _("“%(name)s” is no Excel or Word file of today. Send the table as .xlsx or .docx."),
    "old_form": _("This is the old form of Word or Excel. Save it as .docx or .xlsx and send that."),
    "password": _("This file is protected by a password. Save it without the password and send it again."),
    "macros": _("This file holds macros. Save it as .docx or .xlsx without macros and send that."),
    "too_large": _("This file is larger than %(limit)s MB. Send only the pages with the table."),
    "entities": _("This file declares entities, which no office program does. Ask for another."),
    "swollen": _("This file unpacks to far more than a table needs. Copy the table into a new one."),
    "too_heavy": _("This file takes too long to read. Copy the table into a new file and send that."),
    "damaged": _("This file is damaged. Open it in Word, Excel or LibreOffice, save it again and send that."),
    "unreadable": _("This file could not be read. Save it again as .xlsx or .docx and send that."),
    "linked": _("This file takes values from other files. Break its links, save it and send that."),
    "too_many_rows": _("This file has more than %(limit)s rows. Send it in parts."),
    "too_many_columns": _(
        "This file has a table with more than %(limit)s columns. Leave only those of the tasks."
    ),
    "no_table": _(
        "No table of tasks was found. The header must name the task (Nhiệm vụ) and who leads it or "
        "until when (Cơ quan chủ trì, Thời hạn)."
    ),
    "no_tasks": _("The table has a header but no tasks below it. Send the file that has them."),
    "computed": _(
        "The sheet “%(sheet)s” has computed cells (%(count)s, the first is %(cell)s). "
        "Paste them as values and send the file again."
    ),
}


class Refusal(ValidationError):
    """Code and values of why nothing of a file can be read; the sentence is made when it is asked for."""

    def __init__(self, code: str, values: Mapping[str, str | int] | None = None) -> None:
        sentence: Any = REFUSALS[code]
        super().__init__(sentence, code=code, params=dict(values or {}))


def refusal(code: str, **values: str | int) -> Refusal:
    return Refusal(code, values)


def too_many_rows() -> ValidationError:
    return refusal("too_many_rows", limit=MAX_ROWS)


def too_many_columns() -> ValidationError:
    return refusal("too_many_columns", limit=MAX_COLUMNS)


def refusal_sentence(code: str, values: Mapping[str, str | int]) -> str:
    """The sentence of a refusal that was kept, in the language that is active."""
    return str(REFUSALS[code]) % values


def problem_sentence(problem: Problem) -> str:
    values = problem.values
    if "state" in values:
        values = values | {"state": State(values["state"]).label}
    return str(PROBLEMS[problem.code]) % values
