"""A received file is sent in, taken back after it was written, or dropped."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from committees.doors import SignedInRequest
from imports import actions as import_actions
from imports import rules as import_rules
from imports.actions.drafts import edited_drafts
from imports.forms import UndoForm, UploadForm
from imports.views.common import crumbs_of, find_import, form_data
from portal.shared.forms import add_errors
from tasks.models import Task
from tasks.pages.common import find_order

# Drafts that somebody worked on, named before they are taken back.
MAX_LISTED_DRAFTS = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: SignedInRequest, pk: int) -> HttpResponse:
    order = find_order(request, pk)
    import_rules.may_import(request.user, order).or_raise()
    form = UploadForm(form_data(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                import_actions.start_import(order=order, file=form.cleaned_data["file"], by=request.user)
            )
        except ValidationError as error:
            add_errors(form, error)
    context = {
        "title": _("Import tasks from a file"),
        "crumbs": crumbs_of(order, (_("Import tasks from a file"), "")),
        "order": order,
        "form": form,
        "back": order.get_absolute_url(),
    }
    return render(request, "imports/new.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = find_import(request, pk, import_pk)
    import_rules.may_undo_import(request.user, imported).or_raise()
    edited = edited_drafts(imported)
    form = UndoForm(form_data(request), edited=edited)
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
    listed = [task.pk for task in edited[:MAX_LISTED_DRAFTS]]
    context = {
        "title": _("Take the import back"),
        "crumbs": crumbs_of(imported.order, (_("Take the import back"), "")),
        "explanation": _("All drafts of this file are removed, as if it had never been written."),
        "changed": edited,
        "seen": Task.objects.visible_to(request.user).in_bulk(listed),
        "form": form,
        "verb": _("Take all drafts back"),
        "icon_name": "undo-2",
        "risk": True,
        "back": imported.get_absolute_url(),
    }
    return render(request, "imports/undo.html", context)


@login_required
@require_POST
def drop_import(request: SignedInRequest, pk: int, import_pk: int) -> HttpResponse:
    imported = find_import(request, pk, import_pk)
    import_actions.drop_import(imported=imported, by=request.user)
    messages.success(request, _("Given up: nothing of this file was written."))
    return redirect(imported.order)
