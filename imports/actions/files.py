"""A received file on its way to drafts: read in the background, corrected by people, written or given up."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees.access import Right
from committees.models import Body, Person
from imports import changes, storing
from imports import rules as import_rules
from imports.checking import check
from imports.models import Import, ImportRow
from imports.problems import refused, sentence_of
from imports.reading.files import check_beginning
from imports.reading.headings import answers_of
from imports.reading.passed_over import kept
from imports.reading.rows import NothingRead, content_of
from imports.reading.sandbox import ReaderDied, read_tables
from imports.storing import Meaning
from imports.types import ColumnHeading, PassedOver
from portal.shared import uploads
from portal.shared.background import queue
from portal.shared.text import tidy
from portal.shared.verdicts import Refused, not_now, refuse
from tasks.actions.common import refuse_stale
from tasks.actions.drafting import Draft, DraftsRefused, new_tasks
from tasks.actions.edit_task import edit_task
from tasks.actions.milestones import MilestoneSpec, set_milestones
from tasks.actions.task_fields import PartSpec
from tasks.models import Order, Task

JOB = "imports.jobs.read_import"

TRIES = 2
"""How often a file is read of which the reading, or the worker, dies."""

ABANDONED_AFTER = timedelta(minutes=3)
"""A reading that gave no sign of life for so long is one of a worker that is gone."""

GIVEN_UP_AFTER = timedelta(hours=1)
"""A file that the disk does not give back by then."""

SETTLED = (
    *("state", "problem", "problem_values", "passed_over", "read_since"),
    *("total", "checked", "ended_at", "version"),
)
"""Columns that a change of state may touch."""

NAMED = 10
"""Rows that a refusal names one by one."""

State = Import.State

log = logging.getLogger(__name__)


# The file


@transaction.atomic
def start_import(*, order: Order, file: File[Any], by: Person) -> Import:
    """Take a received file; it is read in the background, and nothing is written of it yet."""
    right = import_rules.may_import(by, order).or_raise()
    name = _checked_name(file)
    imported = Import(order=order, by=by, at=timezone.now(), file_name=name)
    file.name = uploads.kept_name(name)
    imported.file = file
    imported.save()
    _tell(imported, "import_started", by, right, file_name=name)
    queue(JOB, imported.pk)
    return imported


def _checked_name(file: File[Any]) -> str:
    name = uploads.clean_name(file.name or "")
    try:
        uploads.check(file)
        check_beginning(file, name)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    file.seek(0)
    return name


def read_import(pk: int, *, in_line: bool = True) -> None:
    """Read the file and check its rows. It may be run twice, at once, or again after a crash.

    One file is read at a time, so that however many are sent, the other processes of a worker are free for
    letters. Then the next one is queued; one of which the reading died goes to the end of the line. A command
    does not stand in it.
    """
    imported = _claim(pk) if in_line else _waiting(pk)
    if imported is None:
        return
    _read_or_fail(imported)
    if in_line:
        read_next_import()


def read_next_import() -> None:
    """Queue the file that waits longest. One that is being read already is not begun again by that."""
    if (pk := next_import()) is not None:
        queue(JOB, pk)


def next_import() -> int | None:
    waiting = Import.objects.filter(state=State.READING).order_by("tries", "pk")
    return waiting.values_list("pk", flat=True).first()


def _waiting(pk: int) -> Import | None:
    return Import.objects.filter(pk=pk, state=State.READING).select_related("order__body", "by").first()


@transaction.atomic
def _claim(pk: int) -> Import | None:
    """The import, if it waits and nothing else is being read; who asks at the same time waits here."""
    now = timezone.now()
    waiting = list(
        Import.objects.filter(state=State.READING)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", "read_since")
    )
    if any(since and since > now - ABANDONED_AFTER for _pk, since in waiting):
        return None
    imported = _waiting(pk)
    if imported is None:
        return None
    if imported.tries >= TRIES:
        # Both times whoever read it was gone before it could say why.
        _fail(imported, refused("too_heavy"))
        return None
    imported.tries, imported.read_since = imported.tries + 1, now
    imported.save(update_fields=["tries", "read_since"])
    return imported


def _read_or_fail(imported: Import) -> None:
    try:
        found, passed_over = _read(imported)
    except ReaderDied as death:
        if imported.tries < TRIES:
            _release(imported)
        else:
            _fail(imported, death)
    except NothingRead as error:
        _fail(imported, error, [*error.passed_over, *_answered(imported)])
    except ValidationError as error:
        _fail(imported, error)
    except (DatabaseError, OSError):
        # Not the file's fault: the sweep of the next minute tries again.
        if (imported.read_again_at or imported.at) < timezone.now() - GIVEN_UP_AFTER:
            _fail(imported, refused("unreadable"))
        else:
            _release(imported, tries=imported.tries - 1)
        raise
    except Exception:
        log.exception("Import %s could not be read.", imported.pk)
        _fail(imported, refused("unreadable"))
    else:
        _ready(imported, found, passed_over)


def _release(imported: Import, **values: Any) -> None:
    Import.objects.filter(pk=imported.pk, state=State.READING).update(read_since=None, **values)


def _read(imported: Import) -> tuple[list[ImportRow], list[PassedOver]]:
    """The rows, and what was not read of the file."""
    with imported.file.open("rb") as file:
        found = read_tables(file, imported.file_name)
    ours = changes.returned(found, imported.by.language)
    answers = {**answers_of(imported.order.body), **imported.columns, **(changes.columns() if ours else {})}
    content = content_of(found, answers)
    rows = [row for row in content.rows if (row.table, row.row) not in ours]
    progress = _Progress(imported, len(rows) + len(ours))
    new = storing.rows_of(check(rows, imported.order, progress.tell), imported.order)
    changed = changes.rows_of(ours.values(), imported.by, after=len(new))
    exported = {table for table, _row in ours}
    # Every column of a sheet that the portal wrote is known.
    passed_over = [one for one in (*content.passed_over, *content.answered) if one.table not in exported]
    return [*new, *changed], passed_over


def _answered(imported: Import) -> list[PassedOver]:
    """What was said of columns, to be changed where the file is read no more because of it."""
    return [
        PassedOver("answered", "", key, field=meant, columns=(ColumnHeading(key, key, ""),))
        for key, meant in imported.columns.items()
    ]


class _Progress:
    """How many rows are checked, for the page that asks; told a hundred times at most."""

    def __init__(self, imported: Import, total: int) -> None:
        self.rows, self.total, self.told = Import.objects.filter(pk=imported.pk), total, 0
        self.rows.filter(state=State.READING).update(total=total)

    def tell(self, checked: int, *_rest: Any) -> None:
        if checked - self.told >= max(1, self.total // 100):
            self.told = checked
            self.rows.filter(state=State.READING).update(checked=checked, read_since=timezone.now())


@transaction.atomic
def _ready(imported: Import, found: list[ImportRow], passed_over: list[PassedOver]) -> None:
    """Another worker may have been quicker, or somebody gave the file up meanwhile."""
    imported = lock_import(imported)
    if imported.state != State.READING:
        return
    for row in found:
        row.of = imported
    ImportRow.objects.bulk_create(found, batch_size=500)
    imported.total = imported.checked = max(imported.total, len(found))
    imported.passed_over = kept(passed_over)
    _settle(imported, State.READY, "import_read", None, None, rows=len(found))


@transaction.atomic
def _fail(imported: Import, error: ValidationError, passed_over: Collection[PassedOver] = ()) -> None:
    """Why is kept as code and values: the sentence is made for whoever reads it."""
    imported = lock_import(imported)
    if imported.state == State.READING:
        imported.passed_over = kept(passed_over)
        imported.problem, imported.problem_values = error.code or "unreadable", dict(error.params or {})
        _settle(imported, State.FAILED, "import_failed", None, None, problem=imported.problem)


# What people make of it


@transaction.atomic
def correct_row(
    *,
    imported: Import,
    position: int,
    by: Person,
    values: dict[str, Any] | None = None,
    sure: Collection[str] = (),
    seen: str = "",
) -> ImportRow:
    """Say what a row means, where the file was not certain or not right; `sure` cells are right as read.

    `values` are fields of `Meaning`; `seen` is the row's `mark` when the form was opened.
    """
    imported, row, right = _lock_row(imported, position, by)
    _refuse_change(row)
    if seen and seen != storing.mark(row):
        refuse(not_now(_("Somebody corrected this row after you opened it. Look at it again.")))
    before = Meaning.kept(row.values)
    after = storing.corrected(before, values or {})
    open_problems = storing.problems_without(row, storing.looked_at(before, after), sure)
    if after == before and open_problems == row.problems:
        return row
    row.values, row.problems = after.plain(), open_problems
    row.save(update_fields=["values", "problems"])
    old, new = storing.told(before, after)
    facts = {"row": position, **new, "sure": sorted(sure)}
    _touch(imported, "import_row_corrected", by, right, before=old, after=facts)
    return row


@transaction.atomic
def leave_out(*, imported: Import, position: int, by: Person, out: bool = True) -> ImportRow:
    """Leave a row out of what is written, or take it in again."""
    imported, row, right = _lock_row(imported, position, by)
    if row.left_out != out:
        row.left_out = out
        row.save(update_fields=["left_out"])
        event = "import_row_left_out" if out else "import_row_taken_in"
        _touch(imported, event, by, right, after={"row": position})
    return row


@transaction.atomic
def name_body(*, imported: Import, words: str, body: Body, by: Person) -> int:
    """Say which body these words mean wherever the file has them and nobody has said; gives how many rows."""
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    changed = []
    for row in imported.rows.exclude(problems=[]):
        if not changes.is_change(row) and storing.name_in(row, tidy(words), body.pk):
            changed.append(row)
    ImportRow.objects.bulk_update(changed, ["values", "problems"], batch_size=200)
    if changed:
        after = {"words": words, "body": body.name_vi, "rows": len(changed)}
        _touch(imported, "import_body_named", by, right, after=after)
    return len(changed)


def _lock_row(imported: Import, position: int, by: Person) -> tuple[Import, ImportRow, Right | None]:
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    return imported, imported.rows.get(position=position), right


def _refuse_change(row: ImportRow) -> None:
    if changes.is_change(row):
        refuse(not_now(_("A change is corrected in the file: send it again, or leave the row out.")))


# Written, taken back, given up


@transaction.atomic
def write_import(*, imported: Import, by: Person, version: int | None = None) -> Import:
    """Write all rows that are not left out as drafts under the order, or none of them."""
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    refuse_stale(imported, version)
    every = list(imported.rows.all())
    rows = [row for row in every if not row.left_out]
    _refuse_stopped(rows)
    changed = [row for row in rows if changes.is_change(row)]
    _change(changed, by)
    new = [row for row in every if not changes.is_change(row)]
    made = _draft(_drafts_of(imported, new, by), [row for row in new if not row.left_out], by)
    ImportRow.objects.bulk_update(made, ["task"], batch_size=500)
    imported.ended_at = timezone.now()
    _settle(imported, State.WRITTEN, "import_written", by, right, drafts=len(made), changed=len(changed))
    return imported


def _change(rows: list[ImportRow], by: Person) -> None:
    """Each through the action of an edit, with its rule, its version and its event."""
    bodies = Body.objects.in_bulk({key for row in rows for key in changes.bodies_of(row)})
    seen = Task.objects.visible_to(by).in_bulk({row.values["task"] for row in rows})
    said: dict[int, list[str]] = {}
    for row in rows:
        parts = row.values["parts"]
        try:
            edit_task(
                task=seen[row.values["task"]],
                values=changes.asked_of(row, bodies),
                parts=None if parts is None else _parts_again(seen[row.values["task"]], parts, bodies),
                by=by,
                version=row.values["version"],
            )
            if (marks := row.values.get("milestones")) is not None:
                set_milestones(
                    task=seen[row.values["task"]],
                    by=by,
                    milestones=[MilestoneSpec(date.fromisoformat(day), words) for day, words in marks],
                )
        except ValidationError as error:
            said[row.position] = error.messages
        except Refused as refusal:
            said[row.position] = [str(refusal)]
        except KeyError:
            said[row.position] = [gettext("You no longer see this task. Leave the row out.")]
    _refuse_rows(said, rows)


def _parts_again(task: Task, parts: list[list[Any]], bodies: Mapping[int, Body]) -> list[PartSpec]:
    """A body that stays keeps its share of the work and its own day."""
    there = {part.body_id: part for part in task.parts.helping()}
    return [
        PartSpec(bodies[key], kind, there[key].work, there[key].due_on)
        if key in there
        else PartSpec(bodies[key], kind)
        for key, kind in parts
    ]


def _refuse_stopped(rows: list[ImportRow]) -> None:
    if not rows:
        raise ValidationError(_("Every row is left out: there is nothing to write."))
    stopped = {
        row.position: [sentence_of(problem) for problem in storing.problems_of(row) if problem.stops]
        for row in rows
    }
    _refuse_rows({position: said for position, said in stopped.items() if said}, rows)


def _draft(drafts: list[Draft], rows: list[ImportRow], by: Person) -> list[ImportRow]:
    try:
        tasks = new_tasks(drafts=drafts, by=by)
    except DraftsRefused as refusal:
        said = {
            rows[index].position: [str(one) for sentences in problems.values() for one in sentences]
            for index, problems in refusal.refused.items()
        }
        _refuse_rows(said, rows)
        raise
    for row, task in zip(rows, tasks, strict=True):
        row.task = task
    return rows


def _drafts_of(imported: Import, rows: list[ImportRow], by: Person) -> list[Draft]:
    """Of the rows that are not left out; one that is left out still stands above those of its number."""
    meanings = [Meaning.kept(row.values) for row in rows]
    bodies = Body.objects.in_bulk({key for one in meanings for key in one.bodies})
    wanted = {key for one in meanings for key in [one.parent, *one.duplicates] if key}
    above = Task.objects.visible_to(by).select_related("assigner", "lead").in_bulk(wanted) if wanted else {}
    drafts: list[Draft] = []
    numbered: dict[str, Draft | Task | None] = {}
    for row, meaning in zip(rows, meanings, strict=True):
        over = numbered.get(storing.number_key(meaning.parent_number)) if meaning.parent_number else None
        if row.left_out:
            here: Draft | Task | None = above.get(meaning.duplicates[0]) if meaning.duplicates else None
        else:
            task = storing.task_of(row, meaning, imported.order, bodies, above)
            task.parent = task.parent or (over if isinstance(over, Task) else None)
            parts = [PartSpec(bodies[key], kind) for key, kind in meaning.parts if key in bodies]
            over = over if isinstance(over, Draft) and task.parent is None else None
            marks = [MilestoneSpec(date.fromisoformat(day)) for day in meaning.milestones]
            here = Draft(task, parts, meaning.cycle, over, marks)
            drafts.append(here)
        if meaning.number:
            numbered[storing.number_key(meaning.number)] = here
    return drafts


def _refuse_rows(said: dict[int, list[str]], rows: list[ImportRow]) -> None:
    """One sentence for each row, by the place where a person finds it in the file."""
    if not said:
        return
    places = {row.position: storing.place_of(row) for row in rows}
    lines = [f"{places[position]}: {' '.join(some)}" for position, some in list(said.items())[:NAMED]]
    if len(said) > NAMED:
        lines.append(gettext("%(count)s more rows cannot be written.") % {"count": len(said) - NAMED})
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
    _refuse_losing(imported, changed)
    codes = f"{drafts[0].code} – {drafts[-1].code}"
    keys = imported.drafts().values("pk")
    # Whatever stands above another is let go of first: the database leaves no task without the one above it.
    Task.objects.filter(pk__in=keys, parent__isnull=False).update(parent=None)
    Task.objects.filter(pk__in=keys).delete()
    imported.ended_at = timezone.now()
    _settle(imported, State.UNDONE, "import_undone", by, right, drafts=len(drafts), codes=codes)
    return imported


def touched(imported: Import) -> list[Task]:
    """Drafts of the import that somebody worked on since they were written."""
    worked_on = Q(version__gt=0) | Q(comments__isnull=False)
    return list(imported.drafts().filter(worked_on).distinct().order_by("pk"))


def _refuse_losing(imported: Import, changed: bool) -> None:
    """What others did since is taken back only when that was said; what they put below never is."""
    below = Task.objects.filter(parent__in=imported.drafts()).exclude(pk__in=imported.drafts().values("pk"))
    if others := list(below.order_by("pk")[:NAMED]):
        raise ValidationError(
            _("%(tasks)s stand below drafts of this import. Give them another task above, or withdraw them.")
            % {"tasks": ", ".join(task.code for task in others)}
        )
    if not changed and (some := touched(imported)):
        said = _("Somebody worked on %(tasks)s since. Say that these changes are lost too.")
        raise ValidationError({"changed": said % {"tasks": ", ".join(task.code for task in some[:NAMED])}})


@transaction.atomic
def drop_import(*, imported: Import, by: Person) -> Import:
    """Give a received file up: nothing of it is written, and it is kept no longer."""
    imported = lock_import(imported)
    right = import_rules.may_drop_import(by, imported).or_raise()
    imported.rows.all().delete()
    name = imported.file.name
    imported.problem, imported.problem_values = "", {}
    imported.passed_over, imported.ended_at = [], timezone.now()
    _settle(imported, State.DROPPED, "import_dropped", by, right)
    transaction.on_commit(lambda: imported.file.storage.delete(str(name)), robust=True)
    return imported


def lock_import(imported: Import) -> Import:
    rows = Import.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("order__body", "by").get(pk=imported.pk)


def _settle(
    imported: Import, state: str, event: str, by: Person | None, right: Right | None, **facts: Any
) -> None:
    imported.state, imported.read_since = state, None
    imported.version += 1
    imported.save(update_fields=SETTLED)
    _tell(imported, event, by, right, state=state, **facts)


def _touch(
    imported: Import,
    event: str,
    by: Person,
    right: Right | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Another version: who opened the page before would write something else than they saw."""
    imported.version += 1
    imported.save(update_fields=["version"])
    bodies = [imported.order.body_id]
    record(event, about=imported, by=by, right=right, before=before, after=after, bodies=bodies)


def _tell(imported: Import, event: str, by: Person | None, right: Right | None, **facts: Any) -> None:
    """In the trail of the body whose order it is."""
    after = {"order": imported.order_id, **facts}
    record(event, about=imported, by=by, right=right, after=after, bodies=[imported.order.body_id])
