"""What people type: the policy of a body, with a row for each step above, and how they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committees.roles import Role
from notices import kinds
from notices.kinds import NEWS, Kind
from notices.models import EscalationStep
from notices.policy.actions import MAX_STEPS
from notices.policy.schedule import PolicyRules, Rung
from notices.preferences import How, is_switchable, offered_choices
from portal.shared.verdicts import Sentence

# Empty rows for new steps; who needs more saves and gets two again.
SPARE_ROWS = 2


class StepsField(forms.CharField):
    """`7, 3, 1` as a tuple of numbers; which of them make sense is said by the action."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "inputmode": "text"})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ", ".join(map(str, value or ()))

    def clean(self, value: Any) -> tuple[int, ...]:
        parts = super().clean(value).replace(";", ",").split(",")
        try:
            return tuple(int(word) for word in map(str.strip, parts) if word)
        except ValueError as error:
            raise ValidationError(
                _("Write numbers with commas between them, for example: 7, 3, 1.")
            ) from error


class HourField(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=widget, input_formats=["%H:%M", "%H:%M:%S"], **kwargs)
        self.error_messages["invalid"] = _("Write the time as hours and minutes: 08:00.")


def side_choices() -> list[tuple[str, Any]]:
    """Choices for each role of both bodies: `lead:head` and its label."""
    return [
        (f"{side}:{role}", format_lazy("{role}, {side}", role=role.label, side=side.label))
        for side in EscalationStep.Side
        for role in Role
    ]


def optional_kinds() -> list[tuple[str, Any]]:
    """The kinds that a body may switch off: news, never a duty."""
    return [(kind.name, kind.label) for kind in kinds.every() if not kind.duty]


class PolicyForm(forms.Form):
    before = StepsField(
        label=_("Working days before the deadline"),
        help_text=_("Numbers with commas between them: 7, 3, 1. Leave it empty for none."),
    )
    on_the_day = forms.BooleanField(label=_("On the day itself"), required=False)
    after = StepsField(
        label=_("Working days late"),
        help_text=_("Numbers with commas between them: 1, 3, 7. Leave it empty for none."),
    )
    weekly = forms.BooleanField(label=_("Then every week, until it is done"), required=False)
    hour = HourField(label=_("The letter of the day goes at"))
    quiet_from = HourField(label=_("No letter from"), required=False)
    quiet_until = HourField(label=_("No letter until"), required=False)
    told = forms.MultipleChoiceField(
        label=_("News told by letter"),
        required=False,
        choices=optional_kinds,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is about a duty is always told."),
    )

    FIELDSETS = (
        (_("Who does the work is reminded"), (("before", "after"), ("on_the_day", "weekly"))),
        (_("When letters go"), (("hour",), ("quiet_from", "quiet_until"))),
        (_("What is told"), (("told",),)),
    )

    def __init__(self, data: Any = None, *, rules: PolicyRules, **kwargs: Any) -> None:
        told = [name for name, _label in optional_kinds() if name not in rules.muted]
        super().__init__(data, initial={**asdict(rules), "told": told}, **kwargs)
        self.rows = _rows_of(data) if data is not None else min(len(rules.escalation) + SPARE_ROWS, MAX_STEPS)
        for number in range(self.rows):
            self._add_row(number, rules.escalation[number : number + 1])

    def _add_row(self, number: int, rungs: tuple[Rung, ...]) -> None:
        rung = rungs[0] if rungs else None
        self.fields[f"late-{number}"] = forms.IntegerField(
            label=_("Working days late"),
            required=False,
            initial=rung and rung.days_late,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        self.fields[f"who-{number}"] = forms.ChoiceField(
            label=_("Who is told too"),
            required=False,
            initial=rung and f"{rung.side}:{rung.role}",
            choices=[("", "–"), *side_choices()],
        )

    @property
    def fieldsets(self) -> Iterator[tuple[Any, list[list[BoundField]]]]:
        for legend, rows in self.FIELDSETS:
            yield legend, [[self[name] for name in row] for row in rows]

    @property
    def rungs(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"late-{number}"], self[f"who-{number}"]) for number in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in range(self.rows):
            late, who = cleaned.get(f"late-{number}"), cleaned.get(f"who-{number}")
            if late is not None and not who and f"who-{number}" not in self.errors:
                self.add_error(f"who-{number}", _("Choose who is told, or empty the days of this step."))
            if who and late is None and f"late-{number}" not in self.errors:
                self.add_error(f"late-{number}", _("Write after how many working days."))
        return cleaned

    @property
    def policy(self) -> PolicyRules:
        """The policy as typed in a valid form; whether it can be followed is the action's to say."""
        values = self.cleaned_data
        optional = {name for name, _label in optional_kinds()}
        plain = ("before", "on_the_day", "after", "weekly", "hour", "quiet_from", "quiet_until")
        return PolicyRules(
            **{name: values[name] for name in plain},
            muted=frozenset(optional - set(values["told"])),
            escalation=tuple(self._typed_rungs()),
        )

    def _typed_rungs(self) -> Iterator[Rung]:
        for number in range(self.rows):
            late, who = self.cleaned_data[f"late-{number}"], self.cleaned_data[f"who-{number}"]
            if late is not None:
                side, role = who.split(":")
                yield Rung(late, side, role)


def _rows_of(data: Any) -> int:
    """As many rows as were sent, and one more than the most, so that too many are said to be too many."""
    return next(
        number for number in range(MAX_STEPS + 2) if number > MAX_STEPS or f"late-{number}" not in data
    )


@dataclass(frozen=True)
class Question:
    """One answer for many kinds; behind it each kind can be answered by itself."""

    name: str
    label: Sentence
    hint: Sentence
    kinds: tuple[Kind, ...]

    @property
    def offered(self) -> tuple[How, ...]:
        return offered_choices(self.kinds[0])


def preference_questions() -> list[Question]:
    """Three: what the reader must do, what else they must hear of, and what they may switch off."""
    with_choice = [kind for kind in kinds.every() if len(offered_choices(kind)) > 1]
    must_hear = [kind for kind in with_choice if not is_switchable(kind)]
    questions = [
        Question(
            "all_to_do",
            _("What waits for you"),
            _(
                "You are urged, or something waits for your confirmation, approval or decision. The letter "
                "always comes: somebody counts on what you do."
            ),
            tuple(kind for kind in must_hear if kind.group.rank < NEWS.rank),
        ),
        Question(
            "all_changes",
            _("What changes for you"),
            _("A task given, sent back, changed or taken over; an appointment. The letter always comes."),
            tuple(kind for kind in must_hear if kind.group.rank >= NEWS.rank),
        ),
        Question(
            "all_news",
            _("News"),
            _("What is good to know. You may read it in the portal only."),
            tuple(kind for kind in with_choice if is_switchable(kind)),
        ),
    ]
    return [question for question in questions if question.kinds]


class PreferencesForm(forms.Form):
    """How a person is told: one answer for the kinds of a question, or one for each kind.

    A kind whose own answer was changed follows it; the others follow the question, if that was changed.
    """

    ONE_BY_ONE = "one_by_one"

    def __init__(self, data: Any = None, *, chosen: dict[str, How]) -> None:
        super().__init__(data)
        self.always = [kind for kind in kinds.every() if len(offered_choices(kind)) == 1]
        self.questions = preference_questions()
        for question in self.questions:
            ways = {chosen[kind.name] for kind in question.kinds}
            self.fields[question.name] = forms.ChoiceField(
                label=str(question.label),
                help_text=str(question.hint),
                choices=[
                    *((str(how), how.label) for how in question.offered),
                    (self.ONE_BY_ONE, _("each kind as chosen below")),
                ],
                initial=str(ways.pop()) if len(ways) == 1 else self.ONE_BY_ONE,
            )
            for kind in question.kinds:
                self.fields[kind.name] = forms.ChoiceField(
                    label=str(kind.label),
                    choices=[(str(how), how.label) for how in offered_choices(kind)],
                    initial=str(chosen[kind.name]),
                )

    @property
    def rows(self) -> Iterator[tuple[BoundField, list[BoundField], bool]]:
        """Each question, the kinds behind it, and whether these must be seen at once."""
        for question in self.questions:
            of_kinds = [self[kind.name] for kind in question.kinds]
            is_open = self[question.name].initial == self.ONE_BY_ONE or any(row.errors for row in of_kinds)
            yield self[question.name], of_kinds, is_open

    @property
    def answers(self) -> dict[str, str]:
        """How each kind is told, as answered in a valid form."""
        answers: dict[str, str] = {}
        for question in self.questions:
            for_all = self.cleaned_data[question.name]
            follows = question.name in self.changed_data and for_all != self.ONE_BY_ONE
            for kind in question.kinds:
                own = kind.name in self.changed_data or not follows
                answers[kind.name] = self.cleaned_data[kind.name] if own else for_all
        return answers
