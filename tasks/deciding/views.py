"""Deciding in a row: the queue, one task of it with its evidence, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import WithAnnotations

from audit.models import Event
from committees import access
from committees.doors import SignedInRequest
from portal.shared.days import format_time, today
from portal.shared.forms import add_errors
from portal.shared.verdicts import Refused
from tasks import rules
from tasks.deciding.choices import DECIDING, choices_for, form_of
from tasks.deciding.page import Reported, choose_piece, find_task, read_done, read_pieces
from tasks.deciding.queue import Queue
from tasks.lifecycle import RUNNING, UNISSUED, State
from tasks.lists.rows import TaskRow
from tasks.models import Part, Request, Task
from tasks.pages import story
from tasks.pages.common import order_words, rows_if
from tasks.pages.story import HEADINGS
from tasks.verbs import VERBS

# Whether the letters are shortcuts: WCAG 2.1.4 wants them to be switched off.
KEYS_COOKIE = "keys"
A_YEAR = 365 * 24 * 3600


@login_required
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """The first task of the queue; when none is left, a page that says so."""
    queue = Queue(request.user, request.GET, today())
    if not queue.is_valid:
        # The list says what is wrong with its conditions.
        return HttpResponseRedirect(queue.back)
    if queue.keys:
        return HttpResponseRedirect(queue.address(queue.keys[0], done=request.GET.get("done")))
    context = {
        "title": _("Nothing is left to decide"),
        "crumbs": [(_("My work"), reverse("my_work")), (queue.title, "")],
        "done": read_done(request.user, request.GET.get("done", "")),
        "queue": queue,
        "now": timezone.now(),
    }
    return render(request, "tasks/deciding/empty.html", context)


@login_required
@require_safe
def decide_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One task of the queue. One that waits no more is passed over, and a note says who decided."""
    queue = Queue(request.user, request.GET, today())
    task = find_task(request.user, pk)
    if not queue.is_valid or queue.place(pk) is None:
        return _pass_over(request, queue, task)
    return _page(request, queue, task, opened=request.GET.get("open", ""))


@login_required
@require_POST
def decide(request: SignedInRequest, pk: int, slug: str) -> HttpResponse:
    """Do it, say what was done, and open the next task of the queue as it stood before."""
    verb = DECIDING.get(slug)
    if verb is None:
        raise Http404
    queue = Queue(request.user, request.GET, today())
    task = find_task(request.user, pk)
    following = queue.after(pk) if queue.is_valid else None
    form = form_of(verb, request, task, sent=True)
    try:
        verb.may_open(request.user, task).or_raise()
        if form.is_valid():
            verb.do_with_form(task, request.user, form)
    except Refused as refused:
        if refused.status != 409:
            raise
        return _pass_over(request, queue, task, str(refused))
    except ValidationError as error:
        add_errors(form, error)
    if form.errors:
        return _page(request, queue, task, opened=slug, bound=form)
    # Counted anew: the task is no longer in it.
    queue = Queue(request.user, request.GET, today())
    return HttpResponseRedirect(queue.address(following, done=task.pk))


@login_required
@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one's confirmation back and open that report again."""
    task = find_task(request.user, pk)
    verb = VERBS["undo_confirmation"]
    verb.action(task=task, by=request.user)
    messages.success(request, f"{verb.done} {task.name}")
    return HttpResponseRedirect(Queue(request.user, request.GET, today()).address(pk))


@login_required
@require_POST
def switch_keys(request: SignedInRequest) -> HttpResponse:
    """Switch the letters on or off; kept by the browser, for they are a matter of this keyboard."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(back if is_ours else "deciding:start")
    on = "on" if request.POST.get("keys") == "on" else "off"
    answer.set_cookie(
        KEYS_COOKIE, on, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


def _pass_over(request: SignedInRequest, queue: Queue, task: Task, reason: str = "") -> HttpResponse:
    """Say who decided on a task that waits no more, and open what stood behind it."""
    event = Event.objects.about(task).exclude(verb="comment_added").newest_first().first()
    if event and event.verb in HEADINGS and event.by_id != request.user.pk:
        words = {"task": task.name, "what": HEADINGS[event.verb].text, "who": event.who}
        text = _("%(task)s waits no more. %(what)s: %(who)s, %(time)s.") % {
            **words,
            "time": format_time(event.at),
        }
    else:
        text = reason or _("%(task)s waits no more for your decision.") % {"task": task.name}
    messages.info(request, text)
    if not queue.is_valid:
        return HttpResponseRedirect(queue.back)
    following = queue.after_missing(request.GET.get("then"))
    return HttpResponseRedirect(queue.address(following, done=request.GET.get("done")))


def _page(
    request: SignedInRequest,
    queue: Queue,
    task: WithAnnotations[Task, Reported],
    *,
    opened: str,
    bound: forms.Form | None = None,
) -> HttpResponse:
    # Only what is being prepared says of the bodies that help; only a task at work has a request.
    parts = rows_if(task.state in UNISSUED, Part.objects.select_related("body"))
    requests = rows_if(task.state in RUNNING, Request.objects.select_related(*Request.PEOPLE))
    prefetch_related_objects([task], Prefetch("parts", parts), Prefetch("requests", requests))
    with access.asking_once():
        context = _context(request, queue, task)
        context["choices"] = choices_for(request, task, opened, bound)
    return render(request, "tasks/deciding/task.html", context)


def _context(request: SignedInRequest, queue: Queue, task: WithAnnotations[Task, Reported]) -> dict[str, Any]:
    place = queue.place(task.pk)
    pieces = read_pieces(task)
    prepared = task.state in UNISSUED
    place_words = f"{place or '–'} / {len(queue.keys)}"
    return {
        "title": task.name,
        "crumbs": [(_("My work"), reverse("my_work")), (queue.title, queue.back), (place_words, "")],
        "task": task,
        "row": TaskRow.of(task, queue.on),
        "queue": queue,
        "place_words": place_words,
        "groups": queue.groups_around(task.pk),
        "previous": queue.address(before) if (before := queue.before(task.pk)) else "",
        "following": queue.address(after) if (after := queue.after(task.pk)) else "",
        "here": queue.address(task.pk),
        "words": task.words if task.state == State.SUBMITTED else "",
        "pieces": pieces,
        "piece": choose_piece(pieces, request.GET.get("piece")),
        "asked": rules.waiting_request(task),
        "order_words": order_words(task),
        "clears": story.answered(task, frozenset(), None) if prepared else [],
        "unclear": task.unclear() if prepared else [],
        "day_warnings": task.day_warnings(queue.on) if prepared else [],
        "done": read_done(request.user, request.GET.get("done", "")),
        "keys": request.COOKIES.get(KEYS_COOKIE) != "off",
    }
