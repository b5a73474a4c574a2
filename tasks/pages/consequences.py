"""What follows from a verb, said before somebody does it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.shared.days import today
from portal.shared.verdicts import Sentence
from tasks.lifecycle import Standing
from tasks.models import Task
from tasks.verbs import Verb


def what_follows(verb: Verb, task: Task) -> list[Sentence]:
    """Whole sentences: how it counts, who is told, and whether it can be taken back."""
    confirms = verb.name == "confirm"
    sentences: list[Sentence] = []
    if verb.explanation and not confirms:
        sentences.append(verb.explanation)
    if verb.hint and confirms:
        sentences.append(verb.hint(task))
    if confirms and task.due_on:
        late = task.standing(today()) == Standing.OVERDUE
        sentences.append(_("It counts as done late.") if late else _("It counts as done on time."))
    if verb.notified and (body := verb.notified(task)) and (task.is_issued or verb.issues):
        sentences.append(_("%(body)s will be told.") % {"body": body})
    if confirms:
        sentences.append(_("You can take it back for ten minutes."))
    elif verb.issues and verb.notified and task.lead:
        sentences.append(_("The lead body can accept or decline it; you can recall it until then."))
    return sentences
