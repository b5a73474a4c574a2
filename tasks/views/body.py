"""The page of one body: its facts, its members on a day, its place in the tree, and its tasks."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from committees import access
from committees.doors import SignedInRequest
from committees.forms import OnForm
from committees.models import Body, Membership
from committees.roles import Role
from committees.rules import (
    may_appoint_in,
    may_change_term,
    may_create_body_below,
    may_edit_body_below,
    may_keep_office,
    may_keep_papers,
    may_name_bodies,
    may_view_members,
)
from committees.upkeep import page as upkeep
from notices.rules import may_view_policy
from portal.shared.days import day_of, format_day, today
from portal.shared.verdicts import Verdict
from tasks.lifecycle import GIVEN, OPEN
from tasks.lists.tallies import tallies_of_body
from tasks.models import Task
from tasks.models.counting import paces

MAX_TASKS = 8
MAX_CHILDREN = 20
KEY_OFFICES = (Role.HEAD, Role.SECRETARY)


@login_required
@require_safe
def body_page(request: SignedInRequest, code: str) -> HttpResponse:
    """One body, as far as the reader may see it."""
    bodies = Body.objects.select_related("parent", "standing_agency")
    body = get_object_or_404(bodies, code=code)
    form = OnForm(request.GET if "on" in request.GET else {"on": format_day(today())})
    on = (form.cleaned_data.get("on") if form.is_valid() else None) or today()
    with access.asking_once():
        return render(request, "committees/detail.html", _context(request, body, form, on))


def _context(request: SignedInRequest, body: Body, form: OnForm, on: date) -> dict[str, Any]:
    return {
        "body": body,
        "form": form,
        "on": on,
        "today": today(),
        "now": timezone.now(),
        "may_manage": may_appoint_in(request.user, body),
        "may_make_bodies": may_create_body_below(request.user, body),
        "may_rename": may_edit_body_below(request.user, body),
        "may_view_policy": may_view_policy(request.user, body),
        "may_see_papers": may_name_bodies(request.user, body) or may_keep_papers(request.user, body),
        "title": body.name,
        **_members(request, body, on),
        **_relatives(body),
        **_tasks(request, body),
    }


def _members(request: SignedInRequest, body: Body, on: date) -> dict[str, Any]:
    """Who holds which office on the day, the terms before and after it, and what this person may change."""
    by = request.user
    may_view = may_view_members(by, body)
    if not may_view:
        return {"may_view": may_view, "members": [], "others": [], "vacant": []}
    stored = Membership.objects.filter(office__body=body).with_absence(on)
    terms = list(upkeep.with_letters(stored, body, today()).in_order())
    holding = [term for term in terms if term.holds_on(on)]
    others = sorted((term for term in terms if not term.holds_on(on)), key=_newest_first)
    held = {term.office.role for term in holding}
    offices = access.with_permissions(body.offices.select_related("body"))
    rights = {office.role: may for office, may in offices}
    keeps = may_appoint_in(by, body)

    def rows(terms: list[Membership]) -> list[tuple[Membership, Verdict | None]]:
        """Each with whether this person changes it; None for who keeps nobody here and sees no button."""
        return [
            (term, may_change_term(by, term.person, term.office, rights[term.office.role]) if keeps else None)
            for term in terms
        ]

    return {
        "may_view": may_view,
        "keepers": upkeep.keepers(terms, rights, today()),
        **(upkeep.missing(by, rows(terms), today()) if keeps else {}),
        "members": rows(holding),
        "others": rows(others),
        "vacant": [
            (Role(office.role), may_keep_office(by, office, may) if keeps else None)
            for office, may in offices
            if body.kind == Body.Kind.COMMITTEE and office.role in KEY_OFFICES and office.role not in held
        ],
    }


def _newest_first(term: Membership) -> int:
    return -term.starts_on.toordinal()


def _relatives(body: Body) -> dict[str, Any]:
    """The bodies above, from the root down, and the first of those right below: one query."""
    ids = body.ancestor_ids()
    rows = list(Body.objects.filter(Q(pk__in=ids) | Q(parent=body)).order_by("path"))
    above = [row for row in rows if row.pk in ids]
    below = [row for row in rows if row.pk not in ids]
    return {
        "above": above,
        "below": below[:MAX_CHILDREN],
        "below_count": len(below),
        "crumbs": [
            (_("Bodies"), reverse("bodies:list")),
            *((row.brief, row.get_absolute_url()) for row in above),
            (body.brief, ""),
        ],
    }


def _tasks(request: SignedInRequest, body: Body) -> dict[str, Any]:
    """What it gave and what it leads, counted five ways, and what is open: as far as the reader sees it."""
    on, person = today(), request.user
    seen = Task.objects.visible_to(person)
    # First the keys, then the rows of these few: a row is wide.
    first = seen.of_body(body).open().late_first().values("pk")[:MAX_TASKS]
    tasks = Task.objects.filter(pk__in=first).for_list().late_first()
    labels = {"assigner": _("Tasks it gave"), "lead": _("Tasks it leads")}
    tallies, task_count = tallies_of_body(person, body, on)
    counts: list[dict[str, Any]] = [
        {
            "label": label,
            "counts": {**tallies[part], **paces(tallies[part], tallies[part]["at_risk"])},
            "url": _list_of(body, part=part, view=GIVEN),
            "open_url": _list_of(body, part=part),
        }
        for part, label in labels.items()
    ]
    return {
        "counts": [line for line in counts if line["counts"]["given"]],
        "tasks": [(task, *_standing(task)) for task in tasks],
        "task_count": task_count,
        "tasks_url": _list_of(body, state=list(OPEN)),
    }


def _standing(task: Task) -> tuple[str, int | None]:
    """What waits for confirmation shows how long it waits; the rest how late or near it is."""
    if task.submitted_at:
        return "submitted", (today() - day_of(task.submitted_at)).days
    return str(task.standing(today())), task.days_left(today())


def _list_of(body: Body, **filters: Any) -> str:
    return f"{reverse('tasks:list')}?{urlencode({'body': body.code, **filters}, doseq=True)}"
