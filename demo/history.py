"""An invented but plausible course for a task, with the rows and events that the actions would have made.

The actions read the clock, so what is meant to lie in the past is written here: the same columns,
the same rows, the same events, with the moments of the story and a reason that says it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from audit.actions import build_event, changes, snapshot
from audit.models import Event
from committees.models import Body, Person
from committees.roles import Role
from demo.people import Cast
from demo.tables import INVENTED
from portal.shared.days import VIETNAM, start_of
from tasks import lifecycle
from tasks.actions.task_fields import EDITABLE_FIELDS
from tasks.lifecycle import Move, State
from tasks.models import Evidence, Part, Progress, Task

# Percent at most → what such a note says.
NOTES = (
    (30, "đã phân công đơn vị đầu mối và lập kế hoạch thực hiện."),
    (60, "đã có dự thảo, đang lấy ý kiến các cơ quan phối hợp."),
    (90, "đã hoàn thiện theo ý kiến góp ý, đang trình duyệt."),
    (100, "còn chờ ý kiến cuối của cấp có thẩm quyền."),
)
SENT_BACK = f"{INVENTED}: thiếu minh chứng về kết quả đã đưa vào sử dụng."
WAITS = f"{INVENTED}: chờ văn bản hướng dẫn của cấp trên."
# Days after a deadline when most of what was late has been done.
LONG_AGO = 120


@dataclass(frozen=True)
class Ending:
    """Where a story stands on the base day: the state, and the moment of the last report if any."""

    state: State
    at: datetime | None = None
    sent_back: bool = False


@dataclass
class Story:
    """One task with what happened to it; nothing is written before `write`."""

    task: Task
    parts: list[tuple[Body, str]]
    cast: Cast
    progress: list[Progress] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    event_values: list[dict[str, Any]] = field(default_factory=list)

    def play(self, begins: datetime, ending: Ending, base: date, rng: Random) -> None:
        """The whole course from the draft to the ending, in office hours and never after the base day."""
        self.base, self.rng = start_of(base), rng
        self._give(begins)
        if ending.state == State.ASSIGNED:
            return
        last = ending.at or self._between(begins, self.base, 0.75, 0.99)
        self._begin(self._between(begins, last, 0.02, 0.15))
        self._work(begins, last, done=ending.at is not None)
        if ending.state == State.SUSPENDED:
            self._move(lifecycle.SUSPEND, last, self._keeper(), reason=WAITS)
        if ending.at:
            self._close(begins, ending.at, ending)

    def events(self) -> list[Event]:
        """What the audit trail says; asked after the rows were written, when they have keys."""
        bodies = [self.task.assigner_id, self.task.lead_id, *(body.pk for body, _kind in self.parts)]
        for values in self.event_values:
            if evidence := values.pop("evidence", None):
                values["after"] = {"evidence": evidence.pk, "title": evidence.title}
        return [build_event(about=self.task, bodies=bodies, **values) for values in self.event_values]

    def part_rows(self) -> list[Part]:
        return [Part(task=self.task, body=body, kind=kind) for body, kind in self.parts]

    def _give(self, at: datetime) -> None:
        task, keeper = self.task, self._keeper()
        head = self.cast.holder(task.assigner, Role.HEAD)
        task.created_by = keeper
        before = at - timedelta(hours=20)
        self._add_event("task_drafted", before, keeper, after=snapshot(task, EDITABLE_FIELDS))
        self._move(lifecycle.PROPOSE, before + timedelta(minutes=40), keeper)
        values: dict[str, Any] = {
            "assigned_by": head,
            "assigned_at": _office_hours(at),
            "original_due_on": task.due_on,
        }
        self._move(lifecycle.ASSIGN, at, head, **values)

    def _begin(self, at: datetime) -> None:
        """Accept, and in most cases name the leader in charge and the contact."""
        task, worker = self.task, self._worker()
        self._move(lifecycle.ACCEPT, at, worker)
        leader = self.cast.holder(task.lead, Role.HEAD) if task.lead else None
        before = snapshot(task, ("leader", "contact"))
        if self.rng.random() < 0.75:
            task.leader = leader
        if self.rng.random() < 0.85:
            task.contact = worker
        old, new = changes(before, snapshot(task, ("leader", "contact")))
        if new:
            self._add_event("task_people_named", at + timedelta(minutes=15), worker, before=old, after=new)

    def _work(self, begins: datetime, last: datetime, *, done: bool) -> None:
        """One to three notes on the way, the last of an open task at `last`."""
        count = self.rng.randint(1, 3)
        top = 95 if done else self.rng.choice((20, 35, 40, 55, 60, 70, 80, 90))
        for nth in range(1, count + 1):
            share = nth / (count + 1) if done else nth / count
            percent = max(5, round(top * nth / count / 5) * 5)
            self._note(begins + (last - begins) * (0.15 + 0.85 * share), percent)

    def _note(self, at: datetime, percent: int) -> None:
        task, worker = self.task, self._worker()
        text = next(note for most, note in NOTES if percent <= most)
        note = Progress(
            task=task, by=worker, at=_office_hours(at), percent=percent, note=f"{INVENTED}: {text}"
        )
        before = snapshot(task, ("state", "percent"))
        task.state, task.percent, task.progressed_at = State.IN_PROGRESS, percent, note.at
        task.version += 1
        self.progress.append(note)
        old, new = changes(before, {**snapshot(task, ("state", "percent")), "note": note.note})
        self._add_event("task_progressed", at, worker, before=old, after=new)

    def _close(self, begins: datetime, at: datetime, ending: Ending) -> None:
        keeper = self._keeper()
        if ending.sent_back:
            first = self._between(begins, at, 0.6, 0.8)
            self._submit(first)
            back = self._between(first, at, 0.2, 0.5)
            self._move(
                lifecycle.SEND_BACK, back, keeper, reason=SENT_BACK, submitted_by=None, submitted_at=None
            )
        self._submit(at)
        if ending.state == State.COMPLETED:
            judged = self._between(at, min(self.base, at + timedelta(days=7)), 0.2, 0.9)
            self._move(
                lifecycle.CONFIRM, judged, keeper, confirmed_by=keeper, confirmed_at=_office_hours(judged)
            )

    def _submit(self, at: datetime) -> None:
        task, worker = self.task, self._submitter()
        moment, number = _office_hours(at), task.submissions + 1
        evidence = Evidence(
            task=task,
            kind=Evidence.Kind.DOCUMENT,
            title=f"Báo cáo kết quả lần {number} (minh họa)",
            document=f"Minh họa {self.rng.randint(11, 480)}/BC",
            by=worker,
            at=_office_hours(at - timedelta(minutes=50)),
        )
        self.evidence.append(evidence)
        self._add_event("evidence_added", at - timedelta(minutes=50), worker, evidence=evidence)
        result = f" ({task.deliverable})" if task.deliverable else ""
        report = f"{INVENTED}: đã hoàn thành sản phẩm được giao{result}; minh chứng kèm theo."
        self.progress.append(
            Progress(task=task, by=worker, at=moment, percent=100, note=report, report=number)
        )
        values = {"submitted_by": worker, "submitted_at": moment, "submissions": number}
        values |= {"percent": 100, "progressed_at": moment}
        self._move(lifecycle.SUBMIT, at, worker, reason=report, **values)

    def _move(self, move: Move, at: datetime, by: Person | None, reason: str = "", **values: Any) -> None:
        task = self.task
        before = snapshot(task, ("state", *values))
        task.state = move.target or State.IN_PROGRESS
        task.suspended_from = before["state"] if task.state == State.SUSPENDED else ""
        for name, value in values.items():
            setattr(task, name, value)
        task.version += 1
        old, new = changes(before, snapshot(task, ("state", *values)))
        self._add_event(move.event, at, by, before=old, after=new, reason=reason)

    def _add_event(self, verb: str, at: datetime, by: Person | None, **values: Any) -> None:
        values["reason"] = values.get("reason") or f"{INVENTED}."
        self.event_values.append({"verb": verb, "at": _office_hours(at), "by": by, **values})

    def _between(self, start: datetime, end: datetime, low: float, high: float) -> datetime:
        return start + (end - start) * self.rng.uniform(low, high)

    def _keeper(self) -> Person | None:
        return self.cast.holder(self.task.assigner, Role.SECRETARY)

    def _worker(self) -> Person | None:
        return self.cast.holder(self.task.lead, Role.OFFICER, Role.SECRETARY) if self.task.lead else None

    def _submitter(self) -> Person | None:
        """A committee reports through its secretary, an agency through its officer."""
        if self.task.lead and self.task.lead.kind == Body.Kind.COMMITTEE:
            return self.cast.holder(self.task.lead, Role.SECRETARY, Role.OFFICER)
        return self._worker()


def choose_ending(task: Task, begins: datetime, base: date, rng: Random) -> Ending:
    """A plausible ending by the deadline: long ago mostly done, some late, some still open."""
    if begins >= start_of(base):
        return Ending(State.ASSIGNED)
    if task.due_kind in (Task.DueKind.CONTINUOUS, Task.DueKind.RECURRING):
        return Ending(State.IN_PROGRESS)
    if task.due_on is None:
        kind = rng.choices(("done", "work", "given", "waits", "stopped"), (34, 44, 10, 9, 3))[0]
    elif task.due_on >= base:
        kind = rng.choices(("done", "work", "given", "waits"), (10, 72, 6, 12))[0]
    elif (base - task.due_on).days < LONG_AGO:
        kind = rng.choices(("on time", "late", "work", "given", "waits"), (44, 14, 26, 4, 12))[0]
    else:
        kind = rng.choices(("on time", "late", "work", "waits"), (54, 28, 12, 6))[0]
    return ending_of_kind(kind, task.due_on, begins, base, rng)


def ending_of_kind(kind: str, due_on: date | None, begins: datetime, base: date, rng: Random) -> Ending:
    """The ending of a kind, or the nearest one that the days allow."""
    now = start_of(base)
    back = rng.random() < 0.12
    match kind:
        case "given":
            return Ending(State.ASSIGNED)
        case "stopped":
            return Ending(State.SUSPENDED)
        case "waits" if now - begins > timedelta(days=9):
            return Ending(
                State.SUBMITTED, now - timedelta(days=rng.randint(1, 6), hours=rng.randint(1, 9)), back
            )
        case "done" if now - begins > timedelta(days=30):
            return Ending(State.COMPLETED, begins + (now - begins) * rng.uniform(0.4, 0.85), back)
        case "on time" if due_on and start_of(due_on) + timedelta(hours=16) > begins + timedelta(hours=4):
            stop = min(start_of(due_on) + timedelta(hours=16), now - timedelta(days=2))
            return Ending(State.COMPLETED, begins + (stop - begins) * rng.uniform(0.7, 1), False)
        case "late" | "on time" if due_on:
            first = max(start_of(due_on) + timedelta(days=4), begins + timedelta(days=3))
            room = min(now - timedelta(days=2) - first, timedelta(days=50))
            if room > timedelta(0):
                return Ending(State.COMPLETED, first + room * rng.random(), back)
    return Ending(State.IN_PROGRESS)


def first_working_day(day: date) -> datetime:
    """Nine o'clock on the day, or on the Monday after a week-end."""
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
    return datetime.combine(day, time(9), VIETNAM)


def _office_hours(moment: datetime) -> datetime:
    """The moment pressed into 8:00 to 17:00, a week-end into Friday's evening; what was later stays later."""
    return _pressed(moment.astimezone(VIETNAM)).replace(second=0, microsecond=0)


def _pressed(local: datetime) -> datetime:
    midnight = start_of(local.date())
    if local.weekday() < 5:
        return midnight + timedelta(hours=8) + (local - midnight) * (9 / 24)
    friday = midnight - timedelta(days=local.weekday() - 4)
    since = local - (friday + timedelta(days=1))
    return friday + timedelta(hours=17) + since * (1.5 / 48)
