"""Giving one task to many bodies: choosing them, the list before anything is given, and how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committees.doors import SignedInRequest
from committees.fields import BodyField
from committees.models import Body, Person
from committees.naming import Names
from portal.shared.days import today
from portal.shared.fields import PlainField
from tasks import rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs.selection import Choice, find_bodies
from tasks.fields import DueField
from tasks.forms import ApprovalForm, add_errors, as_secret
from tasks.models import FanOut, Task
from tasks.pages import story
from tasks.pages.common import Crumbs, find_task, late_above, task_crumbs

SHOWN = 500
"""Bodies of a choice that the page names one by one, each with a box to leave it out."""

ROWS = 50
SECONDS = "3"


class BodiesField(PlainField):
    """One body on each line; gives a list of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400_000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_bodies([line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()])


class FanOutForm(forms.Form):
    giver = forms.ModelChoiceField(
        label=gettext_lazy("Body that gives"), queryset=Body.objects.none(), empty_label=None
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Every body of a level"),
        choices=[("", gettext_lazy("any")), *Body.Level.choices],
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Of a kind"),
        choices=[("", gettext_lazy("any")), *Body.Kind.choices],
        initial=Body.Kind.COMMITTEE,
        required=False,
    )
    below = BodyField(
        label=gettext_lazy("Below the body"),
        required=False,
        help_text=gettext_lazy("Empty: below the body that gives. Code or whole name."),
    )
    bodies = BodiesField(
        label=gettext_lazy("And these bodies"),
        required=False,
        help_text=gettext_lazy("One code or whole name on each line."),
    )
    title = PlainField(label=gettext_lazy("Task"), max_length=500)
    deliverable = PlainField(label=gettext_lazy("Deliverable"), max_length=500, required=False)
    due_on = DueField(label=gettext_lazy("Deadline"), required=False)

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(title=task.title, deliverable=task.deliverable, due_on=task.due_on)
        self._choose_giver(task, person)
        if task.due_kind in (Task.DueKind.RECURRING, Task.DueKind.RELATIVE) and not task.due_on:
            self.fields["due_on"].help_text = _("Empty: as this task, each body by itself: %(when)s.") % {
                "when": story.cycle_words(task.cycle) if task.cycle else task.waits_for
            }
        if task.secrecy == Task.Secrecy.SECRET:
            # The portal titles it itself, and it holds no other words.
            del self.fields["title"], self.fields["deliverable"]

    def _choose_giver(self, task: Task, person: Person) -> None:
        named = {body.pk: body for body in (task.assigner, task.lead) if body}
        givers = [body for body in named.values() if rules.may_fan_out(person, task, body)]
        field: Any = self.fields["giver"]
        field.queryset = Body.objects.filter(pk__in=[body.pk for body in givers])
        self.initial["giver"] = givers[0] if givers else None
        if len(givers) == 1:
            field.widget = forms.HiddenInput()

    def choice(self) -> Choice:
        typed, without = self.cleaned_data, self.data.getlist("without")  # type: ignore[attr-defined]
        return Choice(
            typed["level"],
            typed["kind"],
            typed["below"],
            typed["bodies"],
            {int(key) for key in without if key.isascii() and key.isdigit() and len(key) < 18},
        )

    @property
    def asked(self) -> dict[str, Any]:
        """What the action takes beside the bodies."""
        names = ("giver", "title", "deliverable", "due_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose, read the list, prepare: nothing is saved before its list was shown."""
    task = find_task(request, pk)
    rules.may_fan_out(request.user, task).or_raise()
    form = FanOutForm(request.POST or None, task=task, person=request.user, initial=_named(request, task))
    chosen: list[Body] | None = None
    if request.method == "POST" and form.is_valid():
        chosen = form.choice().bodies(form.cleaned_data["giver"])
        if request.POST.get("shown") == _mark(chosen) and (made := _prepared(request, task, form, chosen)):
            return redirect(made)
    context = {
        "title": _("Give to many bodies"),
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "form": form,
        "chosen": chosen[:SHOWN] if chosen else [],
        "count": len(chosen) if chosen is not None else None,
        "mark": _mark(chosen or ()),
        "late_above": late_above(request, Task(parent=task)),
        "without": request.POST.getlist("without"),
        "back": task.get_absolute_url(),
    }
    return render(request, "tasks/fan_out_form.html", context)


def _named(request: SignedInRequest, task: Task) -> dict[str, Any]:
    """The bodies of a plural in a received file ("các sở, ban, ngành"), to begin with."""
    group = request.GET.get("group", "")
    members = Names(task.assigner).members(group) if group else []
    bodies = Body.objects.exclude(Q(pk=task.assigner_id) | Q(pk=task.lead_id)).in_bulk(members)
    return {"bodies": "\n".join(bodies[pk].code for pk in members if pk in bodies)} if members else {}


def _prepared(request: SignedInRequest, task: Task, form: FanOutForm, bodies: list[Body]) -> FanOut | None:
    try:
        made = fan_out_actions.prepare_fan_out(task=task, bodies=bodies, by=request.user, **form.asked)
    except ValidationError as error:
        add_errors(form, error)
        return None
    said = _("Prepared for %(n)s bodies. Nobody is told before it is approved.")
    messages.success(request, said % {"n": len(bodies)})
    return made


def _mark(bodies: Iterable[Body]) -> str:
    """Stands for exactly these bodies: a form sent with another mark shows its list first."""
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
    # Those passed over first: somebody must look after them.
    rows = fan_out.recipients.select_related("body", "task").order_by("-skipped", "pk")
    context = {
        "title": _("Given to many bodies") if fan_out.state == "done" else _("Give to many bodies"),
        "crumbs": _crumbs(task, fan_out),
        "task": task,
        "fan_out": fan_out,
        "cycle": story.cycle_words(task.cycle) if task.cycle else "",
        "others": task.fan_outs.read_by(request.user).pressing_first().exclude(pk=fan_out.pk),
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "late": fan_out.due_on is not None and fan_out.due_on < today(),
        "may_start": rules.may_start_fan_out(request.user, fan_out),
        "may_record": rules.may_record_fan_out_approval(request.user, fan_out),
        "may_cancel": rules.may_cancel_fan_out(request.user, fan_out),
        "may_retry": rules.may_retry_fan_out(request.user, fan_out),
    }
    answer = render(request, "tasks/fan_out.html", context)
    if fan_out.state == FanOut.State.RUNNING:
        # The browser asks again by itself; it stops asking with the answer that has no such line.
        answer["Refresh"] = SECONDS
    return answer


@login_required
@require_POST
def start(request: SignedInRequest, pk: int, fan_out_pk: int) -> HttpResponse:
    fan_out = _find(request, find_task(request, pk), fan_out_pk)
    meant = request.POST.get("past_deadline") == "on"
    try:
        fan_out_actions.start_fan_out(fan_out=fan_out, by=request.user, past_deadline=meant)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _started())
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
            messages.success(request, _started())
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


def _started() -> str:
    return _("Started. Each body gets its own task; this page shows how far it is.")


def _crumbs(task: Task, fan_out: FanOut) -> Crumbs:
    return [*task_crumbs(task, itself=True), (_("Give to many bodies"), fan_out.get_absolute_url())]
