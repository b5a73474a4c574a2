"""One row of a received file: corrected, left out or taken in again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from committees.doors import SignedInRequest
from imports import actions as import_actions
from imports import rules as import_rules
from imports.corrections import fingerprint
from imports.forms import CELL_NAMES, RowForm
from imports.meaning import place_of
from imports.models import Import, ImportRow
from imports.preview import bodies_of, preview_rows
from imports.round_trip import is_change
from imports.views.common import crumbs_of, find_import, form_data
from imports.views.table import ROWS_PER_PAGE, UNSURE
from portal.shared.forms import add_errors

# Cell of the file → what it is called, in the order of the page.
FILE_CELLS: dict[str, Any] = {
    **{name: CELL_NAMES[name] for name in ("number", "pillar", "title", "lead", "coordinating")},
    "deliverable": CELL_NAMES["deliverable"],
    "due": CELL_NAMES["due"],
    "parent_words": CELL_NAMES["parent"],
    "note": gettext_lazy("note"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct_row(request: SignedInRequest, pk: int, import_pk: int, position: int) -> HttpResponse:
    """What stands in the file beside what it means, which can be corrected."""
    imported = find_import(request, pk, import_pk)
    import_rules.may_correct_import(request.user, imported).or_raise()
    row = get_object_or_404(imported.rows, position=position)
    if is_change(row):
        return redirect(_place_in_table(imported, row))
    form = RowForm(form_data(request), row=row)
    if request.method == "POST" and form.is_valid():
        try:
            import_actions.correct_row(
                imported=imported,
                position=position,
                by=request.user,
                values=form.values,
                sure=form.cleaned_data.get("sure", ()),
                seen=request.POST.get("mark", ""),
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved: %(row)s.") % {"row": place_of(row)})
            return redirect(_next_page(request, imported, row))
    (shown,) = preview_rows([row], bodies_of([row]), request.user)
    context = {
        "title": place_of(row),
        "crumbs": crumbs_of(
            imported.order, (imported.file_name, imported.get_absolute_url()), (shown.place, "")
        ),
        "imported": imported,
        "row": shown,
        "form": form,
        "mark": fingerprint(row),
        "read": [(name, row.read[cell]) for cell, name in FILE_CELLS.items()],
        "back": _place_in_table(imported, row),
    }
    return render(request, "imports/row.html", context)


def _next_page(request: SignedInRequest, imported: Import, row: ImportRow) -> str:
    """The next row to look at when that was asked for, else where this one stands in the table."""
    if "next" in request.POST:
        open_rows = imported.rows.filter(UNSURE, left_out=False)
        next_row = open_rows.filter(position__gt=row.position).first() or open_rows.first()
        if next_row:
            return reverse("orders:import_row", args=[imported.order_id, imported.pk, next_row.position])
    return _place_in_table(imported, row)


def _place_in_table(imported: Import, row: ImportRow) -> str:
    page = imported.rows.filter(position__lt=row.position).count() // ROWS_PER_PAGE + 1
    return f"{imported.get_absolute_url()}?page={page}#row-{row.position}"


@login_required
@require_POST
def leave_out(request: SignedInRequest, pk: int, import_pk: int, position: int) -> HttpResponse:
    imported = find_import(request, pk, import_pk)
    row = get_object_or_404(imported.rows, position=position)
    out = request.POST.get("out") != "0"
    import_actions.leave_out(imported=imported, position=position, by=request.user, out=out)
    message = _("Left out: %(row)s.") if out else _("Taken in: %(row)s.")
    messages.success(request, message % {"row": place_of(row)})
    return redirect(_place_in_table(imported, row))
