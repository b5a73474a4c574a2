"""How a body's received papers are read and its own are written: settings, and whom names in papers mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from committees import actions, rules
from committees.actions.common import PAPER_FIELDS
from committees.doors import SignedInRequest
from committees.fields import BodyField
from committees.forms import PapersForm
from committees.models import Alias, Body
from portal.shared.fields import PlainField
from portal.shared.forms import add_errors
from portal.shared.page_parts import parts_of


class NameForm(forms.Form):
    name = PlainField(
        label=gettext_lazy("Name in papers"),
        max_length=250,
        help_text=gettext_lazy("As the papers write it."),
    )
    body = BodyField(label=gettext_lazy("Body"), help_text=gettext_lazy("Whom it means: code or whole name."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def body_papers(request: SignedInRequest, code: str) -> HttpResponse:
    """Settings of a body for papers, changed by those who keep it; below them the names it knows."""
    body = get_object_or_404(Body, code=code)
    if not rules.may_name_bodies(request.user, body):
        rules.may_keep_papers(request.user, body).or_raise()
    form = PapersForm(request.POST if request.method == "POST" else None, instance=body)
    if request.method == "POST":
        rules.may_keep_papers(request.user, body).or_raise()
        if form.is_valid() and _save(request, body, form):
            messages.success(request, _("Saved. It counts for what is read and written from now on."))
            return redirect("bodies:papers", body.code)
    return _page(request, body, form, NameForm())


def _save(request: SignedInRequest, body: Body, form: PapersForm) -> bool:
    values = {name: form.cleaned_data[name] for name in PAPER_FIELDS}
    try:
        actions.save_paper_settings(body=body, values=values, by=request.user)
    except ValidationError as error:
        add_errors(form, error, once=False)
    return not form.errors


@login_required
@require_POST
def remember(request: SignedInRequest, code: str) -> HttpResponse:
    """From now on a name in papers of this body means another body."""
    reader = get_object_or_404(Body, code=code)
    rules.may_name_bodies(request.user, reader).or_raise()
    form = NameForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            alias = actions.remember_alias(
                body=values["body"], name=values["name"], reader=reader, by=request.user
            )
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            sentence = _("From now on “%(name)s” means %(body)s.")
            messages.success(request, sentence % {"name": alias.name, "body": alias.body})
            return redirect("bodies:papers", reader.code)
    return _page(request, reader, PapersForm(instance=reader), form)


@login_required
@require_POST
def forget(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """A name means nobody any more; tasks that were made keep their agencies."""
    alias = get_object_or_404(Alias.objects.select_related("used_by"), pk=pk, used_by__code=code)
    actions.forget_alias(alias=alias, by=request.user)
    messages.success(request, _("“%(name)s” is forgotten. You are asked again.") % {"name": alias.name})
    return redirect("bodies:papers", code)


def _page(request: SignedInRequest, body: Body, form: PapersForm, naming: NameForm) -> HttpResponse:
    names = Alias.objects.filter(used_by=body).select_related("body")
    shown = (body.get_before_means_display(), body.get_letterhead_display(), body.place or "–")
    context: dict[str, Any] = {
        "facts": [(field.label, value) for field, value in zip(form, shown, strict=True)],
        "body": body,
        "form": form,
        "naming": naming,
        "may_keep": rules.may_keep_papers(request.user, body),
        "may_name": rules.may_name_bodies(request.user, body),
        "page": Paginator(names, 50).get_page(request.GET.get("page")),
        "parts": parts_of("bodies:papers", request, body),
        "title": _("Papers"),
        "crumbs": [(_("Bodies"), reverse("bodies:list")), (body.brief, body.get_absolute_url())],
    }
    return render(request, "committees/papers.html", context)
