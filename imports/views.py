"""From a received file to drafts: the upload, the table to correct, writing it and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.versions import StaleVersion, read_opened_version
from committees.actions import remember_alias
from committees.doors import SignedInRequest
from committees.models import Body
from imports import actions as import_actions
from imports import rules as import_rules
from imports import storing
from imports.actions.files import touched
from imports.changes import is_change
from imports.forms import CELL_NAMES, ColumnsForm, NameForm, RowForm, UndoForm, UploadForm
from imports.models import ColumnMeaning, Import, ImportRow
from imports.preview import Unnamed, bodies_of, changes_in, preview, unnamed
from imports.problems import refusal_of
from imports.reading.passed_over import passed_over_in, says
from portal.shared.forms import add_errors
from tasks.models import Order, Task
from tasks.pages.common import Crumbs, find_order

ROWS = 50

CHANGED = 20
"""Drafts that somebody worked on, named before they are taken back."""

DUPLICATE = Q(values__duplicates__0__isnull=False)
UNSURE = ~Q(problems=[])
CHANGE = Q(values__changes__isnull=False, left_out=False)
FILTERS: dict[str, tuple[Any, Q]] = {
    "all": (gettext_lazy("All"), Q()),
    "unsure": (gettext_lazy("Not certain"), UNSURE & Q(left_out=False)),
    "duplicates": (gettext_lazy("Duplicates"), DUPLICATE),
    "left_out": (gettext_lazy("Left out"), Q(left_out=True)),
}
"""What the preview can be narrowed to."""

READ: dict[str, Any] = {
    **{name: CELL_NAMES[name] for name in ("number", "pillar", "title", "lead", "coordinating")},
    "deliverable": CELL_NAMES["deliverable"],
    "due": CELL_NAMES["due"],
    "parent_words": CELL_NAMES["parent"],
    "note": gettext_lazy("note"),
}
"""What stood in the file → what it is called."""

COLOURS = {"unsure": "due_soon", "duplicates": "submitted"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, pk: int) -> HttpResponse:
    order = find_order(request, pk)
    import_rules.may_import(request.user, order).or_raise()
    form = UploadForm(_typed(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                import_actions.start_import(order=order, file=form.cleaned_data["file"], by=request.user)
            )
        except ValidationError as error:
            add_errors(form, error)
    context = {
        "title": _("Import tasks from a file"),
        "crumbs": _crumbs(order, _("Import tasks from a file")),
        "order": order,
        "form": form,
        "back": order.get_absolute_url(),
    }
    return render(request, "imports/new.html", context)


@login_required
@require_safe
def import_page(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = _find(request, pk, import_pk)
    if request.headers.get("HX-Request") and imported.state != Import.State.READING:
        # The page that waited for the reading has nothing of what follows it.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _page(request, imported)


def _page(request: SignedInRequest, imported: Import, refused: Iterable[str] = ()) -> HttpResponse:
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in FILTERS else "all"
    counts = _counts(imported)
    paginator = Paginator(imported.rows.filter(FILTERS[chosen][1]).select_related("task"), ROWS)
    paginator.count = counts[chosen]
    page = paginator.get_page(request.GET.get("page"))
    names = _unnamed(imported)
    shown = list(page.object_list)
    bodies = bodies_of(shown, names)
    passed_over = passed_over_in(imported)
    context = {
        "title": imported.file_name,
        "crumbs": _crumbs(imported.order, imported.file_name),
        "passed_over": [says(one) for one in passed_over if one.kind != "answered"],
        "only_told": [says(one) for one in passed_over if not one.columns],
        "open_choices": sum(one.kind == "choice" for one in passed_over),
        "columns_form": ColumnsForm(passed_over=passed_over),
        "may_name_columns": import_rules.may_name_columns(request.user, imported),
        "order": imported.order,
        "imported": imported,
        "page": page,
        "rows": preview([row for row in shown if not is_change(row)], bodies, request.user),
        "changes": changes_in([row for row in shown if is_change(row)], request.user),
        "chips": _chips(counts, chosen),
        "to_write": counts["all"] - counts["left_out"],
        "to_change": counts["changes"],
        "uncertain": counts["unsure"] - counts["refused"],
        "counts": counts,
        "unnamed": [(one, _picker(one, bodies)) for one in names],
        "may_correct": import_rules.may_correct_import(request.user, imported),
        "may_undo": import_rules.may_undo_import(request.user, imported),
        "may_drop": import_rules.may_drop_import(request.user, imported),
        "refused": list(refused),
        "problem": refusal_of(imported.problem, imported.problem_values) if imported.problem else "",
        "here": request.get_full_path(),
    }
    return render(request, "imports/detail.html", context)


def _counts(imported: Import) -> dict[str, int]:
    wanted = {name: condition for name, (_label, condition) in FILTERS.items()}
    wanted |= {"changes": CHANGE, "refused": CHANGE & UNSURE}
    # Not under their own names: one of them is a column.
    found = imported.rows.aggregate(**{f"n_{name}": Count("pk", filter=wanted[name]) for name in wanted})
    return {name: found[f"n_{name}"] for name in wanted}


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


def _unnamed(imported: Import) -> list[Unnamed]:
    if imported.state != Import.State.READY:
        return []
    return unnamed(imported.rows.filter(UNSURE, left_out=False))


def _picker(one: Unnamed, bodies: dict[int, Body]) -> NameForm:
    near = [bodies[key] for key in one.near if key in bodies]
    return NameForm(near=near, initial={"words": one.words})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: SignedInRequest, pk: int, import_pk: int, position: int) -> HttpResponse:
    """One row: what stands in the file beside what it means, which can be corrected."""
    imported = _find(request, pk, import_pk)
    import_rules.may_correct_import(request.user, imported).or_raise()
    found = get_object_or_404(imported.rows, position=position)
    if is_change(found):
        return redirect(_place(imported, found))
    form = RowForm(_typed(request), row=found)
    if request.method == "POST" and form.is_valid() and _corrected(request, imported, found, form):
        messages.success(request, _("Saved: %(row)s.") % {"row": storing.place_of(found)})
        return redirect(_after(request, imported, found))
    (shown,) = preview([found], bodies_of([found]), request.user)
    crumbs = _crumbs(imported.order, "")[:-1]
    context = {
        "title": storing.place_of(found),
        "crumbs": [*crumbs, (imported.file_name, imported.get_absolute_url()), (shown.place, "")],
        "imported": imported,
        "row": shown,
        "form": form,
        "mark": storing.mark(found),
        "read": [(name, found.read[cell]) for cell, name in READ.items()],
        "back": _place(imported, found),
    }
    return render(request, "imports/row.html", context)


def _corrected(request: SignedInRequest, imported: Import, found: ImportRow, form: RowForm) -> bool:
    try:
        import_actions.correct_row(
            imported=imported,
            position=found.position,
            by=request.user,
            values=form.values,
            sure=form.cleaned_data.get("sure", ()),
            seen=request.POST.get("mark", ""),
        )
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


def _after(request: SignedInRequest, imported: Import, found: ImportRow) -> str:
    """The next row to look at when that was asked for, else where this one stands in the table."""
    if "next" in request.POST:
        open_rows = imported.rows.filter(UNSURE, left_out=False)
        later = open_rows.filter(position__gt=found.position).first() or open_rows.first()
        if later:
            return _row_url(imported, later)
    return _place(imported, found)


def _place(imported: Import, found: ImportRow) -> str:
    page = (imported.rows.filter(position__lt=found.position).count()) // ROWS + 1
    return f"{imported.get_absolute_url()}?page={page}#row-{found.position}"


def _row_url(imported: Import, found: ImportRow) -> str:
    return reverse("orders:import_row", args=[imported.order_id, imported.pk, found.position])


@login_required
@require_POST
def leave_out(request: SignedInRequest, pk: int, import_pk: int, position: int) -> HttpResponse:
    imported = _find(request, pk, import_pk)
    found = get_object_or_404(imported.rows, position=position)
    out = request.POST.get("out") != "0"
    import_actions.leave_out(imported=imported, position=position, by=request.user, out=out)
    said = _("Left out: %(row)s.") if out else _("Taken in: %(row)s.")
    messages.success(request, said % {"row": storing.place_of(found)})
    return redirect(_place(imported, found))


@login_required
@require_POST
def name_body(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    """Which body a name of the file means, wherever it stands; remembered for the next file if wanted."""
    imported = _find(request, pk, import_pk)
    import_rules.may_correct_import(request.user, imported).or_raise()
    near = Body.objects.filter(pk__in=[key for key in request.POST.getlist("near") if key.isdecimal()])
    form = NameForm(request.POST, near=list(near))
    if not form.is_valid():
        return _page(request, imported, [str(said) for errors in form.errors.values() for said in errors])
    words, body = form.cleaned_data["words"], form.body
    try:
        with transaction.atomic():
            count = import_actions.name_body(imported=imported, words=words, body=body, by=request.user)
            if form.cleaned_data["remember"]:
                remember_alias(body=body, name=words, reader=imported.order.body, by=request.user)
    except ValidationError as error:
        return _page(request, imported, error.messages)
    said = ngettext(
        "“%(words)s” is %(body)s in %(count)s row.", "“%(words)s” is %(body)s in %(count)s rows.", count
    )
    messages.success(request, said % {"words": words, "body": body, "count": count})
    return redirect(imported)


@login_required
@require_POST
def name_columns(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    """What columns of the file mean; a worker reads it again with that."""
    imported = _find(request, pk, import_pk)
    import_rules.may_name_columns(request.user, imported).or_raise()
    form = ColumnsForm(request.POST, passed_over=passed_over_in(imported))
    if not form.is_valid():
        return _page(request, imported, [str(said) for errors in form.errors.values() for said in errors])
    try:
        import_actions.name_columns(
            imported=imported,
            meanings=form.meanings,
            by=request.user,
            remember=form.cleaned_data["remember"],
            version=read_opened_version(request),
        )
    except (ValidationError, StaleVersion) as error:
        lines = error.messages if isinstance(error, ValidationError) else [str(error)]
        return _page(request, _find(request, pk, import_pk), lines)
    messages.success(request, _("The file is read again with what you said of its columns."))
    return redirect(imported)


@login_required
@require_POST
def write(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = _find(request, pk, import_pk)
    try:
        written = import_actions.write_import(
            imported=imported, by=request.user, version=read_opened_version(request)
        )
    except (ValidationError, StaleVersion) as error:
        lines = error.messages if isinstance(error, ValidationError) else [str(error)]
        return _page(request, _find(request, pk, import_pk), lines)
    count = written.drafts().count()
    said = ngettext("%(count)s draft was written.", "%(count)s drafts were written.", count)
    messages.success(request, said % {"count": count})
    return redirect(imported)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = _find(request, pk, import_pk)
    import_rules.may_undo_import(request.user, imported).or_raise()
    changed = touched(imported)
    form = UndoForm(_typed(request), changed=changed)
    if request.method == "POST" and form.is_valid():
        try:
            import_actions.undo_import(
                imported=imported, by=request.user, changed=form.cleaned_data.get("changed", False)
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Taken back: none of its drafts is left."))
            return redirect(imported.order)
    context = {
        "title": _("Take the import back"),
        "crumbs": _crumbs(imported.order, _("Take the import back")),
        "explanation": _("All drafts of this file are removed, as if it had never been written."),
        "changed": changed,
        "seen": Task.objects.visible_to(request.user).in_bulk([task.pk for task in changed[:CHANGED]]),
        "form": form,
        "verb": _("Take all drafts back"),
        "icon_name": "undo-2",
        "risk": True,
        "back": imported.get_absolute_url(),
    }
    return render(request, "imports/undo.html", context)


@login_required
@require_POST
def drop(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = _find(request, pk, import_pk)
    import_actions.drop_import(imported=imported, by=request.user)
    messages.success(request, _("Given up: nothing of this file was written."))
    return redirect(imported.order)


def _find(request: SignedInRequest, pk: int, import_pk: int) -> Import:
    """An import of an order that the person sees; who may not import does not read what others have read."""
    order = find_order(request, pk)
    import_rules.may_import(request.user, order).or_raise()
    imported: Import = get_object_or_404(order.imports.select_related("by"), pk=import_pk)
    imported.order = order
    return imported


def _typed(request: SignedInRequest) -> Any:
    """Nothing filled in and nothing ticked is an answer too."""
    return request.POST if request.method == "POST" else None


def _crumbs(order: Order, last: str) -> Crumbs:
    crumbs: Crumbs = [(_("Orders"), reverse("orders:list")), (order.number, order.get_absolute_url())]
    return [*crumbs, (last, "")]


@login_required
@require_POST
def forget_column(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """A heading means again what it says; files that were read stay as they are."""
    meaning = get_object_or_404(ColumnMeaning.objects.select_related("body"), pk=pk, body__code=code)
    import_actions.forget_column(meaning=meaning, by=request.user)
    messages.success(request, _("“%(name)s” is forgotten. You are asked again.") % {"name": meaning.heading})
    return redirect("bodies:papers", code)
