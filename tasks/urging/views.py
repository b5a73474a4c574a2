"""Urge many tasks: chosen in the list, looked at with whom it tells, then sent."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from committees.doors import SignedInRequest
from portal.shared.days import today
from tasks.forms import UrgeForm
from tasks.lists.addresses import list_address
from tasks.lists.task_list import TaskList
from tasks.models import Task
from tasks.urging import selection
from tasks.urging.selection import MAX_URGED, UrgeResult

# Names in the address that are this page's; the others are the conditions of the list.
OWN_NAMES = ("task", "all")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def urge_many(request: SignedInRequest) -> HttpResponse:
    """GET shows who will be told of each chosen task, POST tells them."""
    # The list, under the conditions it was left with.
    back = reverse("tasks:list") + list_address(request.GET, OWN_NAMES)
    tasks = _chosen_tasks(request)
    form = UrgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not tasks:
        messages.warning(request, _("Choose at least one task."))
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        _show_result(
            request, selection.urge_all(tasks, by=request.user, message=form.cleaned_data["message"])
        )
        return HttpResponseRedirect(back)
    planned = selection.plan(tasks, request.user)
    context = {
        "form": form,
        "planned": [urge for urge in planned if urge.recipients],
        "passed_over": [urge for urge in planned if not urge.recipients],
        "back": back,
        "crumbs": [(_("Tasks"), back), (_("Urge"), "")],
        "title": _("Urge several tasks"),
    }
    return render(request, "tasks/urge_many.html", context)


def _chosen_tasks(request: SignedInRequest) -> list[Task]:
    if request.method != "POST" and request.GET.get("all"):
        tasks = TaskList(request.user, request.GET, today())
        # As the list shows them, so that the first 500 are the first there too.
        return list(tasks.sorted_tasks()[:MAX_URGED]) if tasks.is_valid else []
    keys = (request.POST if request.method == "POST" else request.GET).getlist("task")
    return selection.chosen(Task.objects.visible_to(request.user), keys)


def _show_result(request: SignedInRequest, result: UrgeResult) -> None:
    if result.urged:
        tasks, notices = len(result.urged), result.notices
        urged = ngettext("Urged: %(n)s task.", "Urged: %(n)s tasks.", tasks) % {"n": tasks}
        sent = ngettext("%(n)s notice goes out.", "%(n)s notices go out.", notices) % {"n": notices}
        messages.success(request, f"{urged} {sent}")
    for reason, n in result.reasons.items():
        skipped = ngettext("%(n)s task was passed over:", "%(n)s tasks were passed over:", n) % {"n": n}
        messages.warning(request, f"{skipped} {reason}")
