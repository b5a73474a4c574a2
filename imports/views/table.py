"""The page of a received file: its rows to look at, names and columns to explain, and writing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from audit.versions import StaleVersion, read_opened_version
from committees.actions import remember_alias
from committees.doors import SignedInRequest
from committees.models import Body
from imports import actions as import_actions
from imports import rules as import_rules
from imports.forms import ColumnsForm, NameForm
from imports.models import ColumnMeaning, Import
from imports.preview import UnknownName, bodies_of, preview_changes, preview_rows, unknown_names
from imports.problems import refusal_sentence
from imports.reading.passed_over import passed_over_in, sentence_for
from imports.round_trip import is_change
from imports.views.common import crumbs_of, find_import

ROWS_PER_PAGE = 50

UNSURE = ~Q(problems=[])
CHANGE = Q(values__changes__isnull=False, left_out=False)
# What the rows can be narrowed to.
FILTERS: dict[str, tuple[Any, Q]] = {
    "all": (gettext_lazy("All"), Q()),
    "unsure": (gettext_lazy("Not certain"), UNSURE & Q(left_out=False)),
    "duplicates": (gettext_lazy("Duplicates"), Q(values__duplicates__0__isnull=False)),
    "left_out": (gettext_lazy("Left out"), Q(left_out=True)),
}
COLOURS = {"unsure": "due_soon", "duplicates": "submitted"}


@login_required
@require_safe
def import_page(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = find_import(request, pk, import_pk)
    if request.headers.get("HX-Request") and imported.state != Import.State.READING:
        # The page that waited for the reading has nothing of what follows it.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _render(request, imported)


def _render(request: SignedInRequest, imported: Import, refused: Iterable[str] = ()) -> HttpResponse:
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in FILTERS else "all"
    counts = _counts(imported)
    paginator = Paginator(imported.rows.filter(FILTERS[chosen][1]).select_related("task"), ROWS_PER_PAGE)
    paginator.count = counts[chosen]
    page = paginator.get_page(request.GET.get("page"))
    names = (
        unknown_names(imported.rows.filter(UNSURE, left_out=False))
        if imported.state == Import.State.READY
        else []
    )
    rows = list(page.object_list)
    bodies = bodies_of(rows, names)
    passed_over = passed_over_in(imported)
    context = {
        "title": imported.file_name,
        "crumbs": crumbs_of(imported.order, (imported.file_name, "")),
        "passed_over": [sentence_for(entry) for entry in passed_over if entry.kind != "answered"],
        "only_told": [sentence_for(entry) for entry in passed_over if not entry.columns],
        "open_choices": sum(entry.kind == "choice" for entry in passed_over),
        "columns_form": ColumnsForm(passed_over=passed_over),
        "may_name_columns": import_rules.may_name_columns(request.user, imported),
        "order": imported.order,
        "imported": imported,
        "page": page,
        "rows": preview_rows([row for row in rows if not is_change(row)], bodies, request.user),
        "changes": preview_changes([row for row in rows if is_change(row)], request.user),
        "chips": _chips(counts, chosen),
        "to_write": counts["all"] - counts["left_out"],
        "to_change": counts["changes"],
        "uncertain": counts["unsure"] - counts["refused"],
        "counts": counts,
        "unnamed": [(name, _name_form(name, bodies)) for name in names],
        "may_correct": import_rules.may_correct_import(request.user, imported),
        "may_undo": import_rules.may_undo_import(request.user, imported),
        "may_drop": import_rules.may_drop_import(request.user, imported),
        "refused": list(refused),
        "problem": refusal_sentence(imported.problem, imported.problem_values) if imported.problem else "",
        "here": request.get_full_path(),
    }
    return render(request, "imports/detail.html", context)


def _counts(imported: Import) -> dict[str, int]:
    conditions = {name: condition for name, (_label, condition) in FILTERS.items()}
    conditions |= {"changes": CHANGE, "refused": CHANGE & UNSURE}
    # Not under their own names: one of them is a column.
    counts = imported.rows.aggregate(
        **{f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    )
    return {name: counts[f"n_{name}"] for name in conditions}


def _chips(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "count": counts[name],
            "url": "?" if name == "all" else f"?show={name}",
            "current": name == chosen,
            "colour": COLOURS.get(name, ""),
        }
        for name, (label, _condition) in FILTERS.items()
        if counts[name] or name in ("all", chosen)
    ]


def _name_form(name: UnknownName, bodies: dict[int, Body]) -> NameForm:
    nearest = [bodies[key] for key in name.near if key in bodies]
    return NameForm(near=nearest, initial={"words": name.words})


@login_required
@require_POST
def name_body(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    """Which body a name of the file means, wherever it stands; remembered for the next file if wanted."""
    imported = find_import(request, pk, import_pk)
    import_rules.may_correct_import(request.user, imported).or_raise()
    near = Body.objects.filter(pk__in=[key for key in request.POST.getlist("near") if key.isdecimal()])
    form = NameForm(request.POST, near=list(near))
    if not form.is_valid():
        return _render(request, imported, _sentences(form))
    words, body = form.cleaned_data["words"], form.body
    try:
        with transaction.atomic():
            count = import_actions.name_body(imported=imported, words=words, body=body, by=request.user)
            if form.cleaned_data["remember"]:
                remember_alias(body=body, name=words, reader=imported.order.body, by=request.user)
    except ValidationError as error:
        return _render(request, imported, error.messages)
    message = ngettext(
        "“%(words)s” is %(body)s in %(count)s row.", "“%(words)s” is %(body)s in %(count)s rows.", count
    )
    messages.success(request, message % {"words": words, "body": body, "count": count})
    return redirect(imported)


@login_required
@require_POST
def name_columns(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    """What columns of the file mean; a worker reads it again with that."""
    imported = find_import(request, pk, import_pk)
    import_rules.may_name_columns(request.user, imported).or_raise()
    form = ColumnsForm(request.POST, passed_over=passed_over_in(imported))
    if not form.is_valid():
        return _render(request, imported, _sentences(form))
    try:
        import_actions.name_columns(
            imported=imported,
            meanings=form.meanings,
            by=request.user,
            remember=form.cleaned_data["remember"],
            version=read_opened_version(request),
        )
    except (ValidationError, StaleVersion) as error:
        return _render(request, find_import(request, pk, import_pk), _sentences(error))
    messages.success(request, _("The file is read again with what you said of its columns."))
    return redirect(imported)


@login_required
@require_POST
def write_import(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = find_import(request, pk, import_pk)
    try:
        written = import_actions.write_import(
            imported=imported, by=request.user, version=read_opened_version(request)
        )
    except (ValidationError, StaleVersion) as error:
        return _render(request, find_import(request, pk, import_pk), _sentences(error))
    count = written.drafts().count()
    message = ngettext("%(count)s draft was written.", "%(count)s drafts were written.", count)
    messages.success(request, message % {"count": count})
    return redirect(imported)


def _sentences(refusal: forms.Form | ValidationError | StaleVersion) -> list[str]:
    """Why it was refused, for the page that has no form to put them beside."""
    if isinstance(refusal, forms.Form):
        return [str(sentence) for sentences in refusal.errors.values() for sentence in sentences]
    return refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]


@login_required
@require_POST
def forget_column(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """A heading means again what it says; files that were read stay as they are."""
    meaning = get_object_or_404(ColumnMeaning.objects.select_related("body"), pk=pk, body__code=code)
    import_actions.forget_column(meaning=meaning, by=request.user)
    messages.success(request, _("“%(name)s” is forgotten. You are asked again.") % {"name": meaning.heading})
    return redirect("bodies:papers", code)
