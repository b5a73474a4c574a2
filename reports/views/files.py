"""Lists and reports as files: asking for one, the page of one's own files, and handing them out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committees.doors import SignedInRequest
from portal.shared.days import today
from portal.shared.downloads import download
from portal.shared.forms import add_errors
from reports import actions, rules
from reports import exports as exporting
from reports.drafts import usual_week
from reports.exports import FORMATS, Question
from reports.forms import ExportForm
from reports.models import Export
from tasks.lists.addresses import list_values

PAGE = 25


@login_required
@require_safe
def files(request: SignedInRequest) -> HttpResponse:
    """The files that the person asked for, newest first."""
    page = Paginator(request.user.exports.all(), PAGE).get_page(request.GET.get("page"))
    rights = exporting.rights_of(request.user)
    context = {
        "title": _("Files"),
        "crumbs": [(_("Overview"), reverse("reports:board")), (_("Files"), "")],
        "page": page,
        "rows": [_row(export, rights) for export in page],
        "waits": any(export.is_on_its_way for export in page),
        "now": timezone.now(),
    }
    return render(request, "reports/files.html", context)


def _row(export: Export, rights: str) -> dict[str, Any]:
    ready = export.state == Export.State.READY
    return {
        "export": export,
        "problem": export.get_problem_display() if export.problem else "",
        "other_rights": ready and export.rights != rights,
        "mark": MARKS[Export.State(export.state)],
    }


MARKS = {
    Export.State.WAITING: ("submitted", "hourglass"),
    Export.State.MAKING: ("in_time", "play"),
    Export.State.READY: ("done_on_time", "circle-check-big"),
    Export.State.FAILED: ("overdue", "octagon-alert"),
    Export.State.EXPIRED: ("no_deadline", "calendar-off"),
}
"""State → whose colour its label has, and its icon."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponseBase:
    """Choose a report and its format for the list that the address names; a menu has chosen already."""
    if request.method == "POST":
        form = ExportForm(request.POST)
        if form.is_valid():
            try:
                return _ask(request, form)
            except ValidationError as error:
                add_errors(form, error)
        data = request.POST
    else:
        data = request.GET
        # Of a report that is made in one format only, that one.
        wanted = data.get("report", "")
        report = Export.Report(wanted) if wanted in Export.Report.values else Export.Report.LIST
        usual = {"report": "list", "format": FORMATS[report][0], "week": usual_week(today())}
        chosen = {**usual, **{name: data[name] for name in form_names(data)}}
        form = ExportForm(initial=chosen)
    return _new_page(request, form, data)


def form_names(data: QueryDict) -> list[str]:
    return [name for name in ExportForm.base_fields if data.get(name)]


def _new_page(request: SignedInRequest, form: ExportForm, data: QueryDict) -> HttpResponse:
    question = Question("list", "xlsx", data, request.user, today())
    question.refuse_nonsense()
    address = QueryDict(question.address(), mutable=True)
    for name in exporting.BESIDE:
        address.pop(name, None)
    context = {
        "title": _("Make a file"),
        "crumbs": [(_("Tasks"), reverse("tasks:list", query=address)), (_("Make a file"), "")],
        "form": form,
        "asked": list_values(address),
        "conditions": question.task_list.conditions,
        "count": question.count(),
        "back": reverse("tasks:list", query=address),
    }
    return render(request, "reports/new.html", context, status=400 if form.errors else 200)


def _ask(request: SignedInRequest, form: ExportForm) -> HttpResponseBase:
    data, chosen = form.data_with_days(request.POST), form.cleaned_data
    export = actions.ask_export(by=request.user, report=chosen["report"], format=chosen["format"], data=data)
    return _hand_over(request, export)


def _hand_over(request: SignedInRequest, export: Export) -> HttpResponseBase:
    """A small file at once; of a large one the page that shows how far it is."""
    made = actions.make_export(export.pk, tell=False) if exporting.is_small(export) else None
    if made and made.state == Export.State.READY:
        return _download(made)
    if made:
        messages.error(request, _("The file could not be made."))
    else:
        messages.info(request, _("The file is being made. A notice tells when it is ready."))
    return redirect("reports:files")


@login_required
@require_safe
def export(request: SignedInRequest, pk: int) -> FileResponse:
    """The file, to whoever asked for it; to others it does not exist."""
    found = get_object_or_404(request.user.exports, pk=pk)
    rules.may_download(request.user, found).or_raise()
    return _download(found)


def _download(export: Export) -> FileResponse:
    fresh = Export.objects.get(pk=export.pk)
    return download(fresh.file, fresh.file_name)


@login_required
@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Make a file anew."""
    found = get_object_or_404(request.user.exports, pk=pk)
    return _hand_over(request, actions.ask_export_again(export=found, by=request.user))
