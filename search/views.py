"""The page of a search, and the list below its field."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from committees import access
from committees.doors import SignedInRequest
from portal.shared.days import today
from search.sources import SOURCES, Hit, Search, Source, find_recent
from search.words import Words

# Hits of each kind: below the field, on the page of all kinds, on the page of one kind.
IN_LIST, ON_PAGE, OF_ONE_KIND = 3, 5, 100
MAX_LENGTH = 200


@dataclass(frozen=True)
class Group:
    source: Source
    hits: list[Hit]
    # There are more than are shown.
    more: bool
    url: str


@login_required
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """What the words find, by kind; with nothing typed, what the reader worked on last."""
    words = _words_of(request)
    kind = next((source for source in SOURCES if source.name == request.GET.get("kind")), None)
    groups = find_groups(request, words, [kind], OF_ONE_KIND) if kind else find_groups(request, words)
    context = {
        "words": words.text,
        "groups": groups,
        "kinds": SOURCES,
        "kind": kind,
        "recent": [] if words.folded else find_recent(request.user, today()),
        "title": _("Search"),
    }
    return render(request, "search/page.html", context)


@login_required
@require_safe
def near(request: SignedInRequest) -> HttpResponse:
    """The list below the field of every page's head: the first of each kind."""
    words = _words_of(request)
    recent = [] if words.folded else find_recent(request.user, today())
    context = {"groups": find_groups(request, words, limit=IN_LIST), "recent": recent}
    return render(request, "search/near.html", context)


def find_groups(
    request: SignedInRequest, words: Words, sources: list[Source] | None = None, limit: int = ON_PAGE
) -> list[Group]:
    """What each kind of thing holds of the words; kinds without a hit are left out."""
    if not words.folded:
        return []
    search = Search(request.user, words, today(), limit + 1)
    with access.asking_once():
        hits_by_source = [(source, source.find(search)) for source in sources or SOURCES]
    return [
        Group(source, hits[:limit], len(hits) > limit, source.all_url(words))
        for source, hits in hits_by_source
        if hits
    ]


def _words_of(request: HttpRequest) -> Words:
    text = request.GET.get("q", "")[:MAX_LENGTH].strip()
    return Words(text if text.isprintable() else "")
