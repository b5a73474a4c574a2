"""Pages about being away: one's own on the profile, a member's on the page of the body."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from committees import access, actions, rules
from committees.doors import SignedInRequest
from committees.forms import AbsenceForm, DaysForm, EndAbsenceForm
from committees.models import Absence, Membership, Person
from portal.shared.days import format_day, today
from portal.shared.forms import add_errors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: SignedInRequest) -> HttpResponse:
    """I am away from … to …; my deputy is …"""
    return _enter_page(request, request.user, reverse("profile"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_away(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Enter an absence of a member of a body, by those who keep its members."""
    terms = Membership.objects.filter(office__body__code=code, absence=None)
    terms = terms.filter(office__body__in=access.member_readers(request.user).values("pk"))
    term = get_object_or_404(terms.select_related("person", "office__body"), pk=pk)
    rules.may_keep_absences(request.user, term.person).or_raise()
    return _enter_page(request, term.person, term.office.body.get_absolute_url())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another last day or reason."""
    absence = _absence(request, pk)
    form = DaysForm(request.POST if request.method == "POST" else None, instance=absence)
    if request.method == "POST" and form.is_valid() and _save(request, form, absence):
        messages.success(request, _("The absence is saved."))
        return redirect(_back_url(request, absence))
    context = {"title": _("Change an absence"), "about": absence, "verb": _("Save the absence")}
    return _page(request, form, _back_url(request, absence), context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Back early: the deputy holds nothing from this moment, or after a last day."""
    absence = _absence(request, pk)
    form = EndAbsenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _end(request, form, absence):
        return redirect(_back_url(request, absence))
    context = {
        "title": _("End the absence"),
        "explanation": _("%(deputy)s acts for %(person)s. Say when that ends.")
        % {"deputy": absence.deputy, "person": absence.person},
        "form": form,
        "verb": _("End the absence"),
        "icon_name": "undo-2",
        "back": _back_url(request, absence),
    }
    return render(request, "parts/confirm.html", context)


def _enter_page(request: SignedInRequest, person: Person, back: str) -> HttpResponse:
    absence = Absence(person=person, starts_on=today())
    form = AbsenceForm(request.POST if request.method == "POST" else None, instance=absence)
    if request.method == "POST" and form.is_valid() and _save(request, form, absence):
        sentence = _("%(deputy)s acts for %(person)s from %(first)s to %(last)s.")
        days = {"first": format_day(absence.starts_on), "last": format_day(absence.ends_on)}
        messages.success(request, sentence % {"deputy": absence.deputy, "person": absence.person, **days})
        return redirect(back)
    context = {"title": _("Enter an absence"), "person": person, "verb": _("Name the deputy")}
    return _page(request, form, back, context)


def _absence(request: SignedInRequest, pk: int) -> Absence:
    """An absence is known to those who may change it."""
    absence = get_object_or_404(Absence.objects.select_related("person", "deputy"), pk=pk)
    if not rules.may_keep_absences(request.user, absence.person):
        raise Http404
    return absence


def _save(request: SignedInRequest, form: Any, absence: Absence) -> bool:
    try:
        actions.save_absence(absence=absence, by=request.user)
    except ValidationError as error:
        add_errors(form, error, once=False)
    return not form.errors


def _end(request: SignedInRequest, form: EndAbsenceForm, absence: Absence) -> bool:
    last_day = form.cleaned_data["ends_on"]
    if last_day is None:
        actions.end_absence(absence=absence, by=request.user)
        messages.success(request, _("The absence is ended: from this moment the deputy holds nothing of it."))
        return True
    absence.ends_on = last_day
    try:
        actions.save_absence(absence=absence, by=request.user)
    except ValidationError as error:
        form.add_error("ends_on", error.messages)
        return False
    sentence = _("The last day of the absence is %(day)s.")
    messages.success(request, sentence % {"day": format_day(last_day)})
    return True


def _back_url(request: SignedInRequest, absence: Absence) -> str:
    """Where to go back to: one's own profile, else the body of the first office of the person."""
    if absence.person_id == request.user.pk:
        return reverse("profile")
    term = absence.person.acting_membership()
    return term.office.body.get_absolute_url() if term else reverse("bodies:list")


def _page(request: SignedInRequest, form: Any, back: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, "committees/away.html", {"form": form, "back": back, **context})
