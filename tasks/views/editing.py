"""The form that prepares and edits a task, with the bodies that help, and the page of a form gone stale."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.versions import StaleVersion, read_opened_version
from committees import access
from committees.doors import SignedInRequest
from committees.models import Body
from portal.shared.days import today
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number
from portal.shared.verdicts import no
from tasks import actions, rules
from tasks.actions.hand_down import REST, BelowAnswer, descendants_due_later
from tasks.forms import PartRows, TaskForm, cycle_difference, differences, part_difference, part_rows
from tasks.models import Order, Task
from tasks.pages.common import NOBODY, Crumbs, find_task, late_above, task_crumbs

# Prefix of the fields that say what becomes of a task below.
BELOW = "below-"

# So many tasks below are asked about one by one; the others share one answer.
MAX_LISTED_BELOW = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A draft of one of the bodies for which this person prepares tasks."""
    givers = list(access.bodies(request.user, "draft_tasks")[:50])
    if not givers:
        no(NOBODY).or_raise()
    task = Task(**_initial_values(request, givers))
    form = TaskForm(
        request.POST or None,
        instance=task,
        person=request.user,
        assigner=givers[0] if len(givers) == 1 else None,
    )
    rows = part_rows(task, request.POST or None)
    if request.method == "POST" and "more_rows" in request.POST:
        rows = _with_more_rows(request, task)
    elif request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        for name, value in form.values.items():
            setattr(task, name, value)
        if _try(form, rows, lambda: _draft(request, task, form, rows)):
            messages.success(request, _draft_saved(task))
            return redirect(task)
    return render(request, "tasks/form.html", _context(request, task, form, rows, givers))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    task = find_task(request, pk)
    rules.may_edit(request.user, task).or_raise()
    form = TaskForm(request.POST or None, instance=task, person=request.user, assigner=task.assigner)
    rows = part_rows(task, request.POST or None)
    if request.method == "POST" and "more_rows" in request.POST:
        rows = _with_more_rows(request, task)
    elif request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        try:
            if _try(form, rows, lambda: _change(request, task, form, rows)):
                messages.success(request, _("Saved: %(task)s.") % {"task": task.name.rstrip(".")})
                return redirect(task)
        except StaleVersion as stale:
            return _stale(request, task, form, rows, stale)
    return render(request, "tasks/form.html", _context(request, task, form, rows, [task.assigner]))


def _draft(request: SignedInRequest, task: Task, form: TaskForm, rows: PartRows) -> None:
    actions.new_task(task=task, parts=rows.specs(), cycle=form.cycle, by=request.user)


def _change(request: SignedInRequest, task: Task, form: TaskForm, rows: PartRows) -> None:
    actions.edit_task(
        task=task,
        values=form.values,
        parts=rows.specs(),
        cycle=form.cycle,
        by=request.user,
        version=read_opened_version(request),
        reason=form.cleaned_data.get("reason", ""),
        below=answers_below(request),
        past_deadline=form.cleaned_data["past_deadline"],
    )


def answers_below(request: SignedInRequest) -> dict[str, str]:
    """What becomes of the tasks below that no longer fit: `below-12` and `below-rest` of the form."""
    named = [name for name in request.POST if name.startswith(BELOW)]
    return {name.removeprefix(BELOW): request.POST[name] for name in named}


def _misfits(request: SignedInRequest, task: Task, form: TaskForm) -> dict[str, Any]:
    """The tasks below to ask about, once the action has asked; of one that is not visible only its code."""
    changed, answers = copy(task), answers_below(request)
    for name in ("due_on", "parent"):
        setattr(changed, name, form.values.get(name, getattr(task, name)))
    late = descendants_due_later(changed)
    keys = {node.pk for node in late}
    visible = Task.objects.visible_to(request.user).filter(pk__in=keys).select_related("lead")
    labels = {below.pk: f"{below.code}: {below.name} ({below.lead or below.assigner})" for below in visible}
    rows = [
        {
            "name": f"{BELOW}{node.pk}",
            "label": labels.get(node.pk, Task(pk=node.pk).code),
            "due_on": node.due_on,
            "deeper": node.parent in keys,
            "chosen": answers.get(str(node.pk), BelowAnswer.BRING_FORWARD),
        }
        for node in late[:MAX_LISTED_BELOW]
    ]
    rest = answers.get(REST, BelowAnswer.BRING_FORWARD)
    return {"rows": rows, "more": len(late) - len(rows), "rest": rest, "choices": BelowAnswer.choices}


def _initial_values(request: SignedInRequest, givers: list[Body]) -> dict[str, Any]:
    """What the address says of the new task: its order or the task above, if they are visible."""
    orders, tasks = Order.objects.visible_to(request.user), Task.objects.visible_to(request.user)
    order = orders.select_related("body").filter(pk=parse_number(request.GET.get("order")) or 0).first()
    parent = tasks.select_related("lead").filter(pk=parse_number(request.GET.get("parent")) or 0).first()
    wanted = request.POST.get("assigner") or (parent and parent.lead_id) or (order and order.body_id)
    giver = next((body for body in givers if str(body.pk) == str(wanted)), givers[0])
    from_above = (
        {name: getattr(parent, name) for name in ("due_on", "programme", "secrecy")} if parent else {}
    )
    return {"assigner": giver, "order": order, "parent": parent, **from_above}


def _with_more_rows(request: SignedInRequest, task: Task) -> PartRows:
    """The rows as typed and three empty ones, for a button that works without script."""
    data = request.POST.copy()
    count = parse_number(data.get("parts-TOTAL_FORMS")) or 0
    data["parts-TOTAL_FORMS"] = str(min(count + 3, 100))
    return part_rows(task, data)


def _try(form: TaskForm, rows: PartRows, act: Callable[[], None]) -> bool:
    """Call the action. What it refuses stands beside the fields, and about parts above their rows."""
    try:
        act()
    except ValidationError as error:
        problems = dict(error.message_dict) if hasattr(error, "error_dict") else {}
        rows.problems = problems.pop("parts", [])
        if problems or not rows.problems:
            add_errors(form, ValidationError(problems) if problems else error)
        form.asks_below = "below" in problems
        return False
    return True


def _draft_saved(task: Task) -> Any:
    """Says that the draft is not sent yet and what is not clear in it."""
    missing = ", ".join(str(clear.label) for clear in task.unclear())
    then = (
        _("Not clear yet: %(missing)s.") % {"missing": missing}
        if missing
        else _("Everything is clear: propose it for approval.")
    )
    return format_html("<b>{}</b> {}", _("Draft saved: %(task)s.") % {"task": task.name.rstrip(".")}, then)


def _context(
    request: SignedInRequest, task: Task, form: TaskForm, rows: PartRows, givers: list[Body]
) -> dict[str, Any]:
    return {
        "title": _("Edit the task") if task.pk else _("Prepare a task"),
        "crumbs": task_crumbs(task, itself=True) if task.pk else _new_crumbs(task),
        "task": task,
        "form": form,
        "parts": rows,
        "givers": givers,
        "version": task.version,
        "clears": task.clears(),
        "day_warnings": task.day_warnings(today()),
        "late_above": late_above(request, task),
        "misfits": _misfits(request, task, form) if form.asks_below else None,
        "back": task.get_absolute_url() if task.pk else "",
    }


def _new_crumbs(task: Task) -> Crumbs:
    return [*task_crumbs(task)[:-1], (_("Prepare a task"), "")]


def _stale(
    request: SignedInRequest, task: Task, form: TaskForm, rows: PartRows, stale: StaleVersion
) -> HttpResponse:
    """Show field, saved and typed side by side, so that nothing typed is lost."""
    saved = Task.objects.select_related("assigner", "lead", "order", "parent", "leader", "contact").get(
        pk=task.pk
    )
    context = {
        **_context(request, saved, form, rows, [saved.assigner]),
        "stale": stale.verdict.reason,
        "differences": [
            *differences(saved, form.values),
            *cycle_difference(saved, form.cycle),
            *part_difference(saved, rows.specs()),
        ],
    }
    return render(request, "tasks/form.html", context, status=409)
