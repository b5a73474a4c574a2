"""What can be decided about a task: the verbs that judge it, each with its question and what follows."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from committees.doors import SignedInRequest
from portal.shared.verdicts import Sentence
from tasks.lifecycle import State
from tasks.models import Task
from tasks.pages.consequences import what_follows
from tasks.verbs import VERBS, Verb

# In the order of their buttons. The first that is `main` is the one that the key C opens.
YES = ("approve_request", "accept_counter", "confirm", "assign", "record_approval")
# The key B opens the first of these.
NO = ("send_back", "refuse_request", "decline_counter", "recall")
DECIDING: dict[str, Verb] = {VERBS[name].slug: VERBS[name] for name in (*YES, *NO, "counter_request")}


@dataclass(frozen=True)
class Choice:
    """One decision: its button opens the question in place, its form does it."""

    verb: Verb
    form: forms.Form
    follows: list[Sentence]
    # The letter that opens it, or nothing.
    key: str
    main: bool
    is_open: bool

    @property
    def anchor(self) -> str:
        return f"decide-{self.verb.slug}"


def choices_for(
    request: SignedInRequest, task: Task, opened: str = "", bound: forms.Form | None = None
) -> list[Choice]:
    """What this person can decide now; `opened` names the verb whose question stands open.

    `bound` is the form of that verb as it was sent, with its errors.
    """
    verbs = [verb for verb in DECIDING.values() if _makes_sense(verb, task)]
    verbs = [verb for verb in verbs if verb.may_open(request.user, task)]
    agreeing = next((verb for verb in verbs if verb.name in YES), None)
    refusing = next((verb for verb in verbs if verb.name in NO), None)
    keys = {verb.name: key for verb, key in ((agreeing, "c"), (refusing, "b")) if verb}
    return [
        Choice(
            verb,
            bound if bound is not None and verb.slug == opened else form_of(verb, request, task),
            what_follows(verb, task),
            key=keys.get(verb.name, ""),
            main=verb is agreeing,
            is_open=verb.slug == opened,
        )
        for verb in verbs
    ]


def form_of(verb: Verb, request: SignedInRequest, task: Task, *, sent: bool = False) -> forms.Form:
    """Several stand on one page, so each names its fields by its verb."""
    return verb.form_for(request, task, sent=sent, auto_id=f"{verb.slug}-%s")


def _makes_sense(verb: Verb, task: Task) -> bool:
    states = (*verb.giver_states, *verb.lead_states)
    # Taking back what was issued already is no answer to anything that waits.
    if verb.name == "recall" and task.state != State.PROPOSED:
        return False
    return task.state in states and (verb.relevant is None or verb.relevant(task))
