"""The first page after signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from committees import access
from committees.doors import SignedInRequest
from portal.shared.days import today
from tasks.lists.my_work import MyWork


@login_required
@require_safe
def my_work(request: SignedInRequest) -> HttpResponse:
    on, now = today(), timezone.now()
    with access.asking_once():
        work = MyWork(request.user, on)
        always = [work.to_decide(), work.to_confirm(), work.overdue(), work.due_this_week()]
        if_any = [work.to_contribute(), work.without_contact()]
        context = {
            "sections": [*always, *(section for section in if_any if section.count)],
            "others": work.waiting_for_others(),
            "given": work.given,
            "at_risk": work.at_risk,
            "week": work.week(),
            "week_end": work.duties.week[-1],
            "waiting": sum(section.count for section in always[:2]),
            "empty": not any(section.count for section in (*always, *if_any)),
            "may_draft": bool(work.duties.holding("draft_tasks")),
            "on": on,
            "now": now,
            "title": _("My work"),
        }
    return render(request, "tasks/my_work.html", context)
