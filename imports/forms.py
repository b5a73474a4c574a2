"""What people type about a received file: the file itself, one of its rows, a name in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from committees.fields import BodyField, body_label
from committees.models import Body
from imports.meaning import Meaning, cell_of
from imports.models import ImportRow
from imports.reading.passed_over import ANSWERABLE_FIELDS, sentence_for
from imports.types import ColumnHeading, PassedOver
from portal.shared.day_fields import DayFormField
from portal.shared.days import format_day
from portal.shared.fields import PlainField
from portal.shared.verdicts import Sentence
from tasks.fan_outs.selection import find_bodies
from tasks.fields import DueField
from tasks.forms import CycleFields
from tasks.models import Task
from tasks.periods import last_day

# Cell of the preview → what it is called.
CELL_NAMES: dict[str, Sentence] = {
    "number": _("number"),
    "pillar": _("pillar"),
    "title": _("task"),
    "lead": _("lead"),
    "coordinating": _("coordinating"),
    "deliverable": _("deliverable"),
    "due": _("deadline"),
    "parent": _("task above"),
}

# Field of a column → what it is called.
FIELD_NAMES: dict[str, Sentence] = {**CELL_NAMES, "parent_words": CELL_NAMES["parent"], "note": _("note")}


Lines = list[tuple[Sentence, list[list[forms.BoundField]]]]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=250,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.docx"}),
        help_text=_("Word (.docx) or Excel (.xlsx) with a table of tasks, at most 50 MB."),
        error_messages={"required": _("Choose the file first.")},
    )


class BodiesField(PlainField):
    """One body on each line; gives a list of their keys."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(body_label(body) for body in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = super().clean(value).replace(";", "\n").splitlines()
        return [body.pk for body in find_bodies([line.strip() for line in lines if line.strip()])]


class DaysField(PlainField):
    """Days as people type them, one after another; gives them in order as text of the database."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "; ".join(format_day(date.fromisoformat(day)) for day in value)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).replace("\n", ";").split(";")
        days = sorted(DayFormField().clean(day.strip()) for day in typed if day.strip())
        return [f"{day}" for day in days]


class RowForm(CycleFields):
    """What a row means. `sure` holds the cells that are right although they were not certain."""

    number = PlainField(label=_("Number in the order"), max_length=40, required=False)
    pillar = PlainField(label=_("Pillar"), max_length=120, required=False)
    title = PlainField(label=_("Task"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    deliverable = PlainField(label=_("Deliverable"), max_length=500, required=False)
    lead = BodyField(label=_("Lead"), required=False, help_text=_("Write any part of its name, or its code."))
    co_lead = BodiesField(
        label=_("Co-leads"), required=False, help_text=_("One code or whole name on each line.")
    )
    coordinating = BodiesField(
        label=_("Coordinating"), required=False, help_text=_("One code or whole name on each line.")
    )
    due_kind = forms.ChoiceField(label=_("Kind of deadline"), choices=Task.DueKind.choices)
    due_on = DueField(
        label=_("Deadline"),
        required=False,
        help_text=_("A day, or 12/2026, Q4/2026, 2026 for its last day."),
    )
    milestones = DaysField(
        label=_("Milestones"),
        required=False,
        help_text=_("Days with a semicolon between them: 30/08/2026; …"),
    )
    after_days = forms.IntegerField(
        label=_("Days after the event"), required=False, min_value=0, max_value=3650
    )
    after_event = PlainField(label=_("Event that the deadline follows"), max_length=250, required=False)
    parent_number = PlainField(
        label=_("Number of the row above it"),
        max_length=40,
        required=False,
        help_text=_("Of another row in this file. Empty: it stands by itself."),
    )
    sure = forms.MultipleChoiceField(
        label=_("Right as it stands"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, row: ImportRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meaning = Meaning.kept(row.values)
        self._show(self.meaning)
        self._ask_of(row)

    def _show(self, meaning: Meaning) -> None:
        bodies = Body.objects.in_bulk(meaning.bodies)
        plain = {name: value for name, value in asdict(meaning).items() if name in self.fields}
        self.initial.update(
            plain,
            lead=bodies.get(meaning.lead or 0),
            co_lead=[bodies[key] for key in meaning.co_lead if key in bodies],
            coordinating=[bodies[key] for key in meaning.coordinating if key in bodies],
        )

    def _ask_of(self, row: ImportRow) -> None:
        """The cells that are not certain; where nothing can be written a person's word is not enough."""
        cells = dict.fromkeys(cell_of(problem["field"]) for problem in row.problems if not problem["stops"])
        choices = [(cell, capfirst(str(CELL_NAMES[cell]))) for cell in cells if cell in CELL_NAMES]
        field: Any = self.fields["sure"]
        field.choices = choices
        if not choices:
            del self.fields["sure"]

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("due_on") and cleaned.get("due_kind") == Task.DueKind.NONE:
            # The kind was left as it was read: whoever writes a day means it.
            typed = str(self.data.get(self.add_prefix("due_on")))
            cleaned["due_kind"] = Task.DueKind.PERIOD if last_day(typed) else Task.DueKind.DAY
        if cleaned.get("due_kind") == Task.DueKind.RELATIVE:
            for name, missing in NEEDED.items():
                if cleaned.get(name) in (None, ""):
                    self.add_error(name, missing)
        elif (
            cleaned.get("due_kind") in (Task.DueKind.DAY, Task.DueKind.PERIOD)
            and cleaned["due_kind"] != self.meaning.due_kind
            and not cleaned.get("due_on")
            and "due_on" not in self.errors
        ):
            self.add_error("due_on", _("Give the day, or choose that there is none."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The fields of `Meaning` as typed; what belongs to another kind of deadline is let go."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "sure"}
        kind = values["due_kind"]
        if kind != Task.DueKind.RECURRING:
            values |= {"every": "", "day": None, "month": None, "starts_on": None, "until": None}
        if kind != Task.DueKind.RELATIVE:
            values |= {"after_days": None, "after_event": ""}
        if kind not in (Task.DueKind.DAY, Task.DueKind.PERIOD):
            values["due_on"] = None
        lead: Body | None = values["lead"]
        return {**values, "lead": lead.pk if lead else None}

    def fieldsets(self) -> Lines:
        return [(legend, [[self[name] for name in row] for row in rows]) for legend, rows in ROWS]

    def seldom(self) -> Lines:
        return [(legend, [[self[name] for name in row] for row in rows]) for legend, rows in SELDOM]

    def opens_seldom(self) -> bool:
        """Filled in, or one of its fields was refused."""
        seldom = (Task.DueKind.RECURRING, Task.DueKind.RELATIVE)
        return self.meaning.due_kind in seldom or self["due_kind"].value() in seldom


NEEDED = {
    "after_days": _("Say how many days after the event."),
    "after_event": _("Name the event that the deadline follows."),
}

# Legend → rows of one field or two, for the form of a row.
ROWS = (
    (_("What"), (("title",), ("number", "pillar"), ("deliverable", "parent_number"))),
    (_("Who"), (("lead",), ("co_lead", "coordinating"))),
    (_("When"), (("due_kind", "due_on"), ("milestones",))),
)

SELDOM = (
    (_("When it follows an event"), (("after_days", "after_event"),)),
    (_("When it recurs"), (("every", "day"), ("month",), ("starts_on", "until"))),
)


class NameForm(forms.Form):
    """Which body a name means: one of those that come nearest, or another."""

    words = PlainField(max_length=500, widget=forms.HiddenInput)
    pick = forms.ChoiceField(label=_("It is"), required=False, widget=forms.RadioSelect)
    other = BodyField(
        label=_("Another body"), required=False, help_text=_("Write any part of its name, or its code.")
    )
    remember = forms.BooleanField(
        label=_("Remember this name for the next file"), required=False, initial=True
    )

    def __init__(self, *args: Any, near: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.near = {str(body.pk): body for body in near}
        field: Any = self.fields["pick"]
        field.choices = [(key, str(body)) for key, body in self.near.items()]
        if not self.near:
            del self.fields["pick"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.body is None:
            raise ValidationError(_("Choose one of the bodies, or write another one."))
        return cleaned

    @property
    def body(self) -> Any:
        return self.cleaned_data.get("other") or self.near.get(self.cleaned_data.get("pick", ""))


TABLES = ("sheet", "table")


class ColumnsForm(forms.Form):
    """What columns of a received file mean: one field for each of which that can be said."""

    NOT_READ = "-"
    AS_HEADED = "="

    def __init__(self, *args: Any, passed_over: Sequence[PassedOver], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = [unread for unread in passed_over if unread.columns]
        for name, unread in self._named():
            self.fields[name] = forms.ChoiceField(
                label=sentence_for(unread),
                choices=self._choices(unread),
                initial=self._initial(unread),
                required=False,
            )
        self.fields["remember"] = forms.BooleanField(
            label=_("Remember this for the next file of this body"), required=False, initial=True
        )

    def of_columns(self) -> list[forms.BoundField]:
        return [self[name] for name, unread in self._named() if unread.kind not in TABLES]

    def of_tables(self) -> list[forms.BoundField]:
        return [self[name] for name, unread in self._named() if unread.kind in TABLES]

    def _named(self) -> list[tuple[str, PassedOver]]:
        return [(f"column_{place}", unread) for place, unread in enumerate(self.columns)]

    def _initial(self, unread: PassedOver) -> str:
        return (unread.field or self.NOT_READ) if unread.kind == "answered" else ""

    def _choices(self, unread: PassedOver) -> list[tuple[str, Sentence]]:
        if unread.kind == "choice":
            question = _("Choose the column of: %(field)s") % {"field": FIELD_NAMES[unread.field]}
            columns = [(column.key, named(column)) for column in unread.columns]
            return [("", question), *columns, (self.NOT_READ, _("None of them"))]
        if unread.kind in TABLES:
            label = _("The task stands in “%(column)s”")
            columns = [(column.key, label % {"column": named(column)}) for column in unread.columns]
            return [("", _("Leave it out")), *columns]
        meanings = [(name, capfirst(str(FIELD_NAMES[name]))) for name in ANSWERABLE_FIELDS]
        if unread.kind == "answered":
            return [(self.AS_HEADED, _("As its heading says")), (self.NOT_READ, _("Not read")), *meanings]
        return [("", _("Not read")), *meanings]

    @property
    def meanings(self) -> dict[str, str | None]:
        """Key of a heading → what was said of it now, as `name_columns` takes it."""
        meanings: dict[str, str | None] = {}
        for name, unread in self._named():
            answer = self.cleaned_data.get(name, "")
            if answer and answer != self._initial(unread):
                meanings |= self._meaning(unread, answer)
        return meanings

    def _meaning(self, unread: PassedOver, answer: str) -> dict[str, str | None]:
        if unread.kind == "choice":
            if answer == self.NOT_READ:
                return {column.key: "" for column in unread.columns}
            # What was said before of the others must not stand against it.
            return {column.key: None for column in unread.columns} | {answer: unread.field}
        if unread.kind in TABLES:
            return {answer: "title"}
        field = {self.AS_HEADED: None, self.NOT_READ: ""}.get(answer, answer)
        return {unread.columns[0].key: field}


def named(column: ColumnHeading) -> str:
    """Two columns with the same heading are told apart by their letters."""
    return f"{column.words} ({column.letter})" if column.letter else column.words


class UndoForm(forms.Form):
    changed = forms.BooleanField(label=_("Also those that somebody worked on since: these changes are lost"))

    def __init__(self, *args: Any, edited: Sequence[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not edited:
            del self.fields["changed"]
