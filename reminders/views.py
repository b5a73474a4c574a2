"""How a body has the tasks it gave reminded of: its policy, and what it means for one of its tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.versions import StaleVersion, read_opened_version
from committees import access
from committees.doors import SignedInRequest
from committees.models import Body
from notices.calendar import Calendar
from notices.forms import PolicyForm
from notices.models import Policy
from notices.policy import schedule as policies
from notices.policy.actions import check_policy, save_policy
from notices.policy.schedule import DEFAULT, PolicyRules
from notices.rules import may_manage_policy, may_view_policy
from portal.shared.days import today
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number
from reminders.forecast import Forecast
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet

# Tasks to choose the example from: the next deadlines.
MAX_EXAMPLES = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def body_reminders(request: SignedInRequest, code: str) -> HttpResponse:
    """The policy of a body: read by those who read its tasks, changed by those who keep the body."""
    body = get_object_or_404(Body.objects.select_related("reminder_policy"), code=code)
    with access.asking_once():
        return _policy_page(request, body)


def _policy_page(request: SignedInRequest, body: Body) -> HttpResponse:
    may_view_policy(request.user, body).or_raise()
    policy: Policy | None = getattr(body, "reminder_policy", None)
    rules = policies.read_rules(policy) if policy else DEFAULT
    if request.method == "POST":
        may_manage_policy(request.user, body).or_raise()
        if "default" in request.POST:
            save_policy(body=body, wanted=DEFAULT, by=request.user)
            messages.success(request, _("The reminders of this body follow the default again."))
            return redirect("bodies:reminders", body.code)
        form = PolicyForm(request.POST, rules=rules)
        if form.is_valid():
            return _save_or_preview(request, body, policy, form)
        return _render(request, body, policy, form, rules)
    return _render(request, body, policy, PolicyForm(rules=rules), rules)


def _save_or_preview(
    request: SignedInRequest, body: Body, policy: Policy | None, form: PolicyForm
) -> HttpResponse:
    """What cannot be followed is said in both cases."""
    rules, status, stale = form.policy, 200, ""
    try:
        if "preview" not in request.POST:
            save_policy(body=body, wanted=rules, by=request.user, version=read_opened_version(request))
            messages.success(request, _("Saved. It counts for every reminder that is not yet sent."))
            return redirect("bodies:reminders", body.code)
        check_policy(rules)
    except ValidationError as error:
        add_errors(form, error, once=False)
        rules = policies.read_policies([body.pk])[body.pk]
    except StaleVersion as refusal:
        status, stale = refusal.status, str(refusal)
    return _render(request, body, policy, form, rules, stale=stale, status=status)


def _render(
    request: SignedInRequest,
    body: Body,
    policy: Policy | None,
    form: PolicyForm,
    rules: PolicyRules,
    *,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    may_manage = may_manage_policy(request.user, body)
    for field in form.fields.values():
        field.disabled = not may_manage
    context = {
        "body": body,
        "form": form,
        "rules": rules,
        # After a refusal as stale the saved one was seen: to save again is to mean it.
        "version": read_opened_version(request)
        if form.is_bound and not stale
        else policy.version
        if policy
        else 0,
        "is_default": rules == DEFAULT,
        "may_manage": may_manage,
        "stale": stale,
        "back": body.get_absolute_url(),
        "crumbs": [(_("Bodies"), reverse("bodies:list")), (body.brief, body.get_absolute_url())],
        "title": _("Reminders"),
        **_example(request, body, rules),
    }
    return render(request, "notices/policy.html", context, status=status)


def _example(request: SignedInRequest, body: Body, rules: PolicyRules) -> dict[str, Any]:
    """Who gets which letter on which day of one task that the body gave and the reader sees."""
    given = Task.objects.visible_to(request.user).running().filter(assigner=body, due_on__isnull=False)
    tasks = given.select_related("lead")
    task = _task_in_address(request, tasks)
    upcoming = tasks.filter(due_on__gte=today()).order_by("due_on", "pk")
    examples = [] if task else list(upcoming[:MAX_EXAMPLES])
    task = task or next(iter(examples), None)
    if task is None:
        return {"task": None}
    task.assigner = body
    forecast = Forecast(task, rules, Calendar.read(), today())
    return {"task": task, "examples": examples, "lines": forecast.lines(request.user), "today": today()}


def _task_in_address(request: SignedInRequest, tasks: TaskQuerySet) -> Task | None:
    """One that this reader does not see is not there."""
    key = parse_number(request.GET.get("task"))
    return None if key is None else get_object_or_404(tasks, pk=key)
