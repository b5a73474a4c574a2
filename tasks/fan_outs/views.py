"""Pages of a fan-out: choosing the bodies, approving the list, and seeing how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committees.doors import SignedInRequest
from committees.models import Body
from committees.names.reader import NameReader
from portal.shared.days import today
from portal.shared.forms import add_errors
from tasks import rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs.forms import FanOutForm
from tasks.forms import ApprovalForm, as_secret
from tasks.models import FanOut, Task, cycle_words
from tasks.pages.common import Crumbs, find_task, late_above, task_crumbs

# So many chosen bodies are named one by one, each with a box to leave it out.
MAX_SHOWN_BODIES = 500

RECIPIENTS_PER_PAGE = 50

# The page of a running fan-out asks for itself again after so many seconds.
REFRESH_SECONDS = "3"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose the bodies, show their list, prepare the fan-out; nothing is saved before the list was shown."""
    task = find_task(request, pk)
    rules.may_fan_out(request.user, task).or_raise()
    form = FanOutForm(request.POST or None, task=task, person=request.user, initial=_initial(request, task))
    chosen: list[Body] | None = None
    if request.method == "POST" and form.is_valid():
        chosen = form.choice().bodies(form.cleaned_data["giver"])
        was_shown = request.POST.get("shown") == _fingerprint(chosen)
        if was_shown and (fan_out := _prepare(request, task, form, chosen)):
            return redirect(fan_out)
    context = {
        "title": _("Give to many bodies"),
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "form": form,
        "chosen": chosen[:MAX_SHOWN_BODIES] if chosen else [],
        "count": len(chosen) if chosen is not None else None,
        "mark": _fingerprint(chosen or ()),
        "late_above": late_above(request, Task(parent=task)),
        "without": request.POST.getlist("without"),
        "back": task.get_absolute_url(),
    }
    return render(request, "tasks/fan_out_form.html", context)


def _initial(request: SignedInRequest, task: Task) -> dict[str, Any]:
    """Begin with the bodies that a plural in a received file means, such as "các sở, ban, ngành"."""
    group = request.GET.get("group", "")
    members = NameReader(task.assigner).members(group) if group else []
    bodies = Body.objects.exclude(Q(pk=task.assigner_id) | Q(pk=task.lead_id)).in_bulk(members)
    return {"bodies": "\n".join(bodies[pk].code for pk in members if pk in bodies)} if members else {}


def _prepare(request: SignedInRequest, task: Task, form: FanOutForm, bodies: list[Body]) -> FanOut | None:
    try:
        fan_out = fan_out_actions.prepare_fan_out(task=task, bodies=bodies, by=request.user, **form.values)
    except ValidationError as error:
        add_errors(form, error)
        return None
    done = _("Prepared for %(n)s bodies. Nobody is told before it is approved.")
    messages.success(request, done % {"n": len(bodies)})
    return fan_out


def _fingerprint(bodies: Iterable[Body]) -> str:
    """Identifies exactly these bodies: a form sent with another fingerprint shows its list first."""
    keys = ",".join(str(body.pk) for body in bodies)
    return hashlib.sha256(keys.encode()).hexdigest()[:16]


def _find(request: SignedInRequest, task: Task, key: int) -> FanOut:
    rows = task.fan_outs.visible_to(request.user).with_progress()
    fan_out: FanOut = get_object_or_404(rows.select_related("giver", "by", "approved_by"), pk=key)
    fan_out.task = task
    return fan_out


@login_required
@require_safe
def fan_out_page(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    """Who gets the task, what was made so far, and what this person can do about it."""
    task = find_task(request, pk)
    fan_out = _find(request, task, fan_out_pk)
    # Bodies that were passed over come first: somebody must look after them.
    rows = fan_out.recipients.select_related("body", "task").order_by("-skipped", "pk")
    context = {
        "title": _("Given to many bodies") if fan_out.state == "done" else _("Give to many bodies"),
        "crumbs": _crumbs(task, fan_out),
        "task": task,
        "fan_out": fan_out,
        "cycle": cycle_words(task.cycle) if task.cycle else "",
        "others": task.fan_outs.read_by(request.user).pressing_first().exclude(pk=fan_out.pk),
        "page": Paginator(rows, RECIPIENTS_PER_PAGE).get_page(request.GET.get("page")),
        "late": fan_out.due_on is not None and fan_out.due_on < today(),
        "may_start": rules.may_start_fan_out(request.user, fan_out),
        "may_record": rules.may_record_fan_out_approval(request.user, fan_out),
        "may_cancel": rules.may_cancel_fan_out(request.user, fan_out),
        "may_retry": rules.may_retry_fan_out(request.user, fan_out),
    }
    answer = render(request, "tasks/fan_out.html", context)
    if fan_out.state == FanOut.State.RUNNING:
        # The browser asks again until an answer comes without this header.
        answer["Refresh"] = REFRESH_SECONDS
    return answer


@login_required
@require_POST
def start(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    fan_out = _find(request, find_task(request, pk), fan_out_pk)
    past_deadline = request.POST.get("past_deadline") == "on"
    try:
        fan_out_actions.start_fan_out(fan_out=fan_out, by=request.user, past_deadline=past_deadline)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _started_message())
    return redirect(fan_out)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_approval(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    task = find_task(request, pk)
    fan_out = _find(request, task, fan_out_pk)
    rules.may_record_fan_out_approval(request.user, fan_out).or_raise()
    form = as_secret(task, ApprovalForm(request.POST or None, due_on=fan_out.due_on))
    if request.method == "POST" and form.is_valid():
        try:
            fan_out_actions.record_fan_out_approval(fan_out=fan_out, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _started_message())
            return redirect(fan_out)
    context = {
        "title": _("Record approval on paper"),
        "crumbs": _crumbs(task, fan_out),
        "task": task,
        "form": form,
        "explanation": _("The head approved on paper. From now the bodies get their tasks."),
        "verb": _("Record approval on paper"),
        "icon_name": "file-check",
        "back": fan_out.get_absolute_url(),
    }
    return render(request, "tasks/verb.html", context)


@login_required
@require_POST
def retry(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    fan_out = _find(request, find_task(request, pk), fan_out_pk)
    fan_out_actions.retry_fan_out(fan_out=fan_out, by=request.user)
    messages.success(request, _("Started again for the bodies that were passed over."))
    return redirect(fan_out)


@login_required
@require_POST
def cancel(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    fan_out = _find(request, find_task(request, pk), fan_out_pk)
    fan_out_actions.cancel_fan_out(fan_out=fan_out, by=request.user)
    messages.success(request, _("Called off. Tasks that were given before stay."))
    return redirect(fan_out)


def _started_message() -> str:
    return _("Started. Each body gets its own task; this page shows how far it is.")


def _crumbs(task: Task, fan_out: FanOut) -> Crumbs:
    return [*task_crumbs(task, itself=True), (_("Give to many bodies"), fan_out.get_absolute_url())]
