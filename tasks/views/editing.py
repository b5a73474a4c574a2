"""Preparing a task and changing it: the form, the bodies that help, and what happens when it went stale."""

from __future__ import annotations

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

from audit.stale import Stale, version_of
from committees import access
from committees.doors import SignedInRequest
from committees.models import Body
from portal.shared.days import today
from portal.shared.verdicts import no
from tasks import actions, rules
from tasks.actions.hand_down import REST, BelowAnswer, descendants_due_later
from tasks.forms import (
    PartRows,
    TaskForm,
    add_errors,
    cycle_difference,
    differences,
    part_difference,
    part_rows,
)
from tasks.models import Order, Task
from tasks.pages.common import NOBODY, Crumbs, find_task, late_above, task_crumbs

BELOW = "below-"
LISTED = 50
"""Tasks below that are asked about one by one; the others have one answer together."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A draft of one of the bodies for which this person prepares tasks."""
    givers = list(access.bodies(request.user, "draft_tasks")[:50])
    if not givers:
        no(NOBODY).or_raise()
    task = Task(**_given(request, givers))
    form = TaskForm(request.POST or None, instance=task, person=request.user, assigner=_one(givers))
    rows = part_rows(task, request.POST or None)
    if request.method == "POST" and _more(request):
        rows = _with_more_rows(request, task)
    elif request.method == "POST" and _both_valid(form, rows):
        for name, value in form.values.items():
            setattr(task, name, value)
        if _saved(form, rows, lambda: _draft(request, task, form, rows)):
            messages.success(request, _drafted(task))
            return redirect(task)
    return render(request, "tasks/form.html", _context(request, task, form, rows, givers))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    task = find_task(request, pk)
    rules.may_edit(request.user, task).or_raise()
    form = TaskForm(request.POST or None, instance=task, person=request.user, assigner=task.assigner)
    rows = part_rows(task, request.POST or None)
    if request.method == "POST" and _more(request):
        rows = _with_more_rows(request, task)
    elif request.method == "POST" and _both_valid(form, rows):
        try:
            if _saved(form, rows, lambda: _change(request, task, form, rows)):
                messages.success(request, _("Saved: %(task)s.") % {"task": task.name.rstrip(".")})
                return redirect(task)
        except Stale as stale:
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
        version=version_of(request),
        reason=form.cleaned_data.get("reason", ""),
        below=answers_below(request),
        past_deadline=form.cleaned_data["past_deadline"],
    )


def answers_below(request: SignedInRequest) -> dict[str, str]:
    """What becomes of the tasks below that no longer fit: `below-12` and `below-rest` of the form."""
    named = [name for name in request.POST if name.startswith(BELOW)]
    return {name.removeprefix(BELOW): request.POST[name] for name in named}


def _misfits(request: SignedInRequest, task: Task, form: TaskForm) -> dict[str, Any]:
    """The choices to draw once the action asked for them; of a task not seen only its code."""
    changed, answers = copy(task), answers_below(request)
    for name in ("due_on", "parent"):
        setattr(changed, name, form.values.get(name, getattr(task, name)))
    late = descendants_due_later(changed)
    keys = {node.pk for node in late}
    seen = Task.objects.visible_to(request.user).filter(pk__in=keys).select_related("lead")
    labels = {one.pk: f"{one.code}: {one.name} ({one.lead or one.assigner})" for one in seen}
    rows = [
        {
            "name": f"{BELOW}{node.pk}",
            "label": labels.get(node.pk, Task(pk=node.pk).code),
            "due_on": node.due_on,
            "deeper": node.parent in keys,
            "chosen": answers.get(str(node.pk), BelowAnswer.BRING_FORWARD),
        }
        for node in late[:LISTED]
    ]
    rest = answers.get(REST, BelowAnswer.BRING_FORWARD)
    return {"rows": rows, "more": len(late) - len(rows), "rest": rest, "choices": BelowAnswer.choices}


def _given(request: SignedInRequest, givers: list[Body]) -> dict[str, Any]:
    """What the address says of the new task: its order or the task above, as far as visible."""
    orders, tasks = Order.objects.visible_to(request.user), Task.objects.visible_to(request.user)
    order = orders.select_related("body").filter(pk=_number(request.GET.get("order"))).first()
    parent = tasks.select_related("lead").filter(pk=_number(request.GET.get("parent"))).first()
    wanted = request.POST.get("assigner") or (parent and parent.lead_id) or (order and order.body_id)
    giver = next((body for body in givers if str(body.pk) == str(wanted)), givers[0])
    from_above = (
        {name: getattr(parent, name) for name in ("due_on", "programme", "secrecy")} if parent else {}
    )
    return {"assigner": giver, "order": order, "parent": parent, **from_above}


def _number(text: str | None) -> int:
    """The number in an address, 0 for anything else: no row has it."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def _one(givers: list[Body]) -> Body | None:
    return givers[0] if len(givers) == 1 else None


def _more(request: SignedInRequest) -> bool:
    return "more_rows" in request.POST


def _with_more_rows(request: SignedInRequest, task: Task) -> PartRows:
    """The same rows as typed and three empty ones: the button works without script."""
    data = request.POST.copy()
    count = _number(data.get("parts-TOTAL_FORMS"))
    data["parts-TOTAL_FORMS"] = str(min(count + 3, 100))
    return part_rows(task, data)


def _both_valid(form: TaskForm, rows: PartRows) -> bool:
    return all([form.is_valid(), rows.is_valid()])


def _saved(form: TaskForm, rows: PartRows, do: Any) -> bool:
    """Do it, or put the action's sentences beside their fields; those of the parts above their rows."""
    try:
        do()
    except ValidationError as error:
        told = dict(error.message_dict) if hasattr(error, "error_dict") else {}
        rows.problems = told.pop("parts", [])
        if told or not rows.problems:
            add_errors(form, ValidationError(told) if told else error)
        form.asks_below = "below" in told
        return False
    return True


def _drafted(task: Task) -> Any:
    """A draft is not sent yet: the note says so and what is missing."""
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
    request: SignedInRequest, task: Task, form: TaskForm, rows: PartRows, stale: Stale
) -> HttpResponse:
    """Nothing typed is lost: field, saved, typed; keeping the saved one is the main button."""
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
