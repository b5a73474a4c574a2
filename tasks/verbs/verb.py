"""What one row of the table of verbs says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from rest_framework import serializers

from committees.doors import SignedInRequest
from committees.models import Body, Person
from portal.shared.api import Nothing
from portal.shared.verdicts import Sentence, Verdict
from tasks.forms import ConfirmForm, as_secret
from tasks.lifecycle import Move, State
from tasks.lists.duties import Mine
from tasks.models import Task
from tasks.rules import Rule
from tasks.urging.selection import Outlook

EVERY_STATE = tuple(State)


@dataclass(frozen=True)
class Heading:
    """How the story of a task names an event; `mark` is the state or standing that colours its dot."""

    event: str
    text: Sentence
    mark: str = ""


@dataclass(frozen=True)
class Many:
    """That a verb is done to many tasks at once, each by its own action; what it asks, it asks once."""

    # Whoever holds one of them on the body of their side is offered it in a list; the rule decides.
    permissions: tuple[str, ...]
    # Where these are other than those of one task.
    label: Sentence = ""
    form: type[forms.Form] | None = None
    form_options: Callable[[Person], dict[str, Any]] | None = None
    api_input: type[serializers.BaseSerializer[Any]] | None = None
    action: Callable[..., object] | None = None
    # What will happen to each task, where the rule alone does not know; in as many queries as for one.
    foresee: Callable[[Sequence[Task], Person], dict[int, Outlook]] | None = None


@dataclass(frozen=True, kw_only=True)
class Verb:
    """Something that people do to a task: its rule and its action, and how each door shows it."""

    # As in urls, in the API and in `panel.allowed`: `change_lead` is /tasks/<pk>/change-lead/.
    name: str
    rule: Rule
    action: Callable[..., object]
    # None for what leaves the state as it is.
    move: Move | None = None
    # What the story calls the events of the action.
    history: tuple[Heading, ...] = ()

    # --- The button in *Your work here* ---
    label: Sentence
    icon: str
    # There is nothing to type: the page of the task does it at once.
    at_once: bool = False
    # It is done at once, and cannot be taken back at leisure: its button asks once, with what follows.
    asked_once: bool = False
    # It cannot be undone, and the button says so by its colour.
    risky: bool = False
    # May be the one thing to do: of those that a person can do now, the first in the table is,
    main: bool = False
    # but for one that has its time, such as the last report, which comes before others only on that day.
    has_come: Callable[[Task, date], bool] | None = None
    # On a phone it stays beside the main button.
    beside_main: bool = False
    # Said under the button.
    hint: Callable[[Task], Sentence] | None = None
    # In which states it makes sense for each side; in another it would only be noise.
    giver_states: tuple[State, ...] = ()
    lead_states: tuple[State, ...] = ()
    helper_states: tuple[State, ...] = ()
    # What must be so beside the state, that it makes sense.
    relevant: Callable[[Task], bool] | None = None

    # --- The page that asks for what the action needs ---
    # A view of its own shows it, with a form of its own.
    has_own_page: bool = False
    # Where the form takes what the rule asks for, this is what the page asks before it.
    opening_rule: Rule | None = None
    form: type[forms.Form] = ConfirmForm
    form_options: Callable[[SignedInRequest, Task], dict[str, Any]] | None = None
    # Where the action takes something else than the fields of the form.
    from_form: Callable[[Task, Person, Any], object] | None = None
    explanation: Sentence = ""
    # The lead sees the task from now: the page shows what is not clear yet.
    issues: bool = False
    # The page shows the tasks above that are due earlier.
    sets_deadline: bool = False
    # The page says what is not done below.
    closes: bool = False
    # Stands before the name of the task.
    done: Sentence = ""
    # The body whose people get a notice.
    notified: Callable[[Task], Body | None] | None = None
    # Where the person's next piece of work is afterwards.
    next_work: Mine | None = None

    # --- Many tasks at once ---
    many: Many | None = None
    # The verb that takes this one back, offered beside each task of a result.
    undone_by: str = ""

    # --- POST /api/tasks/<pk>/<name>/ ---
    api_input: type[serializers.BaseSerializer[Any]] = Nothing
    # Where the action takes something else than what the request holds.
    from_api: Callable[..., object] | None = None

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")

    def may_open(self, person: Person, task: Task) -> Verdict:
        """Whether this person may open its form now."""
        return (self.opening_rule or self.rule)(person, task)

    def form_for(
        self, request: SignedInRequest, task: Task, *, sent: bool | None = None, **options: Any
    ) -> forms.Form:
        """Its form for this person and task; filled with what was sent, by default where anything was."""
        options |= self.form_options(request, task) if self.form_options else {}
        is_sent = request.method == "POST" if sent is None else sent
        posted = (request.POST, request.FILES) if is_sent else ()
        return as_secret(task, self.form(*posted, **options))

    def do_with_form(self, task: Task, by: Person, form: forms.Form) -> None:
        if self.from_form:
            self.from_form(task, by, form)
        else:
            self.action(task=task, by=by, **form.cleaned_data)

    def do_with_values(self, task: Task, by: Person, values: dict[str, Any]) -> None:
        """`values` are what `api_input` let through."""
        (self.from_api or self.action)(task=task, by=by, **values)


def giver(task: Task) -> Body | None:
    return task.assigner


def lead(task: Task) -> Body | None:
    return task.lead
