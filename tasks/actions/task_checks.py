"""What must hold of a task that is drafted, edited or issued, said in sentences beside its fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.changes import changed_fields, clean_changed_fields
from portal.shared.days import format_day, today
from portal.shared.text import tidy_row
from tasks import secrecy
from tasks.actions import cycles, deadlines, hand_down, milestones
from tasks.actions.common import NO_OFFICE_IN_LEAD, Problems, ancestor_keys, holds_office
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.cycles import Cycle
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models import Part, Task

TOO_DEEP = _("Too deep: a task is handed down through four levels at most.")

FOREIGN_KEYS = {column.name for column in Task._meta.concrete_fields if column.is_relation}


def check_task(
    task: Task,
    parts: Sequence[PartSpec],
    by: Person,
    cycle: Cycle | None = None,
    *,
    stored: Task | None = None,
    stored_parts: Sequence[PartSpec] = (),
    keys_are_known: bool = False,
    parent_is_new: bool = False,
) -> None:
    """Tidy what a draft or an edit is about to write and refuse it with every problem at once.

    `stored` and `stored_parts` are the task and its parts before an edit: what did not change is not
    checked again. `keys_are_known` saves looking up the rows that foreign keys name, when the caller has
    just read them. `parent_is_new` means that the parent is a draft of the same batch.
    """
    problems: Problems = {}
    tidy_row(task, EDITABLE_FIELDS)
    if secrecy.is_secret(task):
        task.title = secrecy.title_of(task)
    changed = changed_fields(task, stored)
    _check_secrecy(task, changed, problems)
    try:
        # The constraints are the database's own guard; the checks below say the same beside the field.
        clean_changed_fields(task, changed - FOREIGN_KEYS if keys_are_known else changed)
    except ValidationError as error:
        problems.update(error.message_dict)
    for check, fields in CHECKS:
        if not changed.isdisjoint(fields) and not (check is _check_parent and parent_is_new):
            check(task, by, problems)
    if not changed.isdisjoint({"due_kind", "parent"}) or cycles.is_new_cycle(task, cycle):
        cycles.check_cycle(task, cycle, problems)
    unchanged_parts = () if not changed.isdisjoint({"lead", "due_on", "secrecy"}) else stored_parts
    _check_parts(task, parts, unchanged_parts, problems)
    if problems:
        raise ValidationError(problems)


def check_days(task: Task, by: Person, problems: Problems) -> None:
    if task.start_on and task.due_on and task.due_on < task.start_on:
        problems["due_on"] = _("The deadline is not before the start.")
    elif task.due_on and task.due_kind in deadlines.DAYLESS:
        problems["due_on"] = _(
            "This kind of deadline has no day. Leave the day empty or choose another kind."
        )
    else:
        hand_down.check_day(task, problems)


def check_lead(task: Task, by: Person, problems: Problems) -> None:
    if task.lead is None and task.is_issued:
        problems["lead"] = _("An issued task has a lead body.")
    elif task.lead and task.lead.dissolved_on and task.lead.dissolved_on <= today():
        problems["lead"] = _("This body was dissolved on %(day)s. Choose the body that took over.") % {
            "day": format_day(task.lead.dissolved_on)
        }
    else:
        hand_down.check_reach(task, problems)


def check_no_less_secret(task: Task, problems: Problems) -> None:
    """A task is no less secret than the one above it."""
    if task.parent and secrecy.is_less_secret(task, task.parent):
        problems["secrecy"] = secrecy.NOT_LESS_SECRET % {"secrecy": task.parent.get_secrecy_display()}


def _check_order(task: Task, by: Person, problems: Problems) -> None:
    if task.order and task.order.body_id != task.assigner_id:
        problems["order"] = _("Choose an order from the register of the body that gives the task.")


def _check_parent(task: Task, by: Person, problems: Problems) -> None:
    """The parent was given to this body or by it, is not too deep, and does not stand below the task."""
    parent = task.parent
    if parent is None:
        return
    ancestors = ancestor_keys(parent)
    if task.pk and task.pk in (parent.pk, *ancestors):
        problems["parent"] = _("A task cannot be above itself: that would be a circle.")
    elif len(ancestors) + hand_down.levels_below(task) >= LEVELS_ABOVE:
        problems["parent"] = TOO_DEEP
    elif task.pk and Task.objects.filter(pk=task.pk, parent=parent).exists():
        return
    elif task.assigner_id not in (parent.lead_id, parent.assigner_id):
        problems["parent"] = _("Choose a task that this body leads or gave.")
    elif not (Task.objects.visible_to(by).filter(pk=parent.pk).exists()):
        problems["parent"] = _("Choose a task that you can see.")


def _check_leader(task: Task, by: Person, problems: Problems) -> None:
    if task.leader and not holds_office(task.leader, task.lead):
        problems["leader"] = NO_OFFICE_IN_LEAD


def _check_contact(task: Task, by: Person, problems: Problems) -> None:
    if task.contact and not holds_office(task.contact, task.lead):
        problems["contact"] = NO_OFFICE_IN_LEAD


# Each check with the fields that it reads: it runs when one of them changes.
CHECKS: tuple[tuple[Callable[[Task, Person, Problems], None], set[str]], ...] = (
    (_check_order, {"order"}),
    (_check_parent, {"parent"}),
    (deadlines.check_occurrence, {"parent"}),
    (deadlines.check_event, {"due_kind", "due_on", "after_days", "after_event"}),
    (deadlines.check_period, {"due_kind", "due_on", "due_words"}),
    (check_days, {"due_kind", "due_on", "start_on", "parent"}),
    (check_lead, {"lead", "parent"}),
    (_check_leader, {"leader", "lead"}),
    (_check_contact, {"contact", "lead"}),
    (milestones.check_open_milestones, {"due_on", "start_on"}),
)


def _check_secrecy(task: Task, changed: set[str], problems: Problems) -> None:
    """A secret task holds no words and never held any; nothing below a task is less secret than it."""
    forbidden = secrecy.find_problems(task)
    problems |= {
        field: reason for field, reason in forbidden.items() if not changed.isdisjoint({field, "secrecy"})
    }
    becomes_secret = "secrecy" in changed and secrecy.is_secret(task)
    saved = Task.objects.filter(pk=task.pk or 0)
    if becomes_secret and saved.exclude(secrecy=Task.Secrecy.SECRET).exists():
        problems["secrecy"] = secrecy.NOT_SECRET_LATER
    elif not changed.isdisjoint({"secrecy", "parent"}):
        check_no_less_secret(task, problems)


def _check_parts(
    task: Task, parts: Sequence[PartSpec], unchanged: Sequence[PartSpec], problems: Problems
) -> None:
    seen: set[int] = set()
    for part in parts:
        if part in unchanged and part.body.pk not in seen:
            pass
        elif part.kind == "lead" or part.body.pk == task.lead_id:
            problems["parts"] = _("Only one body is the lead. %(body)s cannot be named twice.") % {
                "body": part.body
            }
        elif part.body.pk in seen:
            problems["parts"] = _("%(body)s is named twice.") % {"body": part.body}
        elif part.body.is_dissolved(today()):
            problems["parts"] = _("%(body)s was dissolved. Choose the body that took over.") % {
                "body": part.body
            }
        elif part.work and secrecy.is_secret(task) and not secrecy.is_number(part.work):
            problems["parts"] = secrecy.ONLY_A_NUMBER
        elif part.kind not in Part.HELPING:
            problems["parts"] = _("A part is co-lead or coordinating.")
        elif part.due_on and task.due_on and part.due_on > task.due_on:
            problems["parts"] = _("The deadline of %(body)s is not later than the task's.") % {
                "body": part.body
            }
        seen.add(part.body.pk)
