"""What the reader was told or will be told, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from committees.doors import SignedInRequest
from notices import actions, kinds
from notices.kinds import Compose, Kind, Line
from notices.models import Notice
from portal.shared.days import today


@login_required
@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    """My notices, 25 at a time; what I have not read yet is marked."""
    mine = Notice.objects.for_person(request.user).order_by("-pk")
    page = Paginator(mine, 25).get_page(request.GET.get("page"))
    found = list(page)
    lines = composed(found)
    context = {
        "page": page,
        "rows": [{"notice": one, "label": label_of(one), "line": lines.get(one.pk)} for one in found],
        "now": timezone.now(),
        "title": _("Notices"),
    }
    return render(request, "notices/list.html", context)


@login_required
@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """Mark all my notices as read."""
    count = actions.mark_read(person=request.user)
    said = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", count)
    messages.success(request, said % {"n": count})
    return redirect("notices:list")


def kind_of(notice: Notice) -> Kind | None:
    """None for a kind that no app registers any more; the row is shown all the same."""
    return kinds.get(notice.kind) if kinds.known(notice.kind) else None


def label_of(notice: Notice) -> Any:
    kind = kind_of(notice)
    return kind.label if kind else _("Notice")


def composed(notices: Sequence[Notice]) -> dict[int, Line]:
    """Notice pk → its line. Kinds that compose alike are asked together, so a page asks as often as a row."""
    together: dict[Compose, list[Notice]] = {}
    for notice in notices:
        if kind := kind_of(notice):
            together.setdefault(kind.compose, []).append(notice)
    lines: dict[int, Line] = {}
    for compose, some in together.items():
        lines |= compose(some, today())
    return lines
