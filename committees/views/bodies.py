"""The bodies as a tree, and keeping the members of one. A body's own page shows tasks: tasks/views/body."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from committees import access, actions, rules
from committees.doors import SignedInRequest
from committees.forms import AppointForm, BodySearchForm, EndForm, TermForm
from committees.models import Body, BodyQuerySet, Membership, ProposedTerm
from portal.shared.days import format_day, today
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number

FILTERS = ("q", "kind", "chain")
# Bodies in the list below a field that names one.
MAX_SUGGESTIONS = 20


@login_required
@require_safe
def bodies(request: SignedInRequest) -> HttpResponse:
    """The tree two steps at a time; with a search or filter a flat list of what matches."""
    form = BodySearchForm(request.GET)
    form.is_valid()
    filters = form.cleaned_data
    under: Body | None = filters.get("under")
    searching = any(filters.get(name) for name in (*FILTERS, "level"))
    matching = _filter_bodies(filters)
    rows = matching.filter(level=filters["level"]) if filters.get("level") else matching
    if not searching:
        rows = Body.objects.filter(Q(parent=under) | Q(parent__parent=under))
    rows = rows.select_related("parent").annotate(below=Count("children")).order_by("path")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(body, 0 if searching else _depth(body, under)) for body in page],
        "levels": _levels(
            matching, filters.get("level", ""), tree=not any(filters.get(name) for name in FILTERS)
        ),
        "under": under,
        "searching": searching,
        "crumbs": _crumbs(under),
        "title": under.name if under else _("Bodies"),
    }
    return render(request, "committees/list.html", context)


def _filter_bodies(filters: dict[str, Any]) -> BodyQuerySet:
    """What matches everything but the level, whose chips count it."""
    under = filters.get("under")
    bodies = Body.objects.below(under) if under else Body.objects.all()
    if filters.get("q"):
        bodies = bodies.matching(filters["q"])
    for name in ("kind", "chain"):
        if filters.get(name):
            bodies = bodies.filter(**{name: filters[name]})
    return bodies


def _depth(body: Body, under: Body | None) -> int:
    return body.path.count(".") - (under.path.count(".") if under else 0) - 1


def _levels(bodies: BodyQuerySet, chosen: str, tree: bool) -> list[dict[str, Any]]:
    """One chip for each level with its count, and one for all that match: they add up.

    Without a search the first chip is the tree, which shows two steps and so counts nothing.
    """
    counts = dict(bodies.order_by().values_list("level").annotate(Count("pk")))
    chips = [
        {"value": level.value, "label": level.label, "count": counts.get(level.value, 0)}
        for level in Body.Level
    ]
    label, total = (_("tree"), None) if tree else (_("all levels"), sum(counts.values()))
    every = {"value": "", "label": label, "count": total}
    return [{**chip, "current": chip["value"] == chosen} for chip in (every, *chips)]


def _crumbs(under: Body | None) -> list[tuple[str, str]]:
    if under is None:
        return []
    above = Body.objects.filter(pk__in=under.ancestor_ids()).order_by("path")
    return [(_("Bodies"), "?"), *((body.brief, f"?under={body.code}") for body in above), (under.brief, "")]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: SignedInRequest, code: str) -> HttpResponse:
    """Put a person into an office of the body for a term."""
    body = get_object_or_404(Body, code=code)
    rules.may_appoint_in(request.user, body).or_raise()
    initial = {"role": request.GET.get("role", ""), "starts_on": today()}
    form = AppointForm(request.POST if request.method == "POST" else None, body=body, initial=initial)
    if request.method == "POST" and form.is_valid():
        term = form.term()
        if (saved := _save(request, form, term)) == term:
            sentence = _("%(person)s holds the office %(office)s from %(day)s.")
            messages.success(request, sentence % {**_names(term), "day": format_day(term.starts_on)})
        if saved:
            return redirect(body)
    context = {"verb": _("Appoint"), "icon_name": "user-plus", "title": _("Add a member")}
    return _form_page(request, body, form, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def membership(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Correct a term: its office, days, position or decision."""
    term = _term(request, code, pk)
    form = TermForm(request.POST if request.method == "POST" else None, initial=TermForm.values_of(term))
    if request.method == "POST" and form.is_valid() and (saved := _save(request, form, form.fill(term))):
        if saved == term:
            messages.success(request, _("The term of %(person)s is saved.") % _names(term))
        return redirect(term.office.body)
    may_end = term.ends_on is None or term.ends_on >= today()
    context = {
        "about": term,
        "may_end": may_end,
        "may_change_person": rules.may_change_person(request.user, term.person),
        "title": _("Correct a term"),
    }
    return _form_page(request, term.office.body, form, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_membership(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """End a term on a day; nothing else has to be locked by hand."""
    term = _term(request, code, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_membership(membership=term, ends_on=form.cleaned_data["ends_on"], by=request.user)
        except ValidationError as error:
            form.add_error("ends_on", error.messages)
        else:
            messages.success(request, _end_sentence(term, form.cleaned_data["ends_on"]))
            return redirect(term.office.body)
    context = {"about": term, "verb": _("End the term"), "icon_name": "user-x", "title": _("End a term")}
    return _form_page(request, term.office.body, form, context)


def _end_sentence(term: Membership, last_day: date | None) -> str:
    if last_day is None:
        return _("The term of %(person)s has ended: from this moment it gives nothing.") % _names(term)
    sentence = _("The last day of the term of %(person)s is %(day)s.")
    return sentence % {**_names(term), "day": format_day(last_day)}


def _term(request: SignedInRequest, code: str, pk: int) -> Membership:
    """A term of the body, for those who may see its members and then for those who keep them."""
    rows = Membership.objects.filter(office__body__in=Body.objects.filter(code=code))
    rows = rows.filter(office__body__in=access.member_readers(request.user).values("pk"))
    term = get_object_or_404(rows.select_related("office__body__parent", "person"), pk=pk)
    rules.may_change_term(request.user, term.person, term.office).or_raise()
    return term


def _save(request: SignedInRequest, form: TermForm, term: Membership) -> Membership | ProposedTerm | None:
    try:
        saved = actions.appoint(membership=term, by=request.user)
    except ValidationError as error:
        add_errors(form, error, names=TermForm.NAMES, once=False)
        return None
    if isinstance(saved, ProposedTerm):
        messages.warning(request, _("Your own appointment waits: another administrator decides on it."))
    return saved


def _names(term: Membership) -> dict[str, Any]:
    return {"person": term.person, "office": term.office.get_role_display()}


def _form_page(request: SignedInRequest, body: Body, form: Any, context: dict[str, Any]) -> HttpResponse:
    frame = {
        "form": form,
        "body": body,
        "back": body.get_absolute_url(),
        "crumbs": [(_("Bodies"), reverse("bodies:list")), (body.brief, body.get_absolute_url())],
    }
    return render(request, "committees/member_form.html", {**frame, **context})


@login_required
@require_safe
def suggestions(request: SignedInRequest) -> HttpResponse:
    """The list below a field that names a body: what holds every word typed, the reader's own first."""
    own = [term.office.body for term in request.user.acting_memberships()]
    bodies = _suggested_bodies(request).matching(request.GET.get("q", "")[:200])
    nearest: list[Any] = list(
        bodies.nearest_first(own, today()).select_related("parent")[: MAX_SUGGESTIONS + 1]
    )
    groups = [
        (label, [body for body in nearest[:MAX_SUGGESTIONS] if body.nearness == nearness])
        for nearness, label in enumerate((_("Your own"), _("Above"), _("Elsewhere")))
    ]
    context = {"groups": groups, "more": len(nearest) > MAX_SUGGESTIONS}
    return render(request, "committees/suggestions.html", context)


def _suggested_bodies(request: SignedInRequest) -> BodyQuerySet:
    """Where the body that `giver` names hands its work down to, for those who prepare its tasks; else all."""
    key = parse_number(request.GET.get("giver"))
    giver = access.bodies(request.user, "draft_tasks").filter(pk=key).first() if key is not None else None
    return Body.objects.handed_to_by(giver, today()) if giver else Body.objects.all()
