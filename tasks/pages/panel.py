"""*Your work here*: what this person can do with a task now, what not and why, and the one thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from committees import access
from committees.models import Body, Person
from committees.roles import PERMISSIONS
from portal.shared.days import today
from portal.shared.verdicts import Sentence, Verdict
from tasks import rules
from tasks.models import Task
from tasks.pages.consequences import what_follows
from tasks.verbs import VERBS, Verb

# What lets somebody do more with a task than read it.
ACTING = tuple(name for name in PERMISSIONS if name not in (*access.READING, access.SUBTREE))


@dataclass(frozen=True)
class Act:
    """A verb as a button; a disabled one says why by its verdict."""

    verb: Verb
    url: str
    verdict: Verdict
    at_once: bool
    main: bool
    hint: Sentence
    # Said before it is done, where it cannot be taken back at leisure; empty where nothing is asked.
    follows: list[Sentence]


@dataclass(frozen=True)
class Panel:
    """`allowed` names every verb that this person can do now, shown here or elsewhere on the page."""

    acts: list[Act]
    allowed: frozenset[str]
    unclear: bool

    @property
    def main(self) -> Act | None:
        return next((act for act in self.acts if act.main), None)

    @property
    def thumbs(self) -> list[Act]:
        """On a phone at most two main actions stay above the bottom bar."""
        if not self.main:
            return []
        beside = [act for act in self.acts if act.verb.beside_main and act.verdict]
        return [*beside[:1], self.main]


def panel(person: Person, task: Task) -> Panel:
    """Only the verbs of this person's own bodies' side; the disabled ones stay with their reason."""
    with access.asking_once():
        verdicts = {name: verb.may_open(person, task) for name, verb in VERBS.items()}
        verbs = _verbs_for(person, task)
    on = today()
    main = _main([verb for verb in verbs if verb.main and verdicts[verb.name]], task, on)
    unclear = bool(task.unclear())
    asks_again = unclear or bool(task.day_warnings(on))
    acts = [
        Act(
            verb,
            reverse(f"tasks:{verb.name}", args=[task.pk]),
            verdicts[verb.name],
            # With something unclear what issues the task asks once more, on a page that lists it.
            at_once=verb.at_once and not (asks_again and verb.issues),
            main=verb is main,
            hint=verb.hint(task) if verb.hint and verdicts[verb.name] else "",
            follows=what_follows(verb, task) if verb.asked_once and verdicts[verb.name] else [],
        )
        for verb in verbs
    ]
    return Panel(acts, frozenset(name for name, verdict in verdicts.items() if verdict), unclear)


def _main(verbs: list[Verb], task: Task, on: date) -> Verb | None:
    """The one thing to do of those that may be it: the first whose time has come, else the first."""
    timely = [verb for verb in verbs if verb.has_come is None or verb.has_come(task, on)]
    return next(iter(timely or verbs), None)


def _verbs_for(person: Person, task: Task) -> list[Verb]:
    """What makes sense in this state for the sides on which the person serves, in the order of the table."""
    gives = _serves(person, task.assigner)
    leads = task.is_issued and _serves(person, task.lead)
    helps = task.is_issued and any(_serves(person, body) for body in rules.helping(task))
    return [
        verb
        for verb in VERBS.values()
        if (
            (gives and task.state in verb.giver_states)
            or (leads and task.state in verb.lead_states)
            or (helps and task.state in verb.helper_states)
        )
        and (verb.relevant is None or verb.relevant(task))
    ]


def _serves(person: Person, body: Body | None) -> bool:
    """Does the person hold an office of the body itself that lets them do more than read?"""
    return any(access.allows(person, permission, body) for permission in ACTING)
