"""What every page of this app starts with: who asks, and the thing among those they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import WithAnnotations

from committees import access
from committees.doors import SignedInRequest
from committees.models import Person
from notices.calendar import CALENDAR_COLUMNS
from notices.models import CalendarDay
from portal.shared.days import format_day, today
from tasks import rules
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models import Evidence, FanOut, Milestone, Order, Part, Request, Task
from tasks.pages.former_lead import as_read_by

NOBODY = gettext_lazy("Only the secretary or the support team of a body can enter orders and tasks.")

Crumbs = list[tuple[str, str]]

# The chain of tasks above the parent, with what a page says of each.
ABOVE = tuple(
    f"{'parent__' * level}{column}" for level in range(LEVELS_ABOVE) for column in ("order", "assigner")
)


class Beside(TypedDict):
    """What is read in the same query as a task, so that empty lists below it ask the database nothing."""

    has_children: bool
    has_requests: bool
    has_evidence: bool
    has_milestones: bool
    replaces: bool
    pressing_fan_out: dict[str, Any] | None
    calendar_day: dict[str, Any] | None


@dataclass(frozen=True)
class TaskPage:
    """A task as its pages show it to one reader, with what was read beside it."""

    task: Task
    sees_parent: bool
    has_children: bool
    has_requests: bool
    has_evidence: bool
    replaces: bool
    """Another task was withdrawn because this one stands in its place."""
    fan_out: FanOut | None
    """The most pressing one that this person may read of; its page names the others."""
    calendar_day: Mapping[str, Any] | None
    """`AS_WRITTEN` of the day of its deadline, where the calendar says something of that day."""


def find_task(request: SignedInRequest, pk: int) -> Task:
    """A task the person may see, with what its pages show; anything else does not exist."""
    return find_page(request, pk).task


def find_page(request: SignedInRequest, pk: int) -> TaskPage:
    """A task the person may see, and what its page needs beside it."""
    parts = Prefetch("parts", Part.objects.select_related("body", "delivered_by"))
    tasks = _tasks_with_beside(request.user).prefetch_related(parts)
    found: WithAnnotations[Task, Beside] = get_object_or_404(tasks, pk=pk)
    sees_parent = False
    if found.parent_id:
        # Not in the query above: the columns of four tasks that most do not have took most of its time.
        seen = Task.objects.each_visible_to(request.user).filter(pk=OuterRef("pk"))
        above = Task.objects.select_related(*ABOVE).annotate(is_seen=Exists(seen))
        prefetch_related_objects([found], Prefetch("parent", above))
        parent: Any = found.parent
        sees_parent = parent.is_seen
    milestones = rows_if(found.has_milestones, Milestone.objects.select_related("done_by"))
    prefetch_related_objects([found], Prefetch("milestones", milestones))
    task = as_read_by(request.user, found)
    fan_out = None
    if found.pressing_fan_out:
        fan_out = FanOut(task=task, **found.pressing_fan_out)
    return TaskPage(
        task,
        sees_parent=sees_parent,
        has_children=found.has_children,
        has_requests=found.has_requests,
        has_evidence=found.has_evidence,
        replaces=found.replaces,
        fan_out=fan_out,
        # The deadline of a body that led it before is that of then.
        calendar_day=None if task.read_until else found.calendar_day,
    )


def _tasks_with_beside(person: Person) -> QuerySet[Any]:
    fan_outs = FanOut.objects.read_by(person).filter(task=OuterRef("pk")).pressing_first()
    days = CalendarDay.objects.filter(day=OuterRef("due_on"))
    people = ("leader", "contact", "submitted_by", "risk_by")
    tasks = Task.objects.each_readable_by(person).select_related(
        "order", "lead", "assigner", *people, "recurrence"
    )
    return tasks.annotate(
        has_children=Exists(Task.objects.filter(parent=OuterRef("pk"))),
        has_requests=Exists(Request.objects.filter(task=OuterRef("pk"))),
        has_evidence=Exists(Evidence.objects.filter(task=OuterRef("pk"), removed_at=None)),
        has_milestones=Exists(Milestone.objects.filter(task=OuterRef("pk"))),
        replaces=Exists(Task.objects.filter(superseded_by=OuterRef("pk"))),
        pressing_fan_out=Subquery(fan_outs.values(row=JSONObject(id="pk", state="state"))[:1]),
        calendar_day=Subquery(days.values(row=JSONObject(**{name: name for name in CALENDAR_COLUMNS}))[:1]),
    )


def rows_if(some: bool, rows: QuerySet[Any]) -> QuerySet[Any]:
    """A list that is known to be empty asks the database nothing."""
    return rows if some else rows.none()


def prepares_tasks(person: Person) -> bool:
    """Whether some body lets the person enter orders and tasks; asked of what the page reads once anyhow."""
    return person.is_superuser or any("draft_tasks" in names for names in access.grants(person).values())


def find_order(request: SignedInRequest, pk: int) -> Order:
    return get_object_or_404(Order.objects.each_visible_to(request.user).select_related("body"), pk=pk)


@dataclass(frozen=True)
class LateAbove:
    """A task above whose deadline has passed, so that no later day fits below; `url` leads to what helps."""

    task: Task
    url: str
    may_ask: bool


def late_above(request: SignedInRequest, task: Task) -> LateAbove | None:
    """The task above that an extension is needed for, as far as the reader sees it."""
    on = today()
    late = {above: above.due_on for above in task.ancestors() if above.due_on and above.due_on < on}
    late_keys = [above.pk for above in late]
    seen = set(Task.objects.visible_to(request.user).filter(pk__in=late_keys).values_list("pk", flat=True))
    # The nearest of those due on one day: mostly the one that this reader's own body leads.
    above = min((each for each in late if each.pk in seen), key=lambda each: late[each], default=None)
    if above is None:
        return None
    may_ask = bool(rules.may_ask_extension(request.user, above))
    url = reverse("tasks:ask_extension", args=[above.pk]) if may_ask else above.get_absolute_url()
    return LateAbove(above, url, may_ask)


def task_crumbs(task: Task, *, itself: bool = False) -> Crumbs:
    """Tasks › the order › its number and pillar; with the task itself as a link for pages below it."""
    crumbs: Crumbs = [(_("Tasks"), reverse("tasks:list"))]
    if task.order:
        crumbs.append((order_words(task), task.order.get_absolute_url()))
    if itself:
        crumbs.append((task.name, task.get_absolute_url()))
    else:
        crumbs.append((_place_of(task), ""))
    return crumbs


def order_words(task: Task) -> str:
    """Plan 11-KH/BCĐ of 28/07/2026: as one names a document."""
    order = task.order
    if order is None:
        return ""
    kind = str(order.get_kind_display())
    of_day = _("of %(day)s") % {"day": format_day(order.issued_on)} if order.issued_on else ""
    return f"{kind[:1].upper()}{kind[1:]} {order.number} {of_day}".strip()


def _place_of(task: Task) -> str:
    words: list[Any] = [_("No. %(number)s") % {"number": task.number}] if task.number else []
    return ", ".join([task.code, *words, *([task.pillar] if task.pillar else [])]) if task.pk else _("Task")
