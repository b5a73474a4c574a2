"""One task: the six clears, the report and its evidence, who helps, what happened, and what to do here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import (
    Count,
    F,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Value,
    Window,
    prefetch_related_objects,
)
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from committees import access
from committees.doors import SignedInRequest
from committees.models import Body
from committees.roles import PERMISSIONS, RESTRICTED_READERS
from notices.rules import may_view_policy
from portal.shared.days import today
from portal.shared.downloads import download
from portal.shared.verdicts import Sentence
from tasks import rollup, rules
from tasks.forms import CommentForm, ProgressForm, as_secret
from tasks.lifecycle import RUNNING
from tasks.lists import task_list as listing
from tasks.models import Comment, Evidence, FanOut, Progress, Request, Task
from tasks.pages import story
from tasks.pages.common import find_task, rows_if, task_crumbs
from tasks.pages.former_lead import kept
from tasks.pages.panel import Panel, panel

FAMILY = 20
"""Tasks right below that the page names; the roll-up has all of them."""

Chains = list[tuple[str, Body, access.Link, Sentence]]
"""Part in the task, its body, the link from a membership to it, and the permission in words."""

"""An uploaded file is never a page of ours, whatever it holds."""


@login_required
@require_safe
def task_page(request: SignedInRequest, pk: int) -> HttpResponse:
    task = find_task(request, pk)
    requests = kept(task, Request.objects.select_related(*Request.PEOPLE))
    evidence = kept(task, Evidence.objects.filter(removed_at=None).select_related("by"))
    prefetch_related_objects(
        [task],
        Prefetch("requests", rows_if(task.has_requests, requests)),  # type: ignore[attr-defined]
        Prefetch("evidence", rows_if(task.has_evidence, evidence)),  # type: ignore[attr-defined]
    )
    # Once, for the sum and for the rules that ask; most tasks have none.
    shown = task.has_children and not task.read_until  # type: ignore[attr-defined]
    task.tasks_below = rollup.read_nodes(task) if shown else []  # type: ignore[attr-defined]
    with access.asking_once():
        context = _context(request, task)
    return render(request, "tasks/detail.html", context)


def _context(request: SignedInRequest, task: Task) -> dict[str, Any]:
    on, acts = today(), panel(request.user, task)
    family = _family(request, task, on)
    events = list(story.events_of(task, request.user)[: story.LONGEST])
    notes = _notes(task, story.comments_of(task, request.user))
    people = [event.by_id for event in events] + [note["by_id"] for note in notes]
    who = story.Posts(task, [*people, *(one.by_id for one in task.evidence.all())], events)
    post = who.post
    for note in notes:
        note["who"] = post(note["by_id"], note["at"], note["name"])
    return {
        "title": task.name,
        "crumbs": task_crumbs(task),
        "task": task,
        "row": listing.row_of(task, on),
        "panel": acts,
        "clears": story.answered(task, acts.allowed),
        "day_warnings": task.day_warnings(on),
        "told": sum(clear.told for clear in task.clears()),
        "notes": notes,
        "report": next((note for note in notes if note["number"]), None),
        "evidence": [(one, post(one.by_id, one.at, str(one.by))) for one in task.evidence.all()],
        "removable": _removable(request, task, acts),
        "above": _above(task),
        "replacing": _replacing(request, task),
        "parts": [(part, part.standing(on), part.days_left(on)) for part in task.parts.all()],
        "milestones": [(one, one.standing(on), one.days_left(on)) for one in task.milestones.all()],
        "children": listing.rows_of(family, on),
        "family": family[0] if family else None,
        "fan_out": _fan_out(task),
        "may_fan_out": rules.may_fan_out(request.user, task),
        "reminders": task.due_on and task.state in RUNNING and may_view_policy(request.user, task.assigner),
        "rolled_up": rollup.roll_up(task),
        "may_hand_down": rules.may_hand_down(request.user, task),
        "asked": rules.waiting_request(task),
        "extensions": sum(one.given_on is not None for one in task.requests.all()),
        "deadlines": story.deadlines(task, events, who),
        "story": story.story(task, events, who),
        "comment_form": as_secret(task, CommentForm()) if "comment" in acts.allowed else None,
        "progress_form": as_secret(task, ProgressForm(initial={"percent": task.percent}))
        if "progress" in acts.allowed
        else None,
    }


def _notes(task: Task, said: QuerySet[Comment]) -> list[dict[str, Any]]:
    """Progress notes, reports and comments as one list, newest first, in one query."""
    columns = ("at", "by_id", "name", "words", "share", "number")
    progress = (
        kept(task, Progress.objects.filter(task=task))
        .order_by()
        .annotate(name=F("by__name"), words=F("note"), share=F("percent"), number=F("report"))
    )
    nothing = Value(None, output_field=IntegerField())
    comments = said.order_by().annotate(name=F("by__name"), words=F("text"), share=nothing, number=nothing)
    rows = progress.values(*columns).union(comments.values(*columns), all=True)
    return list(rows.order_by("-at"))


def _above(task: Task) -> list[dict[str, Any]]:
    """What this task serves, nearest first: name, order and day; of a restricted or a draft not the name."""
    return [
        {
            "task": one,
            "named": linked or (one.is_issued and one.secrecy == Task.Secrecy.NORMAL),
            "linked": linked,
        }
        for one in task.ancestors()
        for linked in [one.pk == task.parent_id and task.sees_parent]  # type: ignore[attr-defined]
    ]


def _family(request: SignedInRequest, task: Task, on: date) -> list[Task]:
    """The first of the tasks right below that this person sees, each with how many there are and are late."""
    if not task.has_children:  # type: ignore[attr-defined]
        return []
    late = Count("pk", filter=Q(pk__in=Task.objects.filter(parent=task).overdue(on).values("pk")))
    tasks = Task.objects.visible_to(request.user).filter(parent=task).for_list()
    counted = tasks.annotate(total=Window(Count("pk")), late=Window(late))
    return list(listing.sorted_tasks(counted, "due")[:FAMILY])


def _fan_out(task: Task) -> FanOut | None:
    """The most pressing one that this person may read of; its page names the others."""
    pk, state = task.fan_out_pk, task.fan_out_state  # type: ignore[attr-defined]
    return FanOut(pk=pk, task=task, state=state) if pk else None


def _replacing(request: SignedInRequest, task: Task) -> list[Task]:
    """The task that replaced this one and those that this one replaced, as far as this person sees them."""
    if not (task.superseded_by_id or task.replaces):  # type: ignore[attr-defined]
        return []
    either = Q(pk=task.superseded_by_id or 0) | Q(superseded_by=task)
    return list(Task.objects.visible_to(request.user).filter(either).order_by("pk"))


def _removable(request: SignedInRequest, task: Task, acts: Panel) -> set[int]:
    """Evidence with a button to take it back; whether it may be is asked again when it is pressed."""
    if "progress" in acts.allowed:
        return {one.pk for one in task.evidence.all()}
    mine = {one.pk for one in task.evidence.all() if one.by_id == request.user.pk}
    return mine if "add_evidence" in acts.allowed else set()


@login_required
@require_safe
def evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    """The file of one piece of evidence, to whoever sees its task."""
    task = find_task(request, pk)
    found = get_object_or_404(
        kept(task, task.evidence.all()), pk=evidence_pk, kind=Evidence.Kind.FILE, removed_at=None
    )
    return download(found.file, found.file_name)


@login_required
@require_safe
def why(request: SignedInRequest, pk: int) -> HttpResponse:
    """Why this person can see this task: membership → office → permission → body → part in the task."""
    task = find_task(request, pk)
    context = {
        "title": _("Who can see this task?"),
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "parts": _parts_of(task),
        "chains": _chains(request, task),
        "restricted": task.secrecy != Task.Secrecy.NORMAL,
    }
    return render(request, "tasks/why.html", context)


def _parts_of(task: Task) -> list[tuple[str, Body]]:
    """Each body with its part, as far as the part lets it read."""
    parts = [(_("assigner"), task.assigner)]
    if task.is_issued:
        parts += [(_("lead"), task.lead)] if task.lead else []
        parts += [(part.get_kind_display(), part.body) for part in task.parts.all()]
    return parts


def _chains(request: SignedInRequest, task: Task) -> Chains:
    parts = _parts_of(task)
    links = access.why_each(request.user, "view_tasks", [body for _part, body in parts])
    chains: Chains = [
        (part, body, link, PERMISSIONS[link.permission]) for part, body in parts for link in links[body.pk]
    ]
    if task.secrecy == Task.Secrecy.NORMAL:
        return chains
    trusted = set(RESTRICTED_READERS)
    return [
        chain
        for chain in chains
        if chain[2].membership.office.role in trusted and not chain[2].through_subtree
    ]
