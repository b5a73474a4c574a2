"""The roll-up of a task: what became of all that was given below it, late first; each number is a door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from committees.doors import SignedInRequest
from committees.models import Body
from portal.shared.days import today
from tasks.lifecycle import FIVE, GIVEN, State
from tasks.lists import below
from tasks.lists.below import SILENT, Line
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet
from tasks.pages.common import find_task, task_crumbs

PAGE_SIZE = 50


@login_required
@require_safe
def below_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """By province; by body where there is but one, or when somebody asks for one (`within`) or for all."""
    task, on = find_task(request, pk), today()
    tasks = Task.objects.visible_to(request.user).under(task.pk)
    code = request.GET.get("within", "")[:40]
    within = Body.objects.filter(code=code).first() if code.isprintable() and code else None
    if within:
        tasks = tasks.filter(lead__path__startswith=within.path)
    bodies = below.by_body(tasks, on)
    provinces = below.by_province(bodies)
    single = within is not None or request.GET.get("by") == "body" or len(provinces) < 2
    page = Paginator(bodies if single else provinces, PAGE_SIZE).get_page(request.GET.get("page"))
    filters = {"under": str(task.pk)} | ({"within": within.code} if within else {})
    counts = below.add(bodies)
    context = {
        "title": _("Tasks below: %(task)s") % {"task": task.name},
        "crumbs": [*task_crumbs(task, itself=True), (_("Tasks below"), reverse("tasks:below", args=[pk]))],
        "task": task,
        "within": within,
        "counts": counts,
        "url": _list_of({**filters, "view": GIVEN}),
        "silent_url": _list_of({**filters, "state": State.ASSIGNED}),
        "beside": _beside(tasks, filters),
        "single": single,
        "page": page,
        "rows": [_row(line, filters) for line in page],
        "now": timezone.now(),
    }
    return render(request, "tasks/below.html", context)


def _beside(tasks: TaskQuerySet, filters: dict[str, str]) -> list[tuple[str, int, str]]:
    """What stands outside the five: label, number and list, in one query."""
    outside = tasks.filter(state__in=(State.SUSPENDED, State.WITHDRAWN)).order_by()
    states = list(outside.values_list("state", flat=True))
    return [
        (str(state.label), states.count(state), _list_of({**filters, "view": state.value}))
        for state in (State.SUSPENDED, State.WITHDRAWN)
        if state in states
    ]


def _row(line: Line, filters: dict[str, str]) -> dict[str, Any]:
    filters = {**filters, **line.filters}
    cells = [
        {"key": str(key), "count": line.tally[key], "url": _list_of({**filters, "standing": str(key)})}
        for key in FIVE
    ]
    return {
        "body": line.body,
        "inside": f"?{urlencode({'within': line.body.code})}" if line.whole else "",
        "given": line.tally["given"],
        "url": _list_of({**filters, "view": GIVEN}),
        "cells": cells,
        "silent": line.tally[SILENT],
        "silent_url": _list_of({**filters, "state": State.ASSIGNED}),
    }


def _list_of(filters: dict[str, str]) -> str:
    return f"{reverse('tasks:list')}?{urlencode(filters)}"
