"""The story of a task: its events as sentences, who by post. Column names never reach a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from committees import access
from committees.models import Body, Membership, Person
from notices.calendar import describe_read_day_off
from portal.shared.days import day_of, format_day, today
from portal.shared.verdicts import Sentence
from tasks.cycles import Cycle
from tasks.lifecycle import Standing, State
from tasks.models import Clear, Comment, Part, Recurrence, Task, cycle_words, milestone_words
from tasks.pages.former_lead import kept
from tasks.verbs import VERBS, Heading

# Events that the page shows; the audit holds all.
MAX_EVENTS_SHOWN = 100


@dataclass(frozen=True)
class Line:
    """`head` is what happened, `text` the reason and what changed, `mark` what colours its dot."""

    head: Sentence
    text: list[str]
    at: datetime
    by: str
    mark: str


# What happens to a task without a verb of its own; the headings of the verbs stand in their table.
OTHER_HEADINGS = (
    Heading("task_drafted", _("Prepared")),
    Heading("task_recurred", _("Made by its cycle"), Standing.IN_TIME),
    Heading("cycle_stopped", _("Cycle stopped"), Standing.DUE_SOON),
    Heading("evidence_removed", _("Evidence removed")),
)
HEADINGS: dict[str, Heading] = {
    heading.event: heading
    for heading in (*OTHER_HEADINGS, *(heading for verb in VERBS.values() for heading in verb.history))
}


_CYCLES = (Task.DueKind.RECURRING, Task.DueKind.CONTINUOUS)


class Posts:
    """The post that somebody held in a body of the task at the moment, else their name; in one query."""

    def __init__(self, task: Task, people: Iterable[int | None], events: Iterable[Event] = ()) -> None:
        named = {pk for event in events for side in (event.before, event.after) for pk in _people_in(side)}
        terms = Membership.objects.filter(
            person__in={pk for pk in people if pk} | named,
            office__body__in=[body.pk for body in _known_bodies(task)],
        )
        self._terms: dict[int, list[Membership]] = {}
        for term in terms.select_related("office__body", "person").in_order():
            self._terms.setdefault(term.person_id, []).append(term)

    def doer(self, event: Event) -> str:
        """Of a deputy both names: the post is that of the person they stand in for."""
        return event.who if event.for_name else self.post(event.by_id, event.at, event.by_name)

    def post(self, person_id: int | None, at: datetime, name: str) -> str:
        terms = self._terms.get(person_id or 0, [])
        held = [term for term in terms if term.holds_on(day_of(at)) and term.absence_id is None]
        return f"{capfirst(held[0].title)}, {held[0].office.body.brief}" if held else name

    def name(self, person_id: Any) -> str:
        """The leader in charge or the contact, who held an office in the lead body."""
        if not person_id:
            return gettext("nobody")
        terms = self._terms.get(person_id)
        return str(terms[0].person) if terms else gettext("somebody of another body")


class Names:
    """What the ids in events stand for, read once for the whole story."""

    def __init__(self, task: Task, events: Iterable[Event], posts: Posts) -> None:
        self.task, self.posts = task, posts
        self.bodies: dict[int, Body] = {body.pk: body for body in _known_bodies(task)}
        wanted = {
            pk for event in events for side in (event.before, event.after) for pk in _bodies_in(event, side)
        }
        if missing := wanted - set(self.bodies):
            self.bodies |= Body.objects.in_bulk(missing)

    def body(self, pk: Any) -> str:
        return self.bodies[pk].brief if pk in self.bodies else gettext("none")


def events_of(task: Task, person: Person) -> QuerySet[Event]:
    """What happened, newest first, as far as this person may know."""
    return _known_to(person, task, Event.objects.about(task).newest_first())


def comments_of(task: Task, person: Person) -> QuerySet[Comment]:
    return _known_to(person, task, task.comments.all())


def _known_to(person: Person, task: Task, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Until issue a task is its assigner's own: how it was prepared, and why another body declined it."""
    rows = kept(task, rows)
    if access.allows(person, "view_tasks", task.assigner):
        return rows
    return rows.filter(at__gte=task.assigned_at)


def story(task: Task, events: list[Event], posts: Posts) -> list[Line]:
    """Newest first. Comments and the words of notes and reports stand in sections of their own."""
    names = Names(task, events, posts)
    return [_line(event, names) for event in events if event.verb in HEADINGS]


def _line(event: Event, names: Names) -> Line:
    heading = HEADINGS[event.verb]
    text = _text_of(event, names)
    if event.break_glass:
        text.append(gettext("Done as superuser."))
    return Line(heading.text, text, event.at, names.posts.doer(event), heading.mark)


def _text_of(event: Event, names: Names) -> list[str]:
    reason = [f"“{event.reason}”"] if event.reason else []
    after, before = event.after, event.before
    match event.verb:
        case "task_submitted":
            return [_submission(event, names.task)]
        case "task_assigned" | "task_approval_recorded" | "task_recurred" if due := after.get(
            "original_due_on"
        ):
            paper = [after["approval"]] if after.get("approval") else []
            return [gettext("Deadline %(day)s") % {"day": _day(due)}, *paper]
        case "task_progressed":
            return [f"{after.get('percent', before.get('percent', names.task.percent))}%"]
        case "evidence_added":
            return [after.get("title", "")]
        case "evidence_removed":
            return [before.get("title", "")]
        case "part_delivered" | "part_returned":
            return [names.body(after.get("body")), after.get("contribution", ""), *reason]
        case "task_lead_changed":
            return [_change("lead", before.get("lead"), after.get("lead"), names), *reason]
        case "task_changed" | "task_people_named":
            return [*(_change(name, before.get(name), after[name], names) for name in after), *reason]
        case "event_day_set":
            return [f"{_day(after['happened_on'])}: {_deadline_change(before, after)}", *reason]
        case "extension_given":
            return [f"{_day(before['due_on'])} → {_day(after['due_on'])}", *reason]
        case "extension_asked":
            return [gettext("to %(day)s") % {"day": _day(after["proposed_on"])}, *reason]
        case "request_countered":
            return [gettext("to %(day)s") % {"day": _day(after["counter_on"])}, *reason]
        case "risk_flagged":
            days = after.get("risk_days", before.get("risk_days"))
            remedy = [f"“{after['risk_remedy']}”"] if after.get("risk_remedy") else []
            return [gettext("days late expected: %(days)s") % {"days": days}, *remedy]
        case "milestones_set" | "milestone_marked":
            return [_change("milestones", before["milestones"], after["milestones"], names)]
        case "cycle_stopped":
            return [str(Recurrence.Stop(after["stop"]).label)]
        case "task_weights_set":
            return [", ".join(after["weights"]) or gettext("equal shares")]
        case "task_urged":
            return [gettext("%(count)s people told") % {"count": after.get("people", 0)}, *reason]
    return reason


def _deadline_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    old = f"{_day(before['due_on'])} → " if before.get("due_on") else ""
    return f"{old}{_day(after['due_on'])}" if after.get("due_on") else gettext("the deadline stays")


def _submission(event: Event, task: Task) -> str:
    number = event.after.get("submissions", 1)
    day = day_of(event.at)
    if task.due_on is None or task.state not in (State.SUBMITTED, State.COMPLETED):
        return gettext("submission %(number)s") % {"number": number}
    in_time = gettext("reported in time") if day <= task.due_on else gettext("reported after the deadline")
    return gettext("submission %(number)s, %(in_time)s") % {"number": number, "in_time": in_time}


def _change(name: str, before: Any, after: Any, names: Names) -> str:
    """For example: Deadline: 25/09/2026 → 15/10/2026. Of long or hidden fields only that they changed."""
    if name == "parts":
        return gettext("Bodies that help: %(after)s") % {"after": _parts(after, names)}
    if name == "milestones":
        return gettext("Milestones: %(after)s") % {"after": _milestones(after)}
    if name == "recurrence":
        return gettext("Cycle: %(after)s") % {"after": _cycle(after)}
    label = str(Task._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    label = label[:1].upper() + label[1:]
    if name in ("parent", "order", "description"):
        return gettext("%(field)s changed") % {"field": label}
    return f"{label}: {_value(name, before, names)} → {_value(name, after, names)}"


def _value(name: str, value: Any, names: Names) -> str:
    if name == "lead":
        return names.body(value)
    if name in ("leader", "contact"):
        return names.posts.name(value)
    if value in (None, ""):
        return gettext("none")
    if name in ("due_on", "start_on"):
        return _day(value)
    choices = dict(Task._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    return str(choices.get(value, value))


def _parts(rows: Any, names: Names) -> str:
    kinds = dict(Part.Kind.choices)
    return ", ".join(f"{names.body(row[0])} ({kinds.get(row[1], row[1])})" for row in rows or ()) or gettext(
        "none"
    )


def _milestones(rows: Any) -> str:
    """`rows` as an event keeps them: day, text, day on which it was reached."""
    days = ((parse_date(due_on), text, parse_date(done_on or "")) for due_on, text, done_on in rows)
    milestones = [milestone_words(due_on, text, done_on) for due_on, text, done_on in days if due_on]
    return "; ".join(milestones) or gettext("none")


def _cycle(row: Any) -> str:
    """`row` as an event keeps a cycle."""
    if not row:
        return gettext("none")
    every, day, starts_on, until, month = row
    return cycle_words(Cycle(every, day, date.fromisoformat(starts_on), date.fromisoformat(until), month))


def _day(text: Any) -> str:
    day = text if isinstance(text, date) else parse_date(str(text))
    return format_day(day) if day else str(text)


def _people_in(values: dict[str, Any]) -> set[int]:
    return {pk for pk in (values.get("leader"), values.get("contact")) if pk}


def _bodies_in(event: Event, values: dict[str, Any]) -> set[int]:
    """Keys of the bodies that the line of this event names."""
    if event.verb in ("part_delivered", "part_returned"):
        return {values["body"]} if values.get("body") else set()
    if event.verb not in ("task_changed", "task_lead_changed"):
        return set()
    return {pk for pk in [values.get("lead"), *(row[0] for row in values.get("parts") or ())] if pk}


def _known_bodies(task: Task) -> list[Body]:
    return [task.assigner, *([task.lead] if task.lead else []), *(part.body for part in task.parts.all())]


@dataclass(frozen=True)
class Answer:
    """One of the six clears with its answer; without one, `fill` is where this person can give it."""

    clear: Clear
    name: Sentence
    value: str
    beside: str
    fill: str


_CLEARS: dict[str, tuple[Sentence, Sentence]] = {
    "who": (_("Clear who"), _("Not clear who")),
    "what": (_("Clear what"), _("Not clear what")),
    "when": (_("Clear when"), _("Not clear when")),
    "responsibility": (_("Clear responsibility"), _("Responsibility not clear")),
    "result": (_("Clear result"), _("Result not clear")),
    "authority": (_("Clear authority"), _("Authority not clear")),
}


def answered(task: Task, allowed: frozenset[str], calendar_day: Mapping[str, Any] | None) -> list[Answer]:
    answers = {
        "who": (str(task.lead or task.lead_words), _who_beside(task)),
        "what": (task.name, task.pillar),
        "when": (_when(task), _when_beside(task, calendar_day)),
        "responsibility": (str(task.leader or ""), gettext("leader in charge") if task.leader else ""),
        "result": (task.deliverable, task.deliverable_kind),
        "authority": (task.authority, gettext("approving level") if task.authority else ""),
    }
    return [
        Answer(clear, _CLEARS[clear.name][not clear.told], *answers[clear.name], _fill(clear, task, allowed))
        for clear in task.clears()
    ]


def _who_beside(task: Task) -> str:
    if not task.lead:
        return ""
    contact = (
        gettext("contact: %(person)s") % {"person": task.contact}
        if task.contact
        else gettext("no contact named yet")
    )
    return gettext("lead") + " · " + contact


def _when(task: Task) -> str:
    if task.due_on:
        return _day(task.due_on)
    if task.cycle:
        return str(capfirst(cycle_words(task.cycle)))
    return str(task.get_due_kind_display()) if task.due_kind in _CYCLES else task.waits_for


def _when_beside(task: Task, calendar_day: Mapping[str, Any] | None) -> str:
    parts = [f"“{task.due_words}”"] if task.due_words else []
    if task.happened_on:
        after = {"event": task.after_event, "day": _day(task.happened_on)}
        parts.insert(0, gettext("“%(event)s” on %(day)s") % after)
    if task.cycle:
        following = task.cycle.next_due(today())
        over = gettext("the cycle is over")
        parts.insert(0, gettext("next on %(day)s") % {"day": _day(following)} if following else over)
    if task.original_due_on and task.original_due_on != task.due_on:
        parts.insert(0, gettext("original deadline %(day)s") % {"day": _day(task.original_due_on)})
    if off := describe_read_day_off(task.due_on, calendar_day):
        parts.insert(0, off)
    return " · ".join(parts)


def _fill(clear: Clear, task: Task, allowed: frozenset[str]) -> str:
    if clear.told:
        return ""
    if clear.name == "responsibility" and "name_people" in allowed:
        return reverse("tasks:name_people", args=[task.pk])
    return reverse("tasks:edit", args=[task.pk]) if "edit" in allowed else ""


@dataclass(frozen=True)
class Deadline:
    day: str
    is_current: bool
    is_first: bool
    reason: str
    by: str
    at: datetime | None


def deadlines(task: Task, events: list[Event], posts: Posts) -> list[Deadline]:
    """The deadlines this task has had since issue, the current one first; empty when it never changed."""
    changed = [
        event
        for event in events
        if event.verb in ("task_changed", "extension_given", "event_day_set") and "due_on" in event.after
    ]
    since = [event for event in changed if not task.assigned_at or event.at >= task.assigned_at]
    if since and _gave_the_first(since[-1], task):
        since.pop()
    if not since or (task.original_due_on == task.due_on and len(since) < 2):
        return []
    rows = [
        Deadline(
            _day(event.after["due_on"]) if event.after["due_on"] else gettext("no deadline"),
            event is since[0],
            False,
            event.reason,
            posts.doer(event),
            event.at,
        )
        for event in since
    ]
    first = _day(task.original_due_on) if task.original_due_on else gettext("no deadline")
    return [*rows, Deadline(first, False, True, task.due_words, "", None)]


def _gave_the_first(event: Event, task: Task) -> bool:
    """Given without a day, it got its first deadline later."""
    first = task.original_due_on.isoformat() if task.original_due_on else ""
    return event.before.get("due_on") is None and event.after["due_on"] == first
