"""Where words are looked for: one function for each kind of thing, each in what the reader sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Event
from committees import access
from committees.models import Body, Membership, Person
from portal.shared.days import day_of, format_day
from portal.shared.verdicts import Sentence
from search.words import Words
from tasks.models import Comment, Evidence, Order, Progress, Task

# Tasks that somebody worked on, offered before anything is typed; out of so many of their own events.
RECENT, RECENT_EVENTS = 10, 200


@dataclass(frozen=True)
class Hit:
    """One thing found: its name with the words marked, where they stand, and what tells it from others."""

    title: SafeString | str
    url: str
    where: SafeString | str = ""
    beside: str = ""
    # How a task stands on the day, as `standing_label` takes it.
    standing: str = ""
    days: int | None = None


@dataclass(frozen=True)
class Search:
    person: Person
    words: Words
    on: date
    # Hits of each kind at most.
    limit: int


Texts = Iterable[tuple[Sentence, str]]


def _where(words: Words, texts: Texts, title: str) -> SafeString | str:
    """The names of the texts that hold a word, and what stands around it in the first that is no title."""
    holding = [(label, text) for label, text in texts if text and words.any_in(text)]
    names = ", ".join(str(label) for label, _text in holding)
    shown = next((text for _label, text in holding if text != title), "")
    return format_html("{}: “{}”", names, words.excerpt(shown)) if shown else names


def find_tasks(search: Search) -> list[Hit]:
    """The task of that number first, then the newest."""
    words = search.words
    condition, order = words.in_column("search_text"), ("-pk",)
    tasks = Task.objects.visible_to(search.person)
    if words.task_key is not None:
        condition |= Q(pk=words.task_key)
        order = (Case(When(pk=words.task_key, then=0), default=1), "-pk")  # type: ignore[assignment]
    rows = tasks.filter(condition).select_related("lead").defer("search_text", "lead__search_text")
    return [_task_hit(task, search) for task in rows.order_by(*order)[: search.limit]]


def _task_hit(task: Task, search: Search) -> Hit:
    texts = (
        (_("name"), task.name),
        (_("number"), f"{task.code} {task.number}"),
        (_("the other name"), task.title if task.name == task.title_en else task.title_en),
        (_("deliverable"), task.deliverable),
        (_("description"), task.description),
    )
    standing = task.standing(search.on)
    return Hit(
        search.words.marked(task.name),
        task.get_absolute_url(),
        _where(search.words, texts, task.name),
        task.lead.brief if task.lead else "",
        str(standing or task.state),
        task.days_left(search.on) if standing else None,
    )


def find_orders(search: Search) -> list[Hit]:
    orders = Order.objects.visible_to(search.person).matching(search.words.text).best_first(search.words.text)
    return [
        Hit(
            search.words.marked(str(order)),
            order.get_absolute_url(),
            _where(
                search.words,
                ((_("issuer"), order.issuer), (_("signer"), order.signer), (_("abstract"), order.abstract)),
                str(order),
            ),
            order.body.brief,
        )
        for order in orders.select_related("body")[: search.limit]
    ]


def find_bodies(search: Search) -> list[Hit]:
    bodies = Body.objects.matching(search.words.text).select_related("parent").order_by("path")
    return [
        Hit(
            search.words.marked(body.name),
            body.get_absolute_url(),
            _where(search.words, ((_("code"), body.code), (_("short name"), body.short_name)), body.name),
            body.parent.brief if body.parent else "",
        )
        for body in bodies[: search.limit]
    ]


def find_people(search: Search) -> list[Hit]:
    """Who holds an office in a body whose members the person may read, by name and never by address."""
    terms = Membership.objects.holding_on(search.on).filter(
        search.words.in_column("person__search_text"), office__body__in=access.member_readers(search.person)
    )
    hits: dict[int, Hit] = {}
    # Of people with several offices, and of those found by their address, there are more rows than hits.
    for term in terms.select_related("person", "office__body").order_by("person__name", "pk")[:200]:
        if search.words.all_in(term.person.name) and len(hits) < search.limit:
            post = term.office.get_role_display()
            title, body = search.words.marked(term.person.name), term.office.body
            hits.setdefault(term.person_id, Hit(title, body.get_absolute_url(), post, body.brief))
    return list(hits.values())


def find_evidence(search: Search) -> list[Hit]:
    rows = Evidence.objects.filter(
        search.words.in_column("search_text"),
        removed_at=None,
        task__in=Task.objects.visible_to(search.person),
    )
    return [
        Hit(
            search.words.marked(piece.title),
            f"{piece.task.get_absolute_url()}#report",
            _where(search.words, ((_("file"), piece.file_name), (_("number"), piece.document)), piece.title),
            f"{piece.task.name} · {format_day(day_of(piece.at))}",
        )
        for piece in rows.select_related("task").order_by("-at", "-pk")[: search.limit]
    ]


def find_notes(search: Search) -> list[Hit]:
    """Comments, progress notes and reports, the newest first."""
    holds_words = search.words.in_column("search_text")
    columns = ("at", "task_id", "task__title", "by__name", "words")
    comments = Comment.objects.visible_to(search.person).filter(holds_words).annotate(words=F("text"))
    notes = Progress.objects.filter(holds_words, task__in=Task.objects.visible_to(search.person))
    rows: list[Any] = [
        row
        for kind in (comments, notes.annotate(words=F("note")))
        for row in kind.order_by("-at", "-pk").values_list(*columns)[: search.limit]
    ]
    return [
        Hit(
            search.words.excerpt(text),
            f"{reverse('tasks:detail', args=[task])}#notes",
            name,
            f"{title} · {format_day(day_of(at))}",
        )
        for at, task, title, name, text in sorted(rows, reverse=True)[: search.limit]
    ]


@dataclass(frozen=True)
class Source:
    """A kind of thing that is looked for; `page` is the list that goes on from there, if there is one."""

    name: str
    label: Sentence
    icon: str
    find: Callable[[Search], list[Hit]]
    page: str = ""

    def all_url(self, words: Words) -> str:
        """Where all that is found of this kind is read."""
        query = {"q": words.text} if self.page else {"q": words.text, "kind": self.name}
        return f"{reverse(self.page or 'search:page')}?{urlencode(query)}"


SOURCES = (
    Source("tasks", gettext_lazy("Tasks"), "list-checks", find_tasks, "tasks:list"),
    Source("orders", gettext_lazy("Orders"), "file-text", find_orders, "orders:list"),
    Source("bodies", gettext_lazy("Bodies"), "network", find_bodies, "bodies:list"),
    Source("people", gettext_lazy("People"), "user", find_people),
    Source("evidence", gettext_lazy("Evidence"), "paperclip", find_evidence),
    Source("notes", gettext_lazy("Comments and reports"), "message-square", find_notes),
)


def find_recent(person: Person, on: date) -> list[Hit]:
    """The tasks that the person last did something to."""
    mine = Event.objects.filter(by=person, about_type=Task._meta.label_lower).order_by("-pk")
    keys = list(dict.fromkeys(mine.values_list("about_id", flat=True)[:RECENT_EVENTS]))
    tasks = Task.objects.visible_to(person).filter(pk__in=keys).select_related("lead").in_bulk()
    search = Search(person, Words(""), on, RECENT)
    return [_task_hit(tasks[key], search) for key in keys if key in tasks][:RECENT]
