"""Urge many tasks: chosen in a list, looked at with whom it tells, then sent."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from committees.doors import SignedInRequest
from portal.shared.days import today
from tasks.forms import UrgeForm
from tasks.lists import task_list as listing
from tasks.lists.task_list import PageFilter
from tasks.models import Task
from tasks.urging import selection as urging
from tasks.urging.selection import MOST, Urged

OURS = ("task", "all")
"""Names in the address that are this page's; the others are the conditions of the list."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def urge_many(request: SignedInRequest) -> HttpResponse:
    """GET shows who will be told of each chosen task, POST tells them."""
    back = _back(request.GET)
    tasks = _chosen(request)
    form = UrgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not tasks:
        messages.warning(request, _("Choose at least one task."))
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        _say(request, urging.urge_all(tasks, by=request.user, message=form.cleaned_data["message"]))
        return HttpResponseRedirect(back)
    planned = urging.plan(tasks, request.user)
    context = {
        "form": form,
        "planned": [one for one in planned if one.told],
        "passed_over": [one for one in planned if not one.told],
        "back": back,
        "crumbs": [(_("Tasks"), back), (_("Urge"), "")],
        "title": _("Urge several tasks"),
    }
    return render(request, "tasks/urge_many.html", context)


def _chosen(request: SignedInRequest) -> list[Task]:
    seen = Task.objects.visible_to(request.user)
    if request.method == "POST":
        return urging.chosen(seen, request.POST.getlist("task"))
    if not request.GET.get("all"):
        return urging.chosen(seen, request.GET.getlist("task"))
    page_filter = PageFilter(request.GET, queryset=seen, request=request, on=today())
    if not page_filter.form.is_valid():
        return []
    # As the list shows them, so that the first 500 are the first there too.
    return list(listing.sorted_tasks(page_filter.narrowed().for_list(), page_filter.sort_by())[:MOST])


def _back(data: QueryDict) -> str:
    """The list under the conditions it was left with."""
    return reverse("tasks:list") + listing.address(data, OURS)


def _say(request: SignedInRequest, urged: Urged) -> None:
    if urged.told:
        tasks, people = len(urged.told), urged.people
        said = ngettext("Urged: %(n)s task.", "Urged: %(n)s tasks.", tasks) % {"n": tasks}
        told = ngettext("%(n)s notice goes out.", "%(n)s notices go out.", people) % {"n": people}
        messages.success(request, f"{said} {told}")
    for reason, n in urged.reasons.items():
        said = ngettext("%(n)s task was passed over:", "%(n)s tasks were passed over:", n) % {"n": n}
        messages.warning(request, f"{said} {reason}")
