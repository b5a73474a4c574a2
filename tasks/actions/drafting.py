"""Drafts: tasks that only their own body sees, prepared one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.actions import append, build_event, changes, snapshot
from audit.models import Event
from committees.access import Right
from committees.models import Person
from tasks import rules
from tasks.actions import cycles, milestones
from tasks.actions.common import Problems, ancestor_keys, record_event
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_checks import TOO_DEEP, check_task
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec, set_parts, task_facts
from tasks.cycles import Cycle
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models import Milestone, Part, Recurrence, Task


@transaction.atomic
def new_task(*, task: Task, parts: Sequence[PartSpec] = (), cycle: Cycle | None = None, by: Person) -> Task:
    """Prepare a task as a draft that only its own body sees."""
    right = rules.may_draft(by, task.assigner).or_raise()
    task.created_by = by
    check_task(task, parts, by, cycle)
    task.save()
    set_parts(task, parts)
    cycles.set_cycle(task, cycle)
    record_event(task, "task_drafted", by, right=right, after=task_facts(task))
    return task


@dataclass
class Draft:
    """A task to be prepared together with others; `above` is the draft of the same batch above it."""

    task: Task
    parts: Sequence[PartSpec] = ()
    cycle: Cycle | None = None
    above: Draft | None = None
    milestones: Sequence[MilestoneSpec] = ()

    @property
    def level(self) -> int:
        return self.above.level + 1 if self.above else 0


class DraftsRefused(ValidationError):
    """Why drafts of a batch cannot be written: index of the draft → field → sentences."""

    def __init__(self, refused: dict[int, Problems]) -> None:
        self.refused = refused
        super().__init__({"rows": [str(reason) for fields in refused.values() for reason in fields.values()]})


@transaction.atomic
def new_tasks(*, drafts: Sequence[Draft], by: Person) -> list[Task]:
    """Prepare many drafts at once, all or none; each is checked and recorded as `new_task` would do it."""
    givers = {draft.task.assigner for draft in drafts}
    rights = {giver.pk: rules.may_draft(by, giver).or_raise() for giver in givers}
    refused: dict[int, Problems] = {}
    # Level by level: a task needs the key of the one above it.
    for level in range(max((draft.level for draft in drafts), default=-1) + 1):
        batch = [(index, draft) for index, draft in enumerate(drafts) if draft.level == level]
        refused |= {index: problems for index, draft in batch if (problems := _problems_of(draft, by))}
        if not refused:
            Task.objects.bulk_create([draft.task for _index, draft in batch], batch_size=500)
    if refused:
        raise DraftsRefused(dict(sorted(refused.items())))
    Part.objects.bulk_create(
        [
            Part(task=draft.task, body=part.body, kind=part.kind, work=part.work, due_on=part.due_on)
            for draft in drafts
            for part in draft.parts
        ],
        batch_size=1000,
    )
    Recurrence.objects.bulk_create(
        [Recurrence(task=draft.task, **asdict(draft.cycle)) for draft in drafts if draft.cycle]
    )
    Milestone.objects.bulk_create(
        [row for draft in drafts for row in milestones.build_milestones(draft.task, draft.milestones)],
        batch_size=1000,
    )
    append([_event_of(draft, by, rights[draft.task.assigner_id]) for draft in drafts])
    return [draft.task for draft in drafts]


def _problems_of(draft: Draft, by: Person) -> Problems:
    """Check one draft of a batch without looking up again what was read or made a moment ago."""
    task = draft.task
    task.created_by = by
    if draft.above:
        task.parent = draft.above.task
    try:
        check_task(
            task,
            draft.parts,
            by,
            draft.cycle,
            keys_are_known=True,
            parent_is_new=draft.above is not None,
        )
    except ValidationError as error:
        return dict(error.message_dict)
    problems: Problems = {}
    if draft.milestones:
        milestones.check_milestones(task, draft.milestones, problems)
        milestones.check_number(draft.milestones, problems)
    if problems:
        return dict(ValidationError(problems).message_dict)
    root = draft
    while root.above:
        root = root.above
    ancestors = [root.task.parent_id, *ancestor_keys(root.task.parent)] if root.task.parent else []
    if draft.above and draft.level + len(ancestors) > LEVELS_ABOVE:
        return {"parent": [TOO_DEEP]}
    task.search_text = task.folded()
    return {}


def _event_of(draft: Draft, by: Person, right: Right | None) -> Event:
    """The event as `new_task` records it, composed from the draft and not from the database."""
    task, cycle = draft.task, draft.cycle
    parts = sorted(draft.parts, key=lambda part: part.kind)
    facts: dict[str, Any] = {
        **snapshot(task, EDITABLE_FIELDS),
        "parts": [[part.body.pk, part.kind, part.work, part.due_on] for part in parts],
        "recurrence": list(astuple(cycle)) if cycle else None,
    }
    if draft.milestones:
        facts["milestones"] = [[str(mark.due_on), mark.words, None] for mark in draft.milestones]
    return build_event(
        "task_drafted",
        about=task,
        by=by,
        right=right,
        at=timezone.now(),
        after=changes({}, facts)[1],
        bodies=[task.assigner_id],
    )
