"""What people type. A form only reads; the action decides and its sentences come back beside the fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import F, Q
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.fields import BodyField
from committees.models import Body, Membership, Person
from notices.calendar import day_off
from portal.shared.changed import ChangesForm
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from portal.shared.fields import PlainField, limit_choices
from tasks import rollup
from tasks.actions.cycles import REQUIRED_CYCLE_FIELDS
from tasks.actions.milestones import MAX_MILESTONES, MilestoneSpec, check_milestones
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.cycles import Cycle
from tasks.fields import DueField
from tasks.lifecycle import RISK_LONGEST, RISK_TOLD_FROM, State
from tasks.models import Evidence, Milestone, Order, Part, Recurrence, Task
from tasks.pages import story
from tasks.periods import last_day
from tasks.rollup import Node
from tasks.secrecy import CONTENT_FIELDS, LEAVE_EMPTY, ONLY_A_NUMBER, is_secret


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """An action's sentences beside their fields; what no field here holds stands on top, nothing twice."""
    told = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    said: set[str] = set()
    for field, sentences in sorted(told.items(), key=lambda one: one[0] not in form.fields):
        for sentence in sentences:
            if sentence not in said:
                form.add_error(field if field in form.fields else None, sentence)
            said.add(sentence)


# One verb


class ConfirmForm(forms.Form):
    """Nothing to type."""


class PastDeadlineFields(forms.Form):
    """The tick of a deadline that has passed and is meant."""

    past_deadline = forms.BooleanField(
        label=_("The deadline has already passed, and this is meant"), required=False
    )

    @property
    def asks_past_deadline(self) -> bool:
        """Whether the action asked for the tick, or it was given; before that no page shows it."""
        return "past_deadline" in self.errors or bool(self.data.get(self.add_prefix("past_deadline")))


class AssignForm(PastDeadlineFields):
    """Nothing to type; a deadline that has passed is ticked as meant."""

    def __init__(self, *args: Any, due_on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if due_on is None or due_on >= today():
            del self.fields["past_deadline"]


class ReasonForm(forms.Form):
    reason = PlainField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class PartChoiceForm(forms.Form):
    """Something about the part of one body; where there is but one, nothing is to be chosen."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=Body.objects.none(), empty_label=None)

    def __init__(self, *args: Any, parts: list[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["body"]
        field.queryset = Body.objects.filter(pk__in=[part.body_id for part in parts])
        if len(parts) == 1:
            del self.fields["body"]


class ContributionForm(PartChoiceForm):
    contribution = PlainField(
        label=_("What it contributed"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In a sentence or two: what was delivered, by which document."),
    )

    def __init__(self, *args: Any, parts: list[Part], **kwargs: Any) -> None:
        super().__init__(*args, parts=parts, **kwargs)
        if len(parts) == 1:
            self.initial["contribution"] = parts[0].contribution


class ReturnForm(PartChoiceForm, ReasonForm):
    field_order = ("body", "reason")


class MilestonesForm(forms.Form):
    """A row for each milestone that is open, and some empty ones; an emptied row takes it away."""

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        rows: list[Milestone | None] = [one for one in task.milestones.all() if one.done_on is None]
        rows += [None] * min(SPARE_ROWS, MAX_MILESTONES - len(rows))
        self.numbers = range(len(rows))
        for number, row in enumerate(rows):
            day = DayFormField(label=_("Day"), required=False, initial=row and row.due_on)
            words = PlainField(
                label=_("What is to be reached"), max_length=250, required=False, initial=row and row.words
            )
            self.fields |= {f"day-{number}": day, f"words-{number}": words}

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"day-{number}"], self[f"words-{number}"]) for number in self.numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.numbers:
            if cleaned.get(f"words-{number}") and f"day-{number}" in cleaned and not cleaned[f"day-{number}"]:
                self.add_error(f"day-{number}", _("Give the day of this milestone, or empty the row."))
            elif {f"day-{number}", f"words-{number}"} & set(self.changed_data):
                self._check_row(number, cleaned)
        return cleaned

    def _check_row(self, number: int, cleaned: dict[str, Any]) -> None:
        """The action's own sentence beside a row that was changed; the others are not asked again."""
        problems: dict[str, Any] = {}
        if day := cleaned.get(f"day-{number}"):
            asked = MilestoneSpec(day, cleaned.get(f"words-{number}", ""))
            check_milestones(self.task, [asked], problems)
        if problems:
            self.add_error(f"day-{number}", problems["milestones"])

    @property
    def milestones(self) -> list[MilestoneSpec]:
        rows = [(self.cleaned_data[f"day-{one}"], self.cleaned_data[f"words-{one}"]) for one in self.numbers]
        return [MilestoneSpec(day, words) for day, words in rows if day]


SPARE_ROWS = 3


class MilestoneForm(forms.Form):
    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=Milestone.objects.none(), empty_label=None
    )
    done_on = DayFormField(
        label=_("Reached on"), required=False, help_text=_("Empty: it is not reached after all.")
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["milestone"]
        # Those that are open first: it is one of them that was reached.
        field.queryset = task.milestones.order_by(F("done_on").asc(nulls_first=True), "due_on", "pk")


class SupersedeForm(ReasonForm):
    superseded_by = forms.ModelChoiceField(
        label=_("The task that replaces it"), queryset=Task.objects.none(), empty_label=_("none")
    )
    field_order = ("superseded_by", "reason")

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Task.objects.visible_to(person).filter(assigner=task.assigner).exclude(pk=task.pk)
        field: Any = self.fields["superseded_by"]
        field.label_from_instance = lambda one: f"{one.code} {one.name}"
        limit_choices(field, others.exclude(state=State.WITHDRAWN).order_by("-pk"), None)


class LeadForm(ReasonForm):
    lead = BodyField(label=_("New lead"), help_text=_("Write its code or name. It accepts the task anew."))
    note = PlainField(
        label=_("A word to the new lead"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("lead", "reason", "note")


class OptionalReasonForm(forms.Form):
    reason = PlainField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ExtensionForm(forms.Form):
    proposed_on = DayFormField(label=_("New deadline"))
    reason = PlainField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why the deadline cannot be met for causes outside your body, and what was tried."),
    )


class RiskForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days late expected"),
        min_value=1,
        max_value=RISK_LONGEST,
        help_text=format_lazy(_("From {days} days on the superior is told."), days=RISK_TOLD_FROM),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    remedy = PlainField(
        label=_("Remedy"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is done so that it is not late, or less late."),
    )


class EventDayForm(PastDeadlineFields):
    happened_on = DayFormField(
        label=_("Day of the event"), help_text=_("When it happened, or is set to happen.")
    )
    reason = PlainField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only when a day that was entered before is corrected."),
    )
    field_order = ("happened_on", "past_deadline", "reason")

    def visible_fields(self) -> list[forms.BoundField]:
        shown = super().visible_fields()
        return [one for one in shown if one.name != "past_deadline" or self.asks_past_deadline]


class DecisionForm(forms.Form):
    decision = PlainField(
        label=_("Words of the decision"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefusalForm(forms.Form):
    decision = PlainField(label=_("Why it is refused"), widget=forms.Textarea(attrs={"rows": 3}))


class CounterForm(DecisionForm):
    counter_on = DayFormField(label=_("Day offered instead"))
    field_order = ("counter_on", "decision")


class ApprovalForm(AssignForm):
    approval = PlainField(
        label=_("The paper"), max_length=250, help_text=_("Its number and date, and who signed it.")
    )
    field_order = ("approval", "past_deadline")


class UrgeForm(forms.Form):
    message = PlainField(
        label=_("What to say"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CommentForm(forms.Form):
    text = PlainField(
        label=_("Your comment"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody who sees this task reads it."),
        error_messages={"required": _("Write your comment first.")},
    )


class ProgressForm(forms.Form):
    percent = forms.IntegerField(
        label=_("Progress in percent"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    note = PlainField(
        label=_("What was done"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a sentence what was done.")},
    )


class WeightsForm(forms.Form):
    """One number for each task right below that counts; of one that the person does not see only its code."""

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = rollup.children(task)
        seen = Task.objects.visible_to(person).filter(parent=task).select_related("lead")
        shown = {one.pk: f"{one.code}: {one.name} ({one.lead})" for one in seen}
        for node in self.nodes:
            self.fields[self.name_of(node)] = forms.IntegerField(
                label=shown.get(node.pk, Task(pk=node.pk).code),
                initial=node.weight,
                required=False,
                min_value=0,
                max_value=100,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @staticmethod
    def name_of(node: Node) -> str:
        return f"weight-{node.pk}"

    @property
    def weights(self) -> dict[int, int | None]:
        return {node.pk: self.cleaned_data[self.name_of(node)] for node in self.nodes}


class PeopleForm(forms.Form):
    """The leader in charge and the contact, among those who hold an office in the lead body today."""

    leader = forms.ModelChoiceField(
        label=_("Leader in charge"), queryset=Person.objects.none(), required=False
    )
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Person.objects.none(), required=False)

    def __init__(self, *args: Any, lead: Body | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_people(self, lead)


def choose_people(form: forms.BaseForm, lead: Body | None) -> None:
    """Those who hold an office in the lead body, and who is named already although they left."""
    terms = Membership.objects.holding_on(today()).filter(office__body=lead)
    holding = Q(is_active=True, pk__in=terms.values("person_id"))
    for name in ("leader", "contact"):
        field: Any = form.fields[name]
        named = field.prepare_value(form.initial.get(name))
        field.queryset = (
            Person.objects.filter(holding | Q(pk=named)) if named else Person.objects.filter(holding)
        )
        field.empty_label = str(_("not named yet"))


class EvidenceForm(forms.Form):
    """A file, a link, a document number; what is filled in is added, each as evidence of its own."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=250,
        help_text=_("Office file, PDF, picture or zip, at most 50 MB."),
        widget=forms.FileInput,
    )
    url = PlainField(
        label=_("Link"), max_length=500, required=False, widget=forms.TextInput(attrs={"inputmode": "url"})
    )
    document = PlainField(label=_("Document number"), max_length=120, required=False)
    title = PlainField(
        label=_("What it is"),
        max_length=250,
        required=False,
        help_text=_("For example: the product, the approval, the letter that sent it."),
    )
    must_hold_one = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        untouched = not any(self[name].errors for name in ("file", "url", "document") if name in self.fields)
        if self.must_hold_one and untouched and not self.given():
            raise ValidationError(_("Add a file, a link or a document number."))
        return cleaned

    def given(self) -> list[dict[str, Any]]:
        """The arguments of `add_evidence`, once for each kind that was filled in.

        The file comes last: nothing is written to the disk before the others were accepted.
        """
        columns = (
            (Evidence.Kind.LINK, "url"),
            (Evidence.Kind.DOCUMENT, "document"),
            (Evidence.Kind.FILE, "file"),
        )
        return [
            {"kind": kind, "title": self.cleaned_data.get("title", ""), name: self.cleaned_data[name]}
            for kind, name in columns
            if self.cleaned_data.get(name)
        ]


class SubmitForm(EvidenceForm):
    """The report, and evidence in the same step for whoever has not added it yet."""

    report = PlainField(
        label=_("The result"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In a sentence or two: what was delivered, who approved it, where it was sent."),
        error_messages={"required": _("Say in a sentence or two what the result is.")},
    )
    field_order = ("report", "file", "url", "document", "title")

    def __init__(self, *args: Any, has_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.must_hold_one = not has_evidence


def as_secret(task: Task, form: forms.Form) -> forms.Form:
    """A secret task's form has no file and no link, and takes the number of a paper where others write."""
    if not is_secret(task):
        return form
    for name in ("file", "url", "title"):
        form.fields.pop(name, None)
    for name, field in form.fields.items():
        if type(field) is PlainField:
            field.widget = forms.TextInput()
            field.help_text = LEAVE_EMPTY if name == "remedy" else ONLY_A_NUMBER
            field.required = field.required and name != "note"
    if isinstance(form, EvidenceForm):
        form.fields["document"].required = form.must_hold_one
    return form


# A task


class CycleFields(forms.Form):
    """The cycle of a recurring task, beside the fields of the task itself; always there, seldom filled in."""

    every = forms.ChoiceField(
        label=_("How often"), choices=[("", "–"), *Recurrence.Every.choices], required=False
    )
    day = forms.IntegerField(
        label=_("Day"),
        required=False,
        help_text=_("1 (Monday) to 7 of a week, else 1 to 31; the last day where the month is shorter."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    month = forms.IntegerField(
        label=_("Month in the period"),
        required=False,
        help_text=_("For a quarter, half-year or year: 1 for its first month."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    starts_on = DayFormField(label=_("First day of the cycle"), required=False)
    until = DayFormField(label=_("Last day of the cycle"), required=False)

    def clean(self) -> dict[str, Any]:
        """A cycle is asked for whole, as soon as it is the kind of deadline or any of it is filled in."""
        cleaned = super().clean() or {}
        wanted = cleaned.get("due_kind") == Task.DueKind.RECURRING
        if wanted or any(cleaned.get(name) for name in REQUIRED_CYCLE_FIELDS):
            for name, missing in REQUIRED_CYCLE_FIELDS.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, missing)
        return cleaned

    @property
    def cycle(self) -> Cycle | None:
        given = self.cleaned_data
        if not given["every"]:
            return None
        month = given["month"] if given["month"] is not None else 1
        return Cycle(given["every"], given["day"], given["starts_on"], given["until"], month)


def cycle_initial(task: Task) -> dict[str, Any]:
    """What the fields of a cycle hold when the form is opened."""
    return asdict(task.cycle) if task.cycle else {}


class TaskForm(PastDeadlineFields, CycleFields, ChangesForm):
    """Every field of a task but the parts. `values` is what the actions take."""

    asks_below = False
    """The action asked what becomes of the tasks below that no longer fit."""

    lead = BodyField(
        label=_("Lead"), required=False, help_text=_("One body answers for the task. Write its code or name.")
    )
    start_on = DayFormField(label=_("Start"), required=False)
    due_on = DueField(
        label=_("Deadline"), required=False, help_text=_("A day, or 12/2026, Q4/2026, 2026 for its last day.")
    )
    reason = PlainField(label=_("Why it is changed"), required=False, max_length=500)

    class Meta:
        model = Task
        fields = tuple(name for name in EDITABLE_FIELDS if name not in ("lead", "start_on", "due_on"))
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, person: Person, assigner: Body | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task: Task = self.instance
        self.initial.update(lead=task.lead, start_on=task.start_on, due_on=task.due_on)
        self.initial.update(cycle_initial(task))
        self._choose_order(person, assigner, task)
        self._choose_parent(person, assigner, task)
        if task.pk and task.lead:
            choose_people(self, task.lead)
        else:
            del self.fields["leader"], self.fields["contact"]
        asked_below = any(name.startswith("below-") for name in self.data)
        if not task.pk or not (task.is_issued or asked_below):
            del self.fields["reason"]
        if task.is_handed_down:
            # Only the bodies that may lead it are offered; the action asks again whatever was typed.
            self.fields["lead"].widget.attrs["hx-get"] += f"?giver={task.assigner_id}"
            self.fields["lead"].help_text = _(
                "A body below yours or an agency of its people. Write its code or name."
            )
        # The portal titles a secret task itself.
        self.fields["title"].required = self.data.get("secrecy") != Task.Secrecy.SECRET
        if task.pk and is_secret(task):
            self._hide_content()
        self._say_day_off()

    def _say_day_off(self) -> None:
        """The order's day stands as it is; that nobody works on it is said beside it."""
        due: Any = self.fields["due_on"]
        typed = self.data.get(self.add_prefix("due_on")) if self.is_bound else self.initial["due_on"]
        with suppress(ValidationError):
            if off := day_off(due.to_python(typed)):
                due.help_text = format_lazy("{off} {help}", off=off, help=due.help_text)

    def _hide_content(self) -> None:
        """What a secret task never holds is not asked for; once it is lowered, all can be filled in."""
        for name in CONTENT_FIELDS:
            self.fields.pop(name, None)
        self.fields["number"].help_text = ONLY_A_NUMBER
        self.fields["title"].help_text = _("The portal titles a secret task. Write a title only to lower it.")

    def _choose_order(self, person: Person, assigner: Body | None, task: Task) -> None:
        orders = Order.objects.visible_to(person).filter(
            body__in=[assigner] if assigner else access.bodies(person, "draft_tasks")
        )
        self.fields["order"].empty_label = _("none")  # type: ignore[attr-defined]
        limit_choices(self.fields["order"], orders, task.order)

    def _choose_parent(self, person: Person, assigner: Body | None, task: Task) -> None:
        if not shows_parent(person, task):
            del self.fields["parent"]
            return
        bodies = [assigner] if assigner else access.bodies(person, "draft_tasks")
        above = Task.objects.visible_to(person).filter(Q(lead__in=bodies) | Q(assigner__in=bodies))
        self.fields["parent"].empty_label = _("none")  # type: ignore[attr-defined]
        limit_choices(self.fields["parent"], above.exclude(pk=task.pk).order_by("-pk"), task.parent)

    def _post_clean(self) -> None:
        """The action checks the row: here it would be checked half and written into the instance."""

    def clean_due_words(self) -> str:
        """A typed quarter or month is the order's own wording unless another was given."""
        words: str = self.cleaned_data["due_words"]
        typed = str(self.data.get(self.add_prefix("due_on"), ""))
        return words or (typed.strip() if last_day(typed) else "")

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EDITABLE_FIELDS if name in self.cleaned_data}

    def fieldsets(self) -> list[tuple[Any, list[list[forms.BoundField]]]]:
        shown = set(self.fields) - (set() if self.asks_past_deadline else {"past_deadline"})
        return [
            (legend, [found for row in rows if (found := [self[name] for name in row if name in shown])])
            for legend, rows in TASK_FIELDSETS
        ]


def shows_parent(person: Person, task: Task) -> bool:
    """Not every editor of a task sees the one above: a restricted one stays as it is, unnamed."""
    return task.parent_id is None or Task.objects.visible_to(person).filter(pk=task.parent_id).exists()


TASK_FIELDSETS = (
    (
        _("What"),
        (
            ("title",),
            ("description",),
            ("deliverable",),
            ("deliverable_kind", "target"),
            ("target_unit", "title_en"),
        ),
    ),
    (_("Who"), (("lead",), ("lead_words",))),
    (_("When"), (("due_kind", "due_on"), ("past_deadline",), ("due_words", "start_on"))),
    (_("When it follows an event"), (("after_days", "after_event"),)),
    (_("When it recurs"), (("every", "day"), ("month",), ("starts_on", "until"))),
    (_("Responsibility and authority"), (("leader", "contact"), ("authority", "priority"))),
    (
        _("Where it comes from"),
        (
            ("order",),
            ("number", "pillar"),
            ("parent",),
            ("parent_words", "programme"),
            ("secrecy",),
            ("reason",),
        ),
    ),
)
"""Legend → rows of one field or two."""


class PartForm(forms.Form):
    """One body that helps; a row without a body is no row."""

    body = BodyField(label=_("Body"), required=False)
    kind = forms.ChoiceField(label=_("Part"), choices=Part.HELPING_CHOICES, initial=Part.Kind.COORDINATING)
    work = PlainField(label=_("Its share of the work"), max_length=500, required=False)
    due_on = DayFormField(label=_("Its own deadline"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "body" in cleaned and not cleaned["body"] and (cleaned.get("work") or cleaned.get("due_on")):
            self.add_error("body", _("Name the body, or empty the row."))
        return cleaned


class PartRows(forms.BaseFormSet[PartForm]):
    said: Sequence[str] = ()
    """The action's sentences about the parts as a whole."""

    def asked(self) -> list[PartSpec]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("body")]
        return [PartSpec(row["body"], row["kind"], row["work"], row["due_on"]) for row in rows]

    def errors_found(self) -> list[str]:
        typed = [str(said) for form in self.forms for errors in form.errors.values() for said in errors]
        return [*typed, *self.said]


PartFormSet = forms.formset_factory(PartForm, formset=PartRows, extra=2, max_num=100, absolute_max=200)


def part_rows(task: Task, data: Any = None) -> PartRows:
    """The rows of a task's parts, those it has and two empty ones."""
    initial = [
        {"body": part.body, "kind": part.kind, "work": part.work, "due_on": part.due_on}
        for part in (task.parts.helping().select_related("body") if task.pk else ())
    ]
    return cast(PartRows, PartFormSet(data, initial=initial, prefix="parts"))


# An order


class OrderForm(ChangesForm):
    issued_on = DayFormField(label=_("Date"), required=False)
    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=250,
        widget=forms.FileInput,
        help_text=_("Office file, PDF, picture or zip, at most 50 MB."),
    )
    ask_until = DayFormField(
        label=_("Last day to ask for an extension"),
        required=False,
        help_text=_("After this day nobody can ask for a later deadline. Empty: no last day."),
    )

    class Meta:
        model = Order
        fields = (
            "body",
            "number",
            "kind",
            "issuer",
            "issued_on",
            "issued_words",
            "signer",
            "abstract",
            "ask_until",
        )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_choices(self.fields["body"], access.bodies(person, "draft_tasks"), None)

    def _post_clean(self) -> None:
        """The action checks the row."""

    def fill(self, order: Order) -> Order:
        for name in self.Meta.fields:
            setattr(order, name, self.cleaned_data[name])
        return order


# A stale form


def differences(saved: Task | Order, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Field, saved, typed: where a stale form differs from the row as it is now."""
    return [
        (
            capfirst(str(_field(saved, name).verbose_name)),
            _shown(saved, name, was),
            _shown(saved, name, typed),
        )
        for name, typed in values.items()
        if (was := getattr(saved, name)) != typed
    ]


def part_difference(task: Task, asked: Iterable[PartSpec]) -> list[tuple[str, str, str]]:
    saved = [
        PartSpec(part.body, part.kind, part.work, part.due_on)
        for part in task.parts.helping().select_related("body")
    ]
    typed = list(asked)
    if saved == typed:
        return []
    return [(str(_("Bodies that help")), _named(saved), _named(typed))]


def cycle_difference(task: Task, asked: Cycle | None) -> list[tuple[str, str, str]]:
    if asked in (None, task.cycle):
        return []
    words = [story.cycle_words(cycle) if cycle else str(_("none")) for cycle in (task.cycle, asked)]
    return [(capfirst(str(_("cycle"))), words[0], words[1])]


def _named(parts: Iterable[PartSpec]) -> str:
    kinds = dict(Part.Kind.choices)
    return ", ".join(f"{part.body.brief} ({kinds[part.kind]})" for part in parts) or str(_("none"))


def _field(saved: Task | Order, name: str) -> Any:
    return saved._meta.get_field(name)


def _shown(saved: Task | Order, name: str, value: Any) -> str:
    if value in (None, ""):
        return str(_("none"))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(dict(_field(saved, name).flatchoices or ()).get(value, value))
