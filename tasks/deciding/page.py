"""What the page of one task in the queue shows: the report, its evidence, and what was decided before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_stubs_ext import WithAnnotations

from audit.models import Event
from committees.models import Person
from portal.shared.numbers import parse_number
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.deciding.choices import DECIDING
from tasks.lifecycle import UNDO_FOR, UNISSUED
from tasks.models import Evidence, Progress, Task
from tasks.pages.evidence import Piece, pieces_of
from tasks.pages.story import HEADINGS

# The events of these decisions.
DECIDED = [heading.event for verb in DECIDING.values() for heading in verb.history]


class Reported(TypedDict):
    """The words of the last report, read with the task."""

    words: str | None


class Decided(TypedDict):
    """The last decision of this person about a task, read with it."""

    decided: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Done:
    """What this person decided a moment ago."""

    task: Task
    heading: Sentence
    at: datetime | None
    can_be_undone: bool


def find_task(person: Person, pk: int) -> WithAnnotations[Task, Reported]:
    """Decided on by who gives or leads it now, never by a body that led it before."""
    people = ("leader", "contact", "submitted_by", "submitted_for", "risk_by", "recurrence")
    tasks: Any = Task.objects.each_visible_to(person).select_related("order", "lead", "assigner", *people)
    reports = Progress.objects.filter(task=OuterRef("pk"), report__isnull=False).order_by("-pk")
    found: WithAnnotations[Task, Reported] = get_object_or_404(
        tasks.annotate(words=Subquery(reports.values("note")[:1])), pk=pk
    )
    return found


def read_pieces(task: Task) -> list[Piece]:
    if task.state in UNISSUED:
        return []
    evidence = Evidence.objects.filter(task=task, removed_at=None).select_related("by")
    return pieces_of((proof, str(proof.by)) for proof in evidence)


def choose_piece(pieces: list[Piece], asked: str | None) -> Piece | None:
    """The piece that is seen: the one that was asked for, else the first that can be shown."""
    files = [piece for piece in pieces if piece.proof.kind == Evidence.Kind.FILE]
    named = [piece for piece in files if str(piece.proof.pk) == asked]
    return next(iter([*named, *(piece for piece in files if piece.is_shown), *files]), None)


def read_done(person: Person, asked: str) -> Done | None:
    """What was decided a moment ago, as the audit trail has it: an address alone says nothing."""
    pk = parse_number(asked)
    if pk is None:
        return None
    since = timezone.now() - UNDO_FOR
    events = Event.objects.filter(about_type=Task._meta.label_lower, about_id=OuterRef("pk"))
    events = events.filter(by=person, at__gt=since, verb__in=DECIDED).order_by("-pk")
    columns = {
        "decided": Subquery(events.values("verb")[:1]),
        "decided_at": Subquery(events.values("at")[:1]),
    }
    tasks: Any = Task.objects.each_visible_to(person).select_related("lead", "assigner").annotate(**columns)
    task: WithAnnotations[Task, Decided] | None = tasks.filter(pk=pk).first()
    if task is None or not task.decided:
        return None
    can_be_undone = bool(rules.may_undo_confirmation(person, task))
    return Done(task, HEADINGS[task.decided].text, task.decided_at, can_be_undone)
