"""The sentences of what an import finds unsure or wrong, one for each code of `Problem`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.importing.types import Problem

PROBLEMS: dict[str, Sentence] = {
    "no_title": _("Write what is to be done: this row has no task."),
}
"""Code → sentence, with %(name)s for the values of the problem."""


def sentence_of(problem: Problem) -> str:
    return str(PROBLEMS[problem.code]) % problem.values
