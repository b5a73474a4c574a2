"""A task above one that this person reads, in outline: what is served, by whom, by when."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from committees.doors import SignedInRequest
from tasks.models import Task
from tasks.pages.common import find_task, task_crumbs


@login_required
@require_safe
def above_page(request: SignedInRequest, pk: int, above_pk: int) -> HttpResponse:
    """Found through the task below, so that what is visible stays the only source; whole to its readers."""
    task = find_task(request, pk)
    above = next((served for served in task.ancestors() if served.pk == above_pk), None)
    if above is None:
        raise Http404
    if Task.objects.visible_to(request.user).filter(pk=above.pk).exists():
        return redirect(above)
    named = above.is_issued and above.secrecy == Task.Secrecy.NORMAL
    context = {
        "title": above.name if named else above.code,
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "above": above,
        "named": named,
    }
    return render(request, "tasks/above.html", context)
