"""The sentences of what an import finds unsure or wrong, one for each code of `Problem`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.importing.types import Problem

PROBLEMS: dict[str, Sentence] = {
    "no_title": _("Write what is to be done: this row has no task."),
}
"""Code → sentence, with %(name)s for the values of the problem."""


def refused(sentence: Sentence) -> ValidationError:
    """Why nothing of a file can be read."""
    return ValidationError(str(sentence), code="file")


def damaged() -> ValidationError:
    return refused(
        _("This file is damaged. Open it in Word, Excel or LibreOffice, save it again and send that.")
    )


def linked() -> ValidationError:
    return refused(_("This file takes values from other files. Break its links, save it and send that."))


def sentence_of(problem: Problem) -> str:
    return str(PROBLEMS[problem.code]) % problem.values
