"""Pages on which a body is kept by its own: adding people and bodies below, correcting names."""

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
from django.views.decorators.http import require_http_methods, require_POST

from committees import access, rules
from committees.actions import appoint
from committees.doors import SignedInRequest
from committees.models import Body, Membership, Person, ProposedTerm
from committees.passwords.actions import send_first_letter
from committees.roles import Role
from committees.upkeep import actions, page
from committees.upkeep.forms import (
    EditBodyForm,
    FindPersonForm,
    KnownPersonForm,
    NewBodyForm,
    NewPersonForm,
    OfficeForm,
    PersonForm,
)
from portal.shared.days import format_day, today
from portal.shared.forms import add_errors

# A new body is asked for these, one after the other, as long as nobody holds them.
ASKED_NEXT = (Role.HEAD, Role.OFFICER)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: SignedInRequest, code: str) -> HttpResponse:
    """Find somebody, or enter them, and put them into an office: above the members of the body."""
    body = get_object_or_404(Body, code=code)
    rules.may_appoint_in(request.user, body).or_raise()
    given: dict[str, Any] = {"body": body, "offices": page.fillable(request.user, body)}
    posted = request.POST if request.method == "POST" else None
    find = FindPersonForm(
        posted or (request.GET if "q" in request.GET else None), initial=_initial(request), **given
    )
    known = KnownPersonForm(posted, **given) if posted and "person" in posted else None
    words = (posted or request.GET).get("q", "")
    new = NewPersonForm(None if known else posted, initial=_guess(words), auto_id="new_%s", **given)
    tried = known or new
    if posted and tried.is_valid() and (term := _add(request, tried)):
        return redirect(_next_page(request, term))
    searches = find.is_bound and find.is_valid()
    terms = Membership.objects.holding_on(today()).filter(office__body=body)
    context = {
        "body": body,
        "find": find,
        "new": new,
        "known": known,
        "hits": page.find_people(request.user, words, body, today()) if searches else [],
        "searched": searches,
        "kept": [(name, find[name].value() or "") for name in find.fields] if searches else [],
        "post": _post_named(find),
        "members": terms.with_absence(today()).in_order(),
        "title": _("Add a person"),
        "crumbs": _crumbs(body),
        "next": (posted or request.GET).get("next", ""),
    }
    return render(request, "committees/add_person.html", context)


def _initial(request: SignedInRequest) -> dict[str, Any]:
    role = request.GET.get("role", Role.MEMBER.value)
    return {"role": role, "starts_on": today()}


def _guess(words: str) -> dict[str, str]:
    """What was looked for in vain is what would be typed again."""
    return {"email" if "@" in words else "name": words.strip()[:200]}


def _post_named(form: OfficeForm) -> str:
    chosen = form["role"].value()
    return form.offices[chosen].get_role_display() if chosen in form.offices else ""


def _add(request: SignedInRequest, form: OfficeForm) -> Membership | ProposedTerm | None:
    """Appoint whom the form names; None when the form says why not."""
    values, saved = form.cleaned_data, None
    try:
        if "person" in values:
            term = Membership(person=values["person"], **form.term())
            saved = appoint(membership=term, by=request.user)
        else:
            new = {name: values[name] for name in ("name", "email")}
            saved = actions.add_person(**new, **form.term(), by=request.user)
    except ValidationError as error:
        add_errors(form, error, names={"office": "role"}, once=False)
        return None
    if isinstance(saved, ProposedTerm):
        messages.warning(request, _("Your own appointment waits: another administrator decides on it."))
        return saved
    names = {"person": saved.person, "office": saved.office.get_role_display()}
    sentence = _("%(person)s holds the office %(office)s from %(day)s.")
    messages.success(request, sentence % {**names, "day": format_day(saved.starts_on)})
    if "email" in values:
        sentence = _("A letter to choose a password goes to %(address)s. Account name: %(username)s.")
        messages.info(request, sentence % {"address": saved.person.email, "username": saved.person.username})
    return saved


def _next_page(request: SignedInRequest, term: Membership | ProposedTerm) -> str:
    """Of a new body the next of its first two offices is asked for; else back to the body."""
    body = term.office.body
    if request.POST.get("next"):
        for role in ASKED_NEXT:
            if page.lacks(body, role, today()):
                return _ask_for(body, role)
    return body.get_absolute_url()


def _ask_for(body: Body, role: Role) -> str:
    return f"{reverse('bodies:add_person', args=[body.code])}?role={role}&next=1"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def below(request: SignedInRequest, code: str) -> HttpResponse:
    """The bodies below, and above them the form that makes one."""
    body = get_object_or_404(Body, code=code)
    rules.may_create_body_below(request.user, body).or_raise()
    form = NewBodyForm(request.POST if request.method == "POST" else None, body=body)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_body_below(body=Body(**form.cleaned_data), by=request.user)
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            sentence = _("%(body)s is made, with the code %(code)s. Say who leads it and who its contact is.")
            messages.success(request, sentence % {"body": made.name, "code": made.code})
            return redirect(_ask_for(made, ASKED_NEXT[0]))
    rows = Paginator(page.bodies_below(body, today()), 50).get_page(request.GET.get("page"))
    context = {
        "body": body,
        "form": form,
        "page": rows,
        "rows": [(row, row.parent_id != body.pk) for row in rows],
        "title": _("Bodies below"),
        "crumbs": _crumbs(body),
    }
    return render(request, "committees/below.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_body(request: SignedInRequest, code: str) -> HttpResponse:
    """Correct how a body is called."""
    body = get_object_or_404(Body, code=code)
    rules.may_edit_body_below(request.user, body).or_raise()
    initial = {name: getattr(body, name) for name in EditBodyForm.base_fields}
    form = EditBodyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_body_below(body=body, values=form.cleaned_data, by=request.user)
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            messages.success(request, _("The name of the body is saved."))
            return redirect(body)
    return _form_page(request, body, form, _("Correct the name of the body"), body.name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_person(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Correct the name or address of somebody who serves in the body."""
    person = _person(request, code, pk)
    rules.may_change_person(request.user, person).or_raise()
    body = Body.objects.get(code=code)
    initial = {name: getattr(person, name) for name in PersonForm.base_fields}
    form = PersonForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(person=person, values=form.cleaned_data, by=request.user)
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            messages.success(
                request, _("What is kept of %(person)s is saved.") % {"person": form.cleaned_data["name"]}
            )
            return redirect(body)
    return _form_page(request, body, form, _("Correct a name or address"), str(person))


@login_required
@require_POST
def send_letter(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Send the letter for a first password again."""
    person = send_first_letter(person=_person(request, code, pk), by=request.user)
    messages.success(
        request, _("The letter goes to %(address)s within a minute.") % {"address": person.email}
    )
    return redirect("bodies:detail", code)


def _person(request: SignedInRequest, code: str, pk: int) -> Person:
    """Somebody who serves in the body, for those who may see its members."""
    terms = Membership.objects.within(today(), None).filter(office__body__code=code)
    terms = terms.filter(office__body__in=access.member_readers(request.user).values("pk"))
    return get_object_or_404(Person, pk=pk, pk__in=terms.values("person"))


def _crumbs(body: Body) -> list[tuple[str, str]]:
    return [(_("Bodies"), reverse("bodies:list")), (body.brief, body.get_absolute_url())]


def _form_page(
    request: SignedInRequest, body: Body, form: forms.Form, title: str, about: str
) -> HttpResponse:
    context = {
        "form": form,
        "body": body,
        "title": title,
        "about": about,
        "back": body.get_absolute_url(),
        "crumbs": _crumbs(body),
    }
    return render(request, "committees/upkeep_form.html", context)
