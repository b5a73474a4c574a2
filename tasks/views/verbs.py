"""One page for each verb: GET asks what the verb needs, POST does it through its action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from committees.doors import SignedInRequest
from portal.shared.days import today
from portal.shared.forms import add_errors
from tasks import actions, rollup, rules
from tasks.lists.duties import Duties
from tasks.models import Evidence, Task
from tasks.pages.common import TaskPage, find_page, find_task, late_above, task_crumbs
from tasks.verbs import Verb


def verb_page(verb: Verb) -> Callable[..., HttpResponse]:
    """The view of one verb."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        page = find_page(request, pk)
        task = page.task
        # Who before when, and both before what was typed.
        verb.may_open(request.user, task).or_raise()
        form = verb.form_for(request, task)
        if request.method == "POST" and form.is_valid():
            try:
                verb.do_with_form(task, request.user, form)
            except ValidationError as error:
                add_errors(form, error)
            else:
                return _answer(request, verb, task)
        return render(request, "tasks/verb.html", _context(request, verb, page, form))

    return view


def _context(request: SignedInRequest, verb: Verb, page: TaskPage, form: forms.Form) -> dict[str, Any]:
    task = page.task
    tells_of_below = verb.closes and page.has_children
    return {
        "title": verb.label,
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "form": form,
        "explanation": verb.explanation,
        "verb": verb.label,
        "icon_name": verb.icon,
        "risk": verb.risky,
        "back": task.get_absolute_url(),
        # What the script of a report sends files to while their form is still being filled in.
        "evidence_url": reverse("api:tasks-evidence", args=[task.pk]) if "photo" in form.fields else "",
        "asked": rules.waiting_request(task),
        # Whoever reports or confirms reads what is not done below; it is no reason to refuse.
        "open_below": rollup.count_open(task) if tells_of_below else 0,
        "unclear": task.unclear() if verb.issues else [],
        "day_warnings": task.day_warnings(today()) if verb.issues else [],
        "late_above": late_above(request, task) if verb.issues or verb.sets_deadline else None,
    }


def _answer(request: SignedInRequest, verb: Verb, task: Task) -> HttpResponse:
    """Say what was done, who is notified and what comes next; go where the person can still be."""
    # `task` is as it was before: of an unissued task only the verbs that issue it notify anybody.
    notifies = task.is_issued or verb.issues
    body = verb.notified(task) if verb.notified and notifies else None
    notified = gettext("%(body)s is told.") % {"body": body} if body else ""
    messages.success(
        request,
        format_html(
            "<b>{} {}.</b> {} {}", verb.done, task.name.rstrip("."), notified, _next(request, verb, task)
        ),
    )
    return redirect(task if Task.objects.visible_to(request.user).filter(pk=task.pk).exists() else "my_work")


def _next(request: SignedInRequest, verb: Verb, task: Task) -> str:
    """A link to the person's next piece of work of that kind."""
    if not verb.next_work:
        return ""
    section = Duties.of(request.user, today()).q(verb.next_work)
    tasks = Task.objects.visible_to(request.user).filter(section)
    following = tasks.exclude(pk=task.pk).late_first().first()
    if following is None:
        return ""
    text = gettext("Next: %(task)s") % {"task": following.name}
    return format_html('<a href="{}">{}</a>', following.get_absolute_url(), text)


@login_required
@require_POST
def remove_evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> HttpResponse:
    task = find_task(request, pk)
    evidence: Evidence = get_object_or_404(task.evidence, pk=evidence_pk, removed_at=None)
    actions.remove_evidence(evidence=evidence, by=request.user)
    messages.success(request, gettext("Evidence removed: %(title)s.") % {"title": evidence.title})
    return redirect(task)
