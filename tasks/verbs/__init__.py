"""Every verb on a task, one row each, in the order of the panel: what decides first, what takes away last.

Pages, API, admin, panel and story are drawn from these rows. A new verb is a row in one of the three
modules, its rule in `tasks/rules.py`, its action in `tasks/actions/` and its test.
"""

from committees import access
from committees.access import Asker
from portal.shared.verdicts import Verdict
from tasks.models import Task
from tasks.verbs.decisions import DECISIONS
from tasks.verbs.oversight import OVERSIGHT
from tasks.verbs.verb import Heading, Many, Verb
from tasks.verbs.work import WORK

__all__ = ["VERBS", "Heading", "Many", "Verb", "verdicts"]

VERBS: dict[str, Verb] = {verb.name: verb for verb in (*DECISIONS, *WORK, *OVERSIGHT)}


def verdicts(person: Asker, task: Task) -> dict[str, Verdict]:
    """Every verb with its verdict for this person now, read with one look at their offices."""
    with access.asking_once():
        return {name: verb.rule(person, task) for name, verb in VERBS.items()}
