"""The rows of a received file become drafts, and changes of tasks; and what was written is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Person
from imports import round_trip
from imports import rules as import_rules
from imports.actions.common import lock_import, save_state
from imports.meaning import Meaning, draft_task, number_key, place_of, problems_of
from imports.models import Import, ImportRow
from imports.problems import problem_sentence
from portal.shared.verdicts import Refused
from tasks.actions.common import refuse_stale
from tasks.actions.drafting import Draft, DraftsRefused, new_tasks
from tasks.actions.edit_task import edit_task
from tasks.actions.milestones import MilestoneSpec, set_milestones
from tasks.actions.task_fields import PartSpec
from tasks.models import Task

# Rows, or tasks, that a refusal names one by one.
MAX_NAMED = 10

# Position of a row → sentences that say why it cannot be written.
Refusals = dict[int, list[str]]


@transaction.atomic
def write_import(*, imported: Import, by: Person, version: int | None = None) -> Import:
    """Write all rows that are not left out as drafts under the order, or none of them."""
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    refuse_stale(imported, version)
    rows = list(imported.rows.all())
    taken_in = [row for row in rows if not row.left_out]
    if not taken_in:
        raise ValidationError(_("Every row is left out: there is nothing to write."))
    stops = {
        row.position: [problem_sentence(problem) for problem in problems_of(row) if problem.stops]
        for row in taken_in
    }
    _refuse_rows({position: sentences for position, sentences in stops.items() if sentences}, taken_in)
    changes = [row for row in taken_in if round_trip.is_change(row)]
    _write_changes(changes, by)
    new = [row for row in rows if not round_trip.is_change(row)]
    written = _write_drafts(_drafts_of(imported, new, by), [row for row in new if not row.left_out], by)
    ImportRow.objects.bulk_update(written, ["task"], batch_size=500)
    imported.ended_at = timezone.now()
    counts = {"drafts": len(written), "changed": len(changes)}
    save_state(imported, Import.State.WRITTEN, "import_written", by, right, **counts)
    return imported


def _write_changes(rows: list[ImportRow], by: Person) -> None:
    """Change each task by the action of an edit, with its rule, its version and its event."""
    bodies = Body.objects.in_bulk({key for row in rows for key in round_trip.bodies_of(row)})
    tasks = Task.objects.visible_to(by).in_bulk({row.values["task"] for row in rows})
    refusals: Refusals = {}
    for row in rows:
        try:
            _write_change(row, tasks[row.values["task"]], bodies, by)
        except ValidationError as error:
            refusals[row.position] = error.messages
        except Refused as refusal:
            refusals[row.position] = [str(refusal)]
        except KeyError:
            refusals[row.position] = [gettext("You no longer see this task. Leave the row out.")]
    _refuse_rows(refusals, rows)


def _write_change(row: ImportRow, task: Task, bodies: Mapping[int, Body], by: Person) -> None:
    parts = row.values["parts"]
    edit_task(
        task=task,
        values=round_trip.edit_values(row, bodies),
        parts=None if parts is None else _parts(task, parts, bodies),
        by=by,
        version=row.values["version"],
    )
    if (milestones := row.values.get("milestones")) is not None:
        set_milestones(
            task=task,
            by=by,
            milestones=[MilestoneSpec(date.fromisoformat(day), words) for day, words in milestones],
        )


def _parts(task: Task, parts: list[list[Any]], bodies: Mapping[int, Body]) -> list[PartSpec]:
    """The bodies that help by a changed cell; one that stays keeps its share of the work and its own day."""
    existing = {part.body_id: part for part in task.parts.helping()}
    return [
        PartSpec(bodies[key], kind, existing[key].work, existing[key].due_on)
        if key in existing
        else PartSpec(bodies[key], kind)
        for key, kind in parts
    ]


def _write_drafts(drafts: list[Draft], rows: list[ImportRow], by: Person) -> list[ImportRow]:
    """The rows, each with its task. `drafts` and `rows` go together by place."""
    try:
        tasks = new_tasks(drafts=drafts, by=by)
    except DraftsRefused as refusal:
        refusals = {
            rows[place].position: [str(sentence) for sentences in problems.values() for sentence in sentences]
            for place, problems in refusal.refused.items()
        }
        _refuse_rows(refusals, rows)
        raise
    for row, task in zip(rows, tasks, strict=True):
        row.task = task
    return rows


def _drafts_of(imported: Import, rows: list[ImportRow], by: Person) -> list[Draft]:
    """The drafts of the rows that are not left out; one left out still stands above those of its number."""
    meanings = [Meaning.kept(row.values) for row in rows]
    bodies = Body.objects.in_bulk({key for meaning in meanings for key in meaning.bodies})
    task_keys = {key for meaning in meanings for key in [meaning.parent, *meaning.duplicates] if key}
    tasks = (
        Task.objects.visible_to(by).select_related("assigner", "lead").in_bulk(task_keys) if task_keys else {}
    )
    drafts: list[Draft] = []
    by_number: dict[str, Draft | Task | None] = {}
    for row, meaning in zip(rows, meanings, strict=True):
        above = by_number.get(number_key(meaning.parent_number)) if meaning.parent_number else None
        if row.left_out:
            own: Draft | Task | None = tasks.get(meaning.duplicates[0]) if meaning.duplicates else None
        else:
            task = draft_task(row, meaning, imported.order, bodies, tasks)
            task.parent = task.parent or (above if isinstance(above, Task) else None)
            parts = [PartSpec(bodies[key], kind) for key, kind in meaning.parts if key in bodies]
            above = above if isinstance(above, Draft) and task.parent is None else None
            milestones = [MilestoneSpec(date.fromisoformat(day)) for day in meaning.milestones]
            own = Draft(task, parts, meaning.cycle, above, milestones)
            drafts.append(own)
        if meaning.number:
            by_number[number_key(meaning.number)] = own
    return drafts


def _refuse_rows(refusals: Refusals, rows: list[ImportRow]) -> None:
    """One sentence for each row, by the place where a person finds it in the file."""
    if not refusals:
        return
    places = {row.position: place_of(row) for row in rows}
    lines = [
        f"{places[position]}: {' '.join(sentences)}"
        for position, sentences in list(refusals.items())[:MAX_NAMED]
    ]
    if len(refusals) > MAX_NAMED:
        lines.append(gettext("%(count)s more rows cannot be written.") % {"count": len(refusals) - MAX_NAMED})
    raise ValidationError(lines)


@transaction.atomic
def undo_import(*, imported: Import, by: Person, changed: bool = False) -> Import:
    """Take back all drafts of an import, as if it had never been written; `changed`: also those edited since.

    They are removed and not withdrawn: nobody but their own body ever saw them, and the audit keeps each.
    """
    imported = lock_import(imported)
    import_rules.may_undo_import(by, imported).or_raise()
    drafts = list(imported.drafts().select_for_update(of=("self",), no_key=True).order_by("pk"))
    # Asked again: one may have been issued while the rows were waited for.
    right = import_rules.may_undo_import(by, imported).or_raise()
    _refuse_to_lose_work(imported, changed)
    codes = f"{drafts[0].code} – {drafts[-1].code}"
    keys = imported.drafts().values("pk")
    # Whatever stands above another is let go of first: the database leaves no task without the one above it.
    Task.objects.filter(pk__in=keys, parent__isnull=False).update(parent=None)
    Task.objects.filter(pk__in=keys).delete()
    imported.ended_at = timezone.now()
    facts = {"drafts": len(drafts), "codes": codes}
    save_state(imported, Import.State.UNDONE, "import_undone", by, right, **facts)
    return imported


def edited_drafts(imported: Import) -> list[Task]:
    """Drafts of the import that somebody worked on since they were written."""
    worked_on = Q(version__gt=0) | Q(comments__isnull=False)
    return list(imported.drafts().filter(worked_on).distinct().order_by("pk"))


def _refuse_to_lose_work(imported: Import, changed: bool) -> None:
    """Refuse to take back what others put below the drafts, and what they changed unless that is meant."""
    below = Task.objects.filter(parent__in=imported.drafts()).exclude(pk__in=imported.drafts().values("pk"))
    if tasks := list(below.order_by("pk")[:MAX_NAMED]):
        raise ValidationError(
            _("%(tasks)s stand below drafts of this import. Give them another task above, or withdraw them.")
            % {"tasks": ", ".join(task.code for task in tasks)}
        )
    if not changed and (tasks := edited_drafts(imported)):
        sentence = _("Somebody worked on %(tasks)s since. Say that these changes are lost too.")
        raise ValidationError(
            {"changed": sentence % {"tasks": ", ".join(task.code for task in tasks[:MAX_NAMED])}}
        )
