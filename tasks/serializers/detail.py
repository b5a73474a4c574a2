"""One task with everything that its reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.serializers import BodyOut, PersonOut, VerdictOut
from tasks import rollup
from tasks.lifecycle import Standing
from tasks.models import Milestone, Part, Recurrence, Request, Task
from tasks.serializers.rows import TaskBrief, TaskRow

CLEARS = ("who", "what", "when", "responsibility", "result", "authority")


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

    _related: dict[int, dict[str, Any]] | None = None

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
        children = [row["id"] for row in self._related_tasks(task).values() if row["parent_id"] == task.pk]
        return [brief for pk in children if (brief := self._brief(task, pk))]

    def to_representation(self, task: Task) -> Any:
        # Read once for the sum and for the verdicts.
        with rollup.known_below(task, [] if task.read_until else rollup.read_nodes(task)):
            return super().to_representation(task)

    def get_rolled_up(self, task: Task) -> int | None:
        """Progress as the tasks below add up, from the leaves; null when none stands below."""
        rolled_up = rollup.roll_up(task)
        return rolled_up.percent if rolled_up else None

    @extend_schema_field(TaskBrief(allow_null=True))
    def get_superseded_by(self, task: Task) -> dict[str, Any] | None:
        """The task that replaced this one; null as well when it is not shown to you."""
        return self._brief(task, task.superseded_by_id)

    def _brief(self, task: Task, pk: int | None) -> dict[str, Any] | None:
        row = self._related_tasks(task).get(pk or 0)
        return {name: row[name] for name in ("id", "title", "state")} if row else None

    def _related_tasks(self, task: Task) -> dict[int, dict[str, Any]]:
        """The parent, children and successor that the reader may see, by key, in one query for all three."""
        if self._related is None:
            keys = [pk for pk in (task.parent_id, task.superseded_by_id) if pk]
            related = Task.objects.filter(Q(pk__in=keys) | Q(parent=task)).order_by("pk")
            rows = related.visible_to(self.person).values("id", "title", "state", "parent_id")
            self._related = {row["id"]: dict(row) for row in rows}
        return self._related

    @extend_schema_field(RequestOut(many=True))
    def get_requests(self, task: Task) -> list[dict[str, Any]]:
        """As far as a body that led the task before still reads."""
        until = task.read_until
        rows = [request for request in task.requests.all() if until is None or request.at <= until]
        return RequestOut(rows, many=True, context=self.context).data  # type: ignore[return-value]

    @extend_schema_field(serializers.DictField(child=VerdictOut()))
    def get_verdicts(self, task: Task) -> dict[str, dict[str, Any]]:
        """Every verb with whether you may do it now, and if not, why."""
        return {
            verb: {"ok": verdict.ok, "reason": str(verdict.reason)}
            for verb, verdict in self.context["verdicts"](self.person, task).items()
        }
