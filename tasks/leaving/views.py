"""The page on which a person leaves: what ends, and who takes over their tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from committees import access
from committees.doors import SignedInRequest
from committees.models import Absence, Membership, Person
from committees.rules import may_close
from portal.shared.days import today
from portal.shared.forms import add_errors
from tasks import rules
from tasks.leaving import actions as leaving_actions
from tasks.leaving.actions import named_in
from tasks.leaving.forms import LeaveForm
from tasks.models import Task


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """One page: the terms and absences that end, and each open task with whom it goes to."""
    person = get_object_or_404(_known_to(request.user), pk=pk)
    may_close(request.user, person).or_raise()
    tasks = _to_hand_over(request.user, person)
    form = LeaveForm(request.POST if request.method == "POST" else None, person=person, tasks=tasks)
    if request.method == "POST" and form.is_valid() and _leave(request, form, person, tasks):
        return redirect(reverse("bodies:list"))
    terms = Membership.objects.within(today(), None).filter(person=person)
    context = {
        "person": person,
        "form": form,
        "terms": terms.select_related("office__body", "absence__person").in_order(own_first=True),
        "absences": Absence.objects.filter(Q(person=person) | Q(deputy=person), ends_on__gte=today()),
        "tasks": tasks,
        "others": _others(person, tasks),
        "title": _("This person leaves"),
        "verb": _("End everything and lock the account"),
    }
    return render(request, "tasks/leave.html", context)


def _to_hand_over(by: Person, person: Person) -> list[Any]:
    """The tasks that name the person in which `by` may name somebody else."""
    visible = named_in(person).filter(pk__in=Task.objects.visible_to(by).values("pk"))
    with access.asking_once():
        return [task for task in visible.for_list().late_first() if rules.may_name_people(by, task)]


def _others(person: Person, tasks: list[Any]) -> int:
    """How many more tasks name the person; restricted ones are not even counted."""
    rest = named_in(person).exclude(pk__in=[task.pk for task in tasks])
    return rest.filter(secrecy=Task.Secrecy.NORMAL).count()


def _known_to(reader: Person) -> Any:
    """The people whose terms the reader may read; administrators may read all."""
    if reader.is_staff or reader.is_superuser:
        return Person.objects.all()
    readable = access.member_readers(reader).values("pk")
    return Person.objects.filter(
        pk__in=Membership.objects.filter(office__body__in=readable).values("person_id")
    )


def _leave(request: SignedInRequest, form: LeaveForm, person: Person, tasks: list[Any]) -> bool:
    successors = form.successors()
    try:
        leaving_actions.leave(
            person=person,
            by=request.user,
            last_day=form.cleaned_data["last_day"],
            at_once=form.cleaned_data["last_day"] is None,
            successors=successors,
        )
    except ValidationError as error:
        add_errors(form, error)
        return False
    without = len(tasks) - len(successors)
    messages.success(request, _("%(person)s has left: the account is locked.") % {"person": person})
    if without:
        warning = ngettext(
            "%(count)s task has no contact now; its lead body finds it on My work.",
            "%(count)s tasks have no contact now; their lead bodies find them on My work.",
            without,
        )
        messages.warning(request, warning % {"count": without})
    return True
