"""Pages of a run: what was chosen in a list, looked at before it is done, its progress and its result."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from rest_framework.serializers import ValidationError as InputError

from committees.doors import SignedInRequest
from portal.shared.days import today
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number
from tasks.lists.addresses import list_address
from tasks.lists.task_list import TaskList
from tasks.many import actions
from tasks.many import values as many_values
from tasks.many.actions import MAX_TASKS, TOO_MANY
from tasks.many.results import by_reason, read_rows
from tasks.many.values import MANY, label_of
from tasks.models import Run, RunRow
from tasks.verbs import VERBS, Verb

# Names that a chosen list sends beside its conditions.
OWN_NAMES = ("task", "all", "verb", "csrfmiddlewaretoken", "one_time_key")

# Tasks of which the page before shows a box each; the others are done with them or not at all.
SHOWN = 200

# Refused tasks that a page names; it counts the others.
NAMED = 200

ROWS_PER_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest) -> HttpResponse:
    """What was chosen in a list, kept to be looked at. Nothing is done yet."""
    back = reverse("tasks:list") + list_address(request.POST, OWN_NAMES)
    verb = VERBS.get(request.POST.get("verb", ""))
    if request.method != "POST" or verb is None or verb.name not in MANY:
        return redirect(back)
    try:
        keys = _chosen_keys(request)
        question = list_address(request.POST, OWN_NAMES).removeprefix("?")
        run = actions.prepare_run(verb=verb, keys=keys, by=request.user, question=question)
    except ValidationError as error:
        messages.warning(request, many_values.sentence_of(error))
        return redirect(back)
    return redirect(run)


def _chosen_keys(request: SignedInRequest) -> list[int]:
    """The ticked boxes, or all tasks under the conditions of the list, in its order."""
    if not request.POST.get("all"):
        typed = (parse_number(text) for text in request.POST.getlist("task"))
        return [key for key in typed if key is not None]
    tasks = TaskList(request.user, request.POST, today())
    if not tasks.is_valid:
        return []
    keys = list(tasks.sorted_tasks().values_list("pk", flat=True)[: MAX_TASKS + 1])
    if len(keys) > MAX_TASKS:
        raise ValidationError(TOO_MANY % {"most": MAX_TASKS, "count": tasks.tasks().count()})
    return keys


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One run: before it begins what will happen, then how far it is, then what became of each task."""
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    if run.verb not in MANY:
        raise Http404
    verb = VERBS[run.verb]
    if request.headers.get("HX-Request") and run.state == Run.State.DONE:
        # The page asks how far it is: all of it is new now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if run.state != Run.State.PREPARED:
        return redirect(run) if request.method == "POST" else _result(request, run, verb)
    form = _form_of(request, verb)
    if request.method == "POST":
        left_out = _left_out(request)
        if form.is_valid() and _start(request, run, verb, form, left_out):
            return redirect(run)
        return _before(request, run, verb, form, left_out)
    return _before(request, run, verb, form, set())


def _form_of(request: SignedInRequest, verb: Verb) -> forms.Form:
    many = MANY[verb.name]
    options = many.form_options(request.user) if many.form_options else {}
    return (many.form or verb.form)(request.POST if request.method == "POST" else None, **options)


def _left_out(request: SignedInRequest) -> set[int]:
    """Those whose box was on the page and is not ticked."""
    shown, ticked = (
        {key for text in request.POST.getlist(name) if (key := parse_number(text)) is not None}
        for name in ("shown", "task")
    )
    return shown - ticked


def _start(request: SignedInRequest, run: Run, verb: Verb, form: forms.Form, left_out: set[int]) -> bool:
    values = many_values.plain(form.cleaned_data)
    try:
        many_values.check(verb, values)
    except InputError as error:
        add_errors(form, many_values.as_problems(error))
        return False
    if not run.rows.waiting().exclude(key__in=left_out).exists():
        form.add_error(None, _("Choose at least one task."))
        return False
    actions.hand_over(actions.start_run(run=run, by=request.user, values=values, left_out=left_out))
    return True


def _before(
    request: SignedInRequest, run: Run, verb: Verb, form: forms.Form, left_out: set[int]
) -> HttpResponse:
    counts = run.counts()
    will, cannot = counts["waiting"], counts["total"] - counts["waiting"]
    label = label_of(verb)
    context = {
        "title": _("%(verb)s: %(will)s of %(total)s chosen")
        % {"verb": label, "will": will, "total": counts["total"]},
        "verb": verb,
        "label": label,
        "will": will,
        "cannot": cannot,
        "chosen": will - len(left_out),
        # Done with the others, though the page shows no box of theirs.
        "beyond": max(will - SHOWN, 0),
        "many_more": will > actions.FEW,
        "left_out": left_out,
        "refused": by_reason(read_rows(run, request.user, run.rows.not_done()[:NAMED])),
        "named": NAMED,
        "rows": read_rows(run, request.user, run.rows.waiting()[:SHOWN]),
        "form": form,
        "explanation": "" if verb.many and verb.many.label else verb.explanation,
    }
    return render(request, "many/before.html", _context(run, label) | context)


def _result(request: SignedInRequest, run: Run, verb: Verb) -> HttpResponse:
    counts = run.counts()
    done = Paginator(run.rows.filter(outcome=RunRow.Outcome.DONE), ROWS_PER_PAGE)
    page = done.get_page(request.GET.get("page"))
    not_done = sum(counts[name] for name in ("refused", "changed", "missing", "failed"))
    label = label_of(verb)
    context = {
        "title": _("%(verb)s: %(done)s done, %(rest)s not done")
        % {"verb": label, "done": counts["done"], "rest": not_done},
        "verb": verb,
        "label": label,
        "counts": counts,
        "not_done": not_done,
        "finished": counts["total"] - counts["waiting"],
        "page": page,
        "rows": read_rows(run, request.user, list(page.object_list), verb),
        "refused": by_reason(read_rows(run, request.user, run.rows.not_done()[:NAMED])),
        "named": NAMED,
        "people_told": verb.notified is not None,
        "undoes": verb.undone_by in VERBS,
    }
    return render(request, "many/result.html", _context(run, label) | context)


def _context(run: Run, label: Any) -> dict[str, Any]:
    back = f"{reverse('tasks:list')}?{QueryDict(run.question).urlencode()}"
    return {"run": run, "back": back, "crumbs": [(_("Tasks"), back), (label, "")]}
