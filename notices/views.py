"""What the reader was told or will be told, by thing and day, newest first; and how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committees.doors import SignedInRequest
from notices import actions, grouping, kinds, preferences
from notices.delivery import unsubscribe as unsubscribing
from notices.forms import PreferencesForm
from notices.grouping import NoticeGroup
from notices.kinds import Compose, Kind, Line
from notices.models import Notice, NoticeQuerySet
from notices.preferences import How, save_preferences
from portal.shared.days import format_day, today
from portal.shared.forms import add_errors
from portal.shared.verdicts import Sentence

# What a group shows of itself; its own page shows the rest.
SHOWN_OF_GROUP = 5


@dataclass(frozen=True)
class Entry:
    """One notice as the page shows it; without a line what it was about is gone."""

    notice: Notice
    label: Sentence
    line: Line | None


@dataclass(frozen=True)
class Row:
    """One item of the page: the notices of a thing and day, or the digest of many."""

    group: NoticeGroup
    label: Sentence
    entries: Sequence[Entry] = ()

    @property
    def digest(self) -> str:
        kind = self.group.kind
        return kind.digest(self.group.count) if kind and kind.digest else ""

    @property
    def standing(self) -> Line | None:
        """The newest line that says how its task stands."""
        return next((entry.line for entry in self.entries if entry.line and entry.line.standing), None)

    @property
    def more(self) -> int:
        return 0 if self.digest else self.group.count - len(self.entries)


@login_required
@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    """My notices by thing and day, 25 at a time; what I have not read yet is marked."""
    mine: NoticeQuerySet = Notice.objects.for_person(request.user)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        mine = mine.filter(read_at__isnull=True)
    page = Paginator(grouping.find_groups(mine), 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(grouping.read_groups(page, mine)),
        "only_unread": only_unread,
        "now": timezone.now(),
        "title": _("Notices"),
    }
    return render(request, "notices/list.html", context)


@login_required
@require_safe
def group(request: SignedInRequest, pk: int) -> HttpResponse:
    """The notices that the page shows as one, each by itself."""
    mine: NoticeQuerySet = Notice.objects.for_person(request.user)
    notice = get_object_or_404(mine, pk=pk)
    members = grouping.beside(notice, mine)
    page = Paginator(members.order_by("-pk"), 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": _entries(list(page)),
        "unread": members.filter(read_at__isnull=True).aggregate(newest=Max("pk"))["newest"],
        "on": notice.on,
        "title": label_of(notice) if _has_digest(notice) else _("Notices of one day"),
        "crumbs": [(_("Notices"), reverse("notices:list")), (format_day(notice.on), "")],
    }
    return render(request, "notices/group.html", context)


def _has_digest(notice: Notice) -> bool:
    kind = kind_of(notice)
    return bool(kind and kind.digest)


def _rows(groups: Sequence[NoticeGroup]) -> list[Row]:
    shown = [notice for group in groups for notice in group.notices[:SHOWN_OF_GROUP]]
    entries = {entry.notice.pk: entry for entry in _entries(shown)}
    return [
        Row(
            group,
            group.kind.label if group.kind else label_of(group.notices[0]),
            [entries[notice.pk] for notice in group.notices[:SHOWN_OF_GROUP]],
        )
        for group in groups
    ]


def _entries(notices: Sequence[Notice]) -> list[Entry]:
    lines = compose_lines(notices)
    return [Entry(notice, label_of(notice), lines.get(notice.pk)) for notice in notices]


@login_required
@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """Mark all my notices as read."""
    count = actions.mark_read(person=request.user)
    sentence = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", count)
    messages.success(request, sentence % {"n": count})
    return redirect("notices:list")


@login_required
@require_POST
def read_group(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark as read what the page shows as one, up to this notice: the newest that its reader saw of it."""
    mine: NoticeQuerySet = Notice.objects.for_person(request.user)
    notice = get_object_or_404(mine, pk=pk)
    actions.mark_read(person=request.user, notices=grouping.beside(notice, mine).filter(pk__lte=pk))
    unread = "?unread=1" if request.POST.get("unread") == "1" else ""
    return redirect(reverse("notices:list") + unread)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_preferences(request: SignedInRequest) -> HttpResponse:
    """How I am told of each kind: with the letter of the day, at once, in the portal only."""
    chosen = preferences.read_preferences(request.user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            save_preferences(person=request.user, by=request.user, chosen=form.answers)
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            messages.success(request, _("Your choices are saved. They count from the next letter."))
            return redirect("notices:preferences")
    context = {
        "form": form,
        "crumbs": [(_("My profile"), reverse("profile")), (_("How I am told"), "")],
        "title": _("How I am told"),
    }
    return render(request, "notices/preferences.html", context)


def kind_of(notice: Notice) -> Kind | None:
    """The kind of a notice; None when no app registers it any more, and the row is shown all the same."""
    return kinds.get(notice.kind) if kinds.known(notice.kind) else None


def label_of(notice: Notice) -> Sentence:
    kind = kind_of(notice)
    return kind.label if kind else _("Notice")


def compose_lines(notices: Sequence[Notice]) -> dict[int, Line]:
    """Notice pk → its line. Kinds that compose alike are asked together, so a page asks as often as a row."""
    by_compose: dict[Compose, list[Notice]] = {}
    for notice in notices:
        if kind := kind_of(notice):
            by_compose.setdefault(kind.compose, []).append(notice)
    lines: dict[int, Line] = {}
    for compose, notices_of_kind in by_compose.items():
        lines |= compose(notices_of_kind, today())
    return lines


# The mail program of the reader posts here without a cookie; the signature stands for the person.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off letters by POST; GET only asks, because mail programs look at links."""
    request_of_reader = unsubscribing.read_token(token)
    if request_of_reader is None:
        return _page(request, {"title": _("This link no longer holds")}, status=404)
    with translation.override(request_of_reader.person.language):
        done = request.method == "POST"
        if done:
            chosen = {kind.name: str(How.PORTAL) for kind in request_of_reader.kinds}
            save_preferences(person=request_of_reader.person, by=request_of_reader.person, chosen=chosen)
        title = _("You read these in the portal only") if done else _("No more letters of these kinds?")
        return _page(request, {"title": title, "kinds": request_of_reader.kinds, "done": done})


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    answer = render(request, "notices/unsubscribe.html", context, status=status)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Language"] = translation.get_language() or ""
    return answer
