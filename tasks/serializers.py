"""Orders and tasks as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.serializers import BodyIn, BodyOut, PersonIn, PersonOut, VerdictOut
from portal.shared.api import DaySerializerField, Input
from tasks import rollup, rules
from tasks.actions.cycles import REQUIRED_CYCLE_FIELDS
from tasks.actions.hand_down import BelowAnswer
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.cycles import Cycle
from tasks.lifecycle import CURRENT, FIVE, RISK_LONGEST, Standing, State
from tasks.models import Comment, Evidence, Milestone, Order, Part, Progress, Recurrence, Request, Task
from tasks.urging.selection import MOST

ROW_COLUMNS = (
    *("number", "title", "title_en", "pillar", "programme", "priority", "secrecy", "state", "version"),
    *("due_on", "due_words", "original_due_on", "percent", "progressed_at", "submitted_at", "risk_days"),
    *("order__number", "assigner__code", "assigner__name_vi", "assigner__name_en"),
    *("lead__code", "lead__name_vi", "lead__name_en"),
)
"""All that a row of the list reads; the long texts stay in the database."""

CLEARS = ("who", "what", "when", "responsibility", "result", "authority")


class OrderBrief(serializers.Serializer[Order]):
    id = serializers.IntegerField()
    number = serializers.CharField()


class TaskBrief(serializers.Serializer[Task]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(State.choices)


@extend_schema_field(OrderBrief)
class OrderOut(serializers.Field[Any, Any, Any, Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Order) -> dict[str, Any]:
        return {"id": value.pk, "number": value.number}


# --- answers ------------------------------------------------------------------------------------


class TaskRow(serializers.ModelSerializer[Task]):
    code = serializers.CharField(read_only=True)
    order = OrderOut(allow_null=True)
    assigner = BodyOut()
    lead = BodyOut(allow_null=True)
    standing = serializers.SerializerMethodField()
    days_left = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields: tuple[str, ...] = (
            *(
                "id",
                "code",
                "number",
                "title",
                "title_en",
                "order",
                "pillar",
                "programme",
                "assigner",
                "lead",
            ),
            *("state", "standing", "due_on", "due_words", "original_due_on", "days_left", "risk_days"),
            *("percent", "progressed_at", "priority", "secrecy", "version"),
        )
        read_only_fields = fields

    @property
    def on(self) -> date:
        day: date = self.context["on"]
        return day

    @property
    def due(self) -> str:
        return str(self.context.get("due", CURRENT))

    @extend_schema_field(serializers.ChoiceField(Standing.choices, allow_null=True))
    def get_standing(self, task: Task) -> str | None:
        return task.standing(self.on, self.due)

    def get_days_left(self, task: Task) -> int | None:
        """Calendar days to the deadline, negative when late; from the report once there is one."""
        return task.days_left(self.on, self.due)


class PartOut(serializers.ModelSerializer[Part]):
    body = BodyOut()
    delivered_by = PersonOut(allow_null=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Part
        fields = (
            *("body", "kind", "work", "due_on", "standing", "contribution", "delivered_by", "delivered_at"),
            "ended_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(Standing.choices, allow_null=True))
    def get_standing(self, part: Part) -> str | None:
        """By its own day and its own delivery, whatever the task's."""
        return part.standing(self.context["on"])


class MilestoneOut(serializers.ModelSerializer[Milestone]):
    done_by = PersonOut(allow_null=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Milestone
        fields = ("id", "due_on", "words", "standing", "done_on", "done_by")
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(Standing.choices, allow_null=True))
    def get_standing(self, milestone: Milestone) -> str | None:
        """By its own day and the day on which it was reached."""
        return milestone.standing(self.context["on"])


class ClearOut(serializers.Serializer[Any]):
    """One of the six clears: what must be told before a task is issued."""

    name = serializers.ChoiceField(CLEARS)
    label = serializers.CharField()  # type: ignore[assignment]
    told = serializers.BooleanField()


class CycleOut(serializers.ModelSerializer[Recurrence]):
    class Meta:
        model = Recurrence
        fields = ("every", "day", "month", "starts_on", "until", "stop", "stopped_for")
        read_only_fields = fields


class RequestOut(serializers.ModelSerializer[Request]):
    by = PersonOut()
    on_behalf_of = PersonOut(allow_null=True)
    decided_by = PersonOut(allow_null=True)
    decided_for = PersonOut(allow_null=True)
    answered_by = PersonOut(allow_null=True)
    answered_for = PersonOut(allow_null=True)

    class Meta:
        model = Request
        fields = (
            *("id", "kind", "state", "reason", "from_due_on", "proposed_on", "counter_on"),
            *("by", "on_behalf_of", "at", "decided_by", "decided_for", "decided_at", "decision"),
            *("answered_by", "answered_for", "answered_at"),
        )
        read_only_fields = fields


class TaskDetail(TaskRow):
    parent: Any = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()
    superseded_by: Any = serializers.SerializerMethodField()
    parts = PartOut(many=True)
    milestones = MilestoneOut(many=True)
    recurrence = CycleOut(allow_null=True)
    leader = PersonOut(allow_null=True)
    contact = PersonOut(allow_null=True)
    created_by = PersonOut(allow_null=True)
    assigned_by = PersonOut(allow_null=True)
    submitted_by = PersonOut(allow_null=True)
    submitted_for = PersonOut(allow_null=True)
    confirmed_by = PersonOut(allow_null=True)
    confirmed_for = PersonOut(allow_null=True)
    posted_by = PersonOut(allow_null=True)
    risk_by = PersonOut(allow_null=True)
    clears = ClearOut(many=True)
    warnings = serializers.SerializerMethodField()
    unsure = serializers.ListField(
        child=serializers.CharField(),
        help_text="Fields of a draft that its received file was not certain of: it is not issued before"
        " somebody corrects them, or says by `vouch` that they are right.",
    )
    requests = serializers.SerializerMethodField()
    rolled_up = serializers.SerializerMethodField()
    verdicts = serializers.SerializerMethodField()

    class Meta(TaskRow.Meta):
        fields = (
            *TaskRow.Meta.fields,
            *("description", "deliverable", "deliverable_kind", "target", "target_unit", "authority"),
            *(
                "lead_words",
                "leader",
                "contact",
                "start_on",
                "due_kind",
                "after_days",
                "after_event",
                "happened_on",
                "recurrence",
                "occurrence_on",
                "parent",
                "parent_words",
                "children",
            ),
            *(
                "parts",
                "milestones",
                "clears",
                "warnings",
                "unsure",
                "suspended_from",
                "submissions",
                "approval",
                "created_by",
                "created_at",
            ),
            *("assigned_by", "assigned_at", "submitted_by", "submitted_for", "submitted_at"),
            *("confirmed_by", "confirmed_for", "confirmed_at"),
            *("posted_by", "posted_at", "risk_remedy", "risk_by", "risk_at", "requests"),
            *("superseded_by", "rolled_up", "verdicts"),
        )
        read_only_fields = fields

    _read: dict[int, dict[str, Any]] | None = None

    @property
    def person(self) -> Any:
        return self.context["request"].user

    def get_warnings(self, task: Task) -> list[str]:
        """What is odd about its days: before the order's date, or passed before it is given."""
        return task.day_warnings(self.on)

    @extend_schema_field(TaskBrief(allow_null=True))
    def get_parent(self, task: Task) -> dict[str, Any] | None:
        """Null as well when the task above is not shown to you."""
        return self._brief(task, task.parent_id)

    @extend_schema_field(TaskBrief(many=True))
    def get_children(self, task: Task) -> list[dict[str, Any]]:
        below = [row["id"] for row in self._around(task).values() if row["parent_id"] == task.pk]
        return [brief for pk in below if (brief := self._brief(task, pk))]

    def to_representation(self, task: Task) -> Any:
        # Once, for all that asks.
        task.tasks_below = [] if task.read_until else rollup.read_nodes(task)  # type: ignore[attr-defined]
        return super().to_representation(task)

    def get_rolled_up(self, task: Task) -> int | None:
        """Progress as the tasks below add up, from the leaves; null when none stands below."""
        found = rollup.roll_up(task)
        return found.percent if found else None

    @extend_schema_field(TaskBrief(allow_null=True))
    def get_superseded_by(self, task: Task) -> dict[str, Any] | None:
        """The task that replaced this one; null as well when it is not shown to you."""
        return self._brief(task, task.superseded_by_id)

    def _brief(self, task: Task, pk: int | None) -> dict[str, Any] | None:
        found = self._around(task).get(pk or 0)
        return {name: found[name] for name in ("id", "title", "state")} if found else None

    def _around(self, task: Task) -> dict[int, dict[str, Any]]:
        """The tasks above, below and instead that the reader sees, in one query: the scope is dear to ask."""
        if self._read is None:
            near = [pk for pk in (task.parent_id, task.superseded_by_id) if pk]
            around = Task.objects.filter(Q(pk__in=near) | Q(parent=task)).order_by("pk")
            rows = around.visible_to(self.person).values("id", "title", "state", "parent_id")
            self._read = {row["id"]: dict(row) for row in rows}
        return self._read

    @extend_schema_field(RequestOut(many=True))
    def get_requests(self, task: Task) -> list[dict[str, Any]]:
        """As far as a body that led the task before still reads."""
        rows = [one for one in task.requests.all() if task.read_until is None or one.at <= task.read_until]
        return RequestOut(rows, many=True, context=self.context).data  # type: ignore[return-value]

    @extend_schema_field(serializers.DictField(child=VerdictOut()))
    def get_verdicts(self, task: Task) -> dict[str, dict[str, Any]]:
        """Every verb with whether you may do it now, and if not, why."""
        return {
            verb: {"ok": verdict.ok, "reason": str(verdict.reason)}
            for verb, verdict in rules.verdicts(self.person, task).items()
        }


class AboveOut(serializers.ModelSerializer[Task]):
    """A task above: all that whoever holds one below it reads; null where it is not told."""

    code = serializers.CharField(read_only=True)
    order = OrderOut(allow_null=True)
    assigner = BodyOut(allow_null=True)
    lead = BodyOut(allow_null=True)

    class Meta:
        model = Task
        fields = ("id", "code", "title", "number", "order", "assigner", "lead", "state", "due_on")
        read_only_fields = fields
        extra_kwargs = {name: {"allow_null": True} for name in ("title", "number", "state")}

    def to_representation(self, task: Task) -> Any:
        shown = super().to_representation(task)
        open_ = task.is_issued and task.secrecy == Task.Secrecy.NORMAL
        told = shown if open_ else ("id", "code", "due_on")
        return {name: value if name in told else None for name, value in shown.items()}


class TallyOut(serializers.Serializer[Any]):
    """given = done_on_time + done_late + in_time + overdue + no_deadline; two more beside it.

    The open ones of these in three colours: on_schedule + at_risk + late = in_time + overdue + no_deadline.
    """

    on = serializers.DateField(help_text="The day of the count, in Vietnam.")
    given = serializers.IntegerField()
    done_on_time = serializers.IntegerField()
    done_late = serializers.IntegerField()
    in_time = serializers.IntegerField()
    overdue = serializers.IntegerField()
    no_deadline = serializers.IntegerField()
    suspended = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    on_schedule = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    late = serializers.IntegerField()


assert set(FIVE) <= set(TallyOut().fields)  # noqa: S101 - the count and its document are one


class ProgressOut(serializers.ModelSerializer[Progress]):
    by = PersonOut()

    class Meta:
        model = Progress
        fields = ("id", "by", "at", "percent", "note", "report")
        read_only_fields = fields


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    by = PersonOut()
    download = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("id", "kind", "title", "file_name", "size", "download", "url", "document", "by", "at")
        read_only_fields = fields

    def get_download(self, evidence: Evidence) -> str | None:
        """The address of the file on this portal."""
        return reverse("tasks:evidence", args=[evidence.task_id, evidence.pk]) if evidence.file else None


class CommentOut(serializers.ModelSerializer[Comment]):
    by = PersonOut()

    class Meta:
        model = Comment
        fields = ("id", "by", "at", "text")
        read_only_fields = fields


class OrderRow(serializers.ModelSerializer[Order]):
    body = BodyOut()
    download = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            *("id", "body", "number", "kind", "issuer", "issued_on", "issued_words", "signer"),
            *("abstract", "ask_until", "file_name", "download", "version"),
        )
        read_only_fields = fields

    def get_download(self, order: Order) -> str | None:
        """The address of the file on this portal."""
        return reverse("orders:file", args=[order.pk]) if order.file else None


class OrderDetail(OrderRow):
    created_by = PersonOut(allow_null=True)
    tally = serializers.SerializerMethodField()
    may_edit = serializers.SerializerMethodField()

    class Meta(OrderRow.Meta):
        fields = (*OrderRow.Meta.fields, "created_by", "created_at", "tally", "may_edit")
        read_only_fields = fields

    @extend_schema_field(TallyOut)
    def get_tally(self, order: Order) -> dict[str, Any]:
        """The count of the order's tasks that you can see."""
        on, tasks = self.context["on"], Task.objects.visible_to(self.context["request"].user)
        return {"on": on, **tasks.filter(order=order).tally_and_paces(on)}

    @extend_schema_field(VerdictOut)
    def get_may_edit(self, order: Order) -> dict[str, Any]:
        verdict = rules.may_edit_order(self.context["request"].user, order)
        return {"ok": verdict.ok, "reason": str(verdict.reason)}


# --- requests -----------------------------------------------------------------------------------


class VisibleKey(serializers.PrimaryKeyRelatedField[Any]):
    """A row by its id, among those that the asker can see."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.visible_to(self.context["request"].user)


class OrderIn(Input, serializers.ModelSerializer[Order]):
    """An order for the register of the body that gives its tasks."""

    body = BodyIn()
    file = serializers.FileField(required=False)

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            *("body", "number", "kind", "issuer", "issued_on", "issued_words", "signer", "abstract"),
            *("ask_until", "file"),
        )
        validators: Sequence[Any] = ()  # the action asks the model, and says it in the model's words


class OrderChange(OrderIn):
    """What is corrected; the rest stays."""

    body = BodyIn(required=False)
    version = serializers.IntegerField(min_value=0, help_text="The version you read; 409 if it is another.")

    class Meta(OrderIn.Meta):
        fields = (*OrderIn.Meta.fields, "version")
        extra_kwargs = {"number": {"required": False}, "kind": {"required": False}}


class PartIn(Input):
    """A body that helps: co-lead or coordinating."""

    body = BodyIn()
    kind = serializers.ChoiceField(Part.HELPING_CHOICES)
    work = serializers.CharField(max_length=500, required=False, allow_blank=True)
    due_on = DaySerializerField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> PartSpec:
        return PartSpec(**super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # Without the step that writes validated values back into a dictionary: this is none.
        return self.to_internal_value(data)


class CycleIn(Input):
    """How often, on which day and until when: 1 (Monday) to 7 of a week, else 1 to 31 of a month."""

    every = serializers.ChoiceField(Recurrence.Every.choices)
    day = serializers.IntegerField(min_value=1, max_value=31)
    month = serializers.IntegerField(
        min_value=1, max_value=12, default=1, help_text="Of a quarter, half-year or year: 1 for its first."
    )
    starts_on = DaySerializerField()
    until = DaySerializerField(
        error_messages={"required": REQUIRED_CYCLE_FIELDS["until"], "null": REQUIRED_CYCLE_FIELDS["until"]}
    )

    def to_internal_value(self, data: Any) -> Cycle:
        return Cycle(**super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # As of a part: what comes out is no dictionary.
        nothing, data = self.validate_empty_values(data)
        return data if nothing else self.to_internal_value(data)


class _TaskIn(Input, serializers.ModelSerializer[Task]):
    order = VisibleKey(
        queryset=Order.objects.all(),
        required=False,
        allow_null=True,
        error_messages={"does_not_exist": _("There is no such order.")},
    )
    parent: Any = VisibleKey(
        queryset=Task.objects.all(),
        required=False,
        allow_null=True,
        error_messages={"does_not_exist": _("Choose a task that you can see.")},
    )
    lead = BodyIn(required=False, allow_null=True)
    leader = PersonIn(required=False, allow_null=True, also_locked=True)
    contact = PersonIn(required=False, allow_null=True, also_locked=True)
    parts = PartIn(many=True, required=False)
    recurrence = CycleIn(source="cycle", required=False)

    class Meta:
        model = Task
        fields: tuple[str, ...] = (*EDITABLE_FIELDS, "parts", "recurrence")


class TaskDraft(_TaskIn):
    """A task to prepare for the body that will give it."""

    assigner = BodyIn()

    class Meta(_TaskIn.Meta):
        fields = ("assigner", *_TaskIn.Meta.fields)


class Assigning(Input):
    """A deadline that has already passed is given only by somebody who says that it is meant."""

    past_deadline = serializers.BooleanField(
        required=False, help_text="True if the deadline has passed and this is meant."
    )


class TaskChange(Assigning, _TaskIn):
    """What is changed; the rest stays. `parts` replaces all parts."""

    version = serializers.IntegerField(min_value=0, help_text="The version you read; 409 if it is another.")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="Why; kept in the audit.")
    below = serializers.DictField(
        child=serializers.ChoiceField(BelowAnswer.choices),
        required=False,
        help_text="Id of a task below that is due after the new deadline, or `rest`: what becomes of it.",
    )

    class Meta(_TaskIn.Meta):
        fields = (*_TaskIn.Meta.fields, "version", "reason", "below", "past_deadline")
        extra_kwargs = {"title": {"required": False}}


class MilestoneIn(Input):
    """A mark on the way to the deadline."""

    due_on = DaySerializerField()
    words = serializers.CharField(max_length=250, required=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> MilestoneSpec:
        return MilestoneSpec(**super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # As of a part: what comes out is no dictionary.
        return self.to_internal_value(data)


class MilestonesIn(Input):
    """All milestones that are still open; one that was reached stays, named or not."""

    milestones = MilestoneIn(many=True)


class MilestoneReached(Input):
    """The day on which a milestone was reached; null when it is open after all."""

    milestone = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Its id.")
    done_on = DaySerializerField(allow_null=True)


class Weights(Input):
    """How much each task below counts in the progress: its id → percent, together 100; none: all alike."""

    weights = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=100, allow_null=True)
    )

    def validate_weights(self, value: dict[str, int | None]) -> dict[int, int | None]:
        if not all(key.isascii() and key.isdigit() and len(key) < 18 for key in value):
            raise serializers.ValidationError(_("Name each task by its id."))
        return {int(key): weight for key, weight in value.items()}


class Reason(Input):
    """Why, for those it concerns and for the audit."""

    reason = serializers.CharField()


class Superseding(Reason):
    """The task that takes the place of this one, and why."""

    superseded_by = VisibleKey(
        queryset=Task.objects.all(), error_messages={"does_not_exist": _("Choose a task that you can see.")}
    )


class ContributionIn(Input):
    """What a body that helps delivers; `body` is for whoever works for several of them."""

    contribution = serializers.CharField()
    body = BodyIn(required=False)


class ContributionBack(Reason):
    """Why a contribution is sent back; `body` where several have delivered."""

    body = BodyIn(required=False)


class LeadChange(Reason):
    """Another lead body, and why."""

    lead = BodyIn()
    note = serializers.CharField(required=False, allow_blank=True, help_text="A word to the new lead.")


class OptionalReason(Input):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, allow_blank=True)


class ExtensionIn(Input):
    """A later deadline, and why."""

    proposed_on = DaySerializerField()
    reason = serializers.CharField()


class RiskIn(Input):
    """How late the task will likely be, and what is done about it."""

    days = serializers.IntegerField(min_value=1, max_value=RISK_LONGEST, help_text="Days late expected.")
    remedy = serializers.CharField(required=False, allow_blank=True, help_text="Needed unless secret.")


class EventDay(Assigning, OptionalReason):
    """The day of the event that the deadline follows; a reason when an earlier one is corrected."""

    happened_on = DaySerializerField()


class Decision(Input):
    """The words of a decision."""

    decision = serializers.CharField(required=False, allow_blank=True)


class Refusal(Input):
    """Why a request is refused."""

    decision = serializers.CharField()


class Counter(Decision):
    """Another day instead of the one asked for."""

    counter_on = DaySerializerField()


class Approval(Assigning):
    """An approval that was given on paper."""

    approval = serializers.CharField(help_text="The paper's number or date.")


class Report(Input):
    """The report that the task is complete."""

    report = serializers.CharField(help_text="What the result is, in a sentence or two.")


class ProgressIn(Input):
    """How far the work is."""

    percent = serializers.IntegerField(min_value=0, max_value=100)
    note = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="What was done; of a secret task the number of a paper or nothing.",
    )


class EvidenceIn(Input):
    """A file (multipart), a link or the number of a document, as `kind` says."""

    kind = serializers.ChoiceField(Evidence.Kind.choices)
    title = serializers.CharField(required=False, allow_blank=True)
    file = serializers.FileField(required=False)
    url = serializers.CharField(required=False, allow_blank=True)
    document = serializers.CharField(required=False, allow_blank=True)


class CommentIn(Input):
    """Something to say to everybody who sees the task."""

    text = serializers.CharField()


class People(Input):
    """The two people that the lead body names; who is not mentioned stays."""

    leader = PersonIn(required=False, allow_null=True, also_locked=True)
    contact = PersonIn(required=False, allow_null=True, also_locked=True)


class Message(Input):
    """A word to go with the reminder."""

    message = serializers.CharField(required=False, allow_blank=True)


class UrgeMany(Message):
    """Of each task the lead body's people are told, once a day."""

    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST,
        help_text="Keys of tasks.",
    )


class UrgedTask(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    people = serializers.IntegerField(help_text="How many are told.")


class PassedOver(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    reason = serializers.CharField(help_text="Why it was not urged, in the reader's language.")


class UrgedMany(serializers.Serializer[Any]):
    told = UrgedTask(many=True)
    refused = PassedOver(many=True)
