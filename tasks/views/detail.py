"""One task: the six clears, the report and its evidence, who helps, what happened, and what to do here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
from django_stubs_ext import WithAnnotations

from committees import access
from committees.doors import SignedInRequest
from committees.models import Body, Person
from committees.roles import PERMISSIONS, RESTRICTED_READERS
from notices.rules import may_view_policy
from portal.shared.days import today
from portal.shared.downloads import download, show
from portal.shared.verdicts import Sentence
from tasks import rollup, rules
from tasks.forms import CommentForm, ProgressForm, as_secret
from tasks.lifecycle import RUNNING
from tasks.lists.rows import Counted, TaskRow, sort_tasks
from tasks.models import Comment, Evidence, Progress, Request, Task
from tasks.pages import story
from tasks.pages.common import TaskPage, find_page, find_task, rows_if, task_crumbs
from tasks.pages.evidence import pieces_of
from tasks.pages.former_lead import kept
from tasks.pages.panel import Panel, panel

# Tasks right below that the page names; the roll-up has all of them.
MAX_CHILDREN = 20


@dataclass(frozen=True)
class Above:
    """A task that this one serves; a restricted one or a draft is not named to whoever does not read it."""

    task: Task
    named: bool
    linked: bool


@dataclass(frozen=True)
class Children:
    """The tasks right below that the reader sees: the first of them, how many there are and are late."""

    rows: list[TaskRow]
    total: int = 0
    late: int = 0


class CountedLate(Counted):
    late: int


@dataclass
class Note:
    """A progress note, a report or a comment; `post` is who wrote it, in which office."""

    at: datetime
    by_id: int
    name: str
    text: str
    percent: int | None
    report: int | None
    post: str = ""


@dataclass(frozen=True)
class Chain:
    """Why a person sees a task: the link from a membership to a body that has a part in it."""

    part: str
    body: Body
    link: access.Link
    permission: Sentence


@login_required
@require_safe
def task_page(request: SignedInRequest, pk: int) -> HttpResponse:
    page = find_page(request, pk)
    task = page.task
    requests = kept(task, Request.objects.select_related(*Request.PEOPLE))
    evidence = kept(task, Evidence.objects.filter(removed_at=None).select_related("by"))
    prefetch_related_objects(
        [task],
        Prefetch("requests", rows_if(page.has_requests, requests)),
        Prefetch("evidence", rows_if(page.has_evidence, evidence)),
    )
    below = rollup.read_nodes(task) if page.has_children and not task.read_until else []
    # Both are read once, for the sum of the tasks below and for the dozens of rules that ask.
    with access.asking_once(), rollup.known_below(task, below):
        context = _context(request.user, page)
    return render(request, "tasks/detail.html", context)


def _context(person: Person, page: TaskPage) -> dict[str, Any]:
    task, on = page.task, today()
    acts = panel(person, task)
    children = _children(person, page, on)
    events = list(story.events_of(task, person)[: story.MAX_EVENTS_SHOWN])
    evidence = list(task.evidence.all())
    notes = _notes(task, story.comments_of(task, person))
    doers = {
        *(event.by_id for event in events),
        *(note.by_id for note in notes),
        *(piece.by_id for piece in evidence),
    }
    posts = story.Posts(task, doers, events)
    for note in notes:
        note.post = posts.post(note.by_id, note.at, note.name)
    return {
        "title": task.name,
        "crumbs": task_crumbs(task),
        "task": task,
        "row": TaskRow.of(task, on),
        "panel": acts,
        "clears": story.answered(task, acts.allowed, page.calendar_day),
        "day_warnings": task.day_warnings(on),
        "told": sum(clear.told for clear in task.clears()),
        "notes": notes,
        "report": next((note for note in notes if note.report), None),
        "evidence": pieces_of(
            (piece, posts.post(piece.by_id, piece.at, str(piece.by))) for piece in evidence
        ),
        "removable": _removable(person, evidence, acts),
        "above": _above(page),
        "replacing": _replacing(person, page),
        "parts": [(part, part.standing(on), part.days_left(on)) for part in task.parts.all()],
        "milestones": [
            (milestone, milestone.standing(on), milestone.days_left(on))
            for milestone in task.milestones.all()
        ],
        "children": children,
        "fan_out": page.fan_out,
        "may_fan_out": rules.may_fan_out(person, task),
        "reminders": task.due_on and task.state in RUNNING and may_view_policy(person, task.assigner),
        "rolled_up": rollup.roll_up(task),
        "may_hand_down": rules.may_hand_down(person, task),
        "asked": rules.waiting_request(task),
        "extensions": sum(request.given_on is not None for request in task.requests.all()),
        "deadlines": story.deadlines(task, events, posts),
        "story": story.story(task, events, posts),
        "comment_form": as_secret(task, CommentForm()) if "comment" in acts.allowed else None,
        "progress_form": as_secret(task, ProgressForm(initial={"percent": task.percent}))
        if "progress" in acts.allowed
        else None,
    }


def _notes(task: Task, comments: QuerySet[Comment]) -> list[Note]:
    """Progress notes, reports and comments as one list, newest first, in one query."""
    columns = ("at", "by_id", "name", "words", "share", "number")
    progress = (
        kept(task, Progress.objects.filter(task=task))
        .order_by()
        .annotate(name=F("by__name"), words=F("note"), share=F("percent"), number=F("report"))
    )
    nothing = Value(None, output_field=IntegerField())
    comments = comments.order_by().annotate(
        name=F("by__name"), words=F("text"), share=nothing, number=nothing
    )
    rows = progress.values_list(*columns).union(comments.values_list(*columns), all=True)
    return [Note(*row) for row in rows.order_by("-at")]


def _above(page: TaskPage) -> list[Above]:
    """What this task serves, nearest first."""
    above = []
    for task in page.task.ancestors():
        linked = task.pk == page.task.parent_id and page.sees_parent
        named = linked or (task.is_issued and task.secrecy == Task.Secrecy.NORMAL)
        above.append(Above(task, named=named, linked=linked))
    return above


def _children(person: Person, page: TaskPage, on: date) -> Children:
    if not page.has_children:
        return Children([])
    late = Count("pk", filter=Q(pk__in=Task.objects.filter(parent=page.task).overdue(on).values("pk")))
    tasks = Task.objects.each_visible_to(person).filter(parent=page.task).for_list()
    counted: QuerySet[Any] = sort_tasks(tasks, "due").annotate(total=Window(Count("pk")), late=Window(late))
    first: list[WithAnnotations[Task, CountedLate]] = list(counted[:MAX_CHILDREN])
    if not first:
        return Children([])
    return Children([TaskRow.of(task, on) for task in first], total=first[0].total, late=first[0].late)


def _replacing(person: Person, page: TaskPage) -> list[Task]:
    """The task that replaced this one and those that this one replaced, as far as this person sees them."""
    task = page.task
    if not (task.superseded_by_id or page.replaces):
        return []
    either = Q(pk=task.superseded_by_id or 0) | Q(superseded_by=task)
    return list(Task.objects.each_visible_to(person).filter(either).order_by("pk"))


def _removable(person: Person, evidence: list[Evidence], acts: Panel) -> set[int]:
    """Evidence with a button to take it back; whether it may be is asked again when it is pressed."""
    if "progress" in acts.allowed:
        return {piece.pk for piece in evidence}
    own = {piece.pk for piece in evidence if piece.by_id == person.pk}
    return own if "add_evidence" in acts.allowed else set()


@login_required
@require_safe
def evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    """The file of one piece of evidence, to whoever sees its task."""
    piece = _find_file(request, pk, evidence_pk)
    return download(piece.file, piece.file_name)


@login_required
@require_safe
def show_evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    """The same file to be shown in the page: a picture or a PDF; any other is saved."""
    piece = _find_file(request, pk, evidence_pk)
    return show(piece.file, piece.file_name)


def _find_file(request: SignedInRequest, pk: int, evidence_pk: int) -> Evidence:
    task = find_task(request, pk)
    files = kept(task, task.evidence.filter(kind=Evidence.Kind.FILE, removed_at=None))
    piece: Evidence = get_object_or_404(files, pk=evidence_pk)
    return piece


@login_required
@require_safe
def why(request: SignedInRequest, pk: int) -> HttpResponse:
    """Why this person can see this task: membership → office → permission → body → part in the task."""
    task = find_task(request, pk)
    parts = _parts_of(task)
    context = {
        "title": _("Who can see this task?"),
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "parts": parts,
        "chains": _chains(request.user, task, parts),
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


def _chains(person: Person, task: Task, parts: list[tuple[str, Body]]) -> list[Chain]:
    links = access.explain_rights(person, "view_tasks", [body for _part, body in parts])
    chains = [
        Chain(part, body, link, PERMISSIONS[link.permission])
        for part, body in parts
        for link in links[body.pk]
    ]
    if task.secrecy == Task.Secrecy.NORMAL:
        return chains
    return [
        chain
        for chain in chains
        if chain.link.membership.office.role in RESTRICTED_READERS and not chain.link.through_subtree
    ]
