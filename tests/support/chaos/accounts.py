"""What was owed, what the ledger says, and what the mail server has: three accounts that must agree."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from notices.models import Letter, Notice
from tasks.models import Task

Line = tuple[str, int]
"""To whom, and of which task."""

BEFORE, AFTER = 5.0, 2.0
"""Seconds around a kill in which the server took what the victim had in hand, or had handed over already."""


@dataclass(frozen=True)
class Copy:
    """One message that the server kept. `answered`: it also said so."""

    at: float
    message_id: str
    to: str
    tasks: tuple[int, ...]
    answered: bool

    @property
    def lines(self) -> list[Line]:
        return [(self.to, task) for task in self.tasks]


def copies(sink: Path) -> list[Copy]:
    return [_copy(json.loads(row)) for row in sink.read_text(encoding="ascii").splitlines()]


def _copy(row: dict[str, Any]) -> Copy:
    message = email.message_from_bytes(row["message"].encode("latin-1"), policy=email.policy.default)
    plain = message.get_body(("plain",))
    assert plain is not None
    tasks = tuple(sorted(int(key) for key in re.findall(r"/tasks/(\d+)/", plain.get_content())))
    (to,) = row["to"]
    return Copy(row["at"], str(message["Message-ID"]), to, tasks, row["answered"])


@dataclass(frozen=True)
class Accounts:
    owed: list[Line]
    kept: list[Copy]
    kills: Sequence[float]
    """When a process that sends was killed."""
    on: date

    def __str__(self) -> str:
        return (
            f"owed {len(self.owed)}, delivered {len(self.delivered)},"
            f" repeated {len(self.repeated)}, lost {len(self.lost)}"
        )

    @property
    def delivered(self) -> set[Line]:
        return set(self.owed) & {line for copy in self.kept for line in copy.lines}

    @property
    def lost(self) -> set[Line]:
        return set(self.owed) - self.delivered

    @property
    def by_id(self) -> dict[str, list[Copy]]:
        """In the order in which they came."""
        found: dict[str, list[Copy]] = defaultdict(list)
        for copy in self.kept:
            found[copy.message_id].append(copy)
        return found

    @property
    def repeated(self) -> list[Copy]:
        """Those after which the same letter came once more."""
        return [copy for same in self.by_id.values() for copy in same[:-1]]

    def wrong(self) -> list[str]:
        """Every sentence that must be empty."""
        return [said for said in (*self._in_the_ledger(), *self._at_the_server(), *self._between()) if said]

    def _in_the_ledger(self) -> Iterator[str]:
        yield _some("not told", Notice.objects.exclude(state=Notice.State.TOLD))
        reminders = Notice.objects.filter(about_type=Task._meta.label_lower)
        rows = reminders.values_list("person__email", "about_id", "letter__message_id")
        planned = Counter((to, task) for to, task, _letter in rows)
        yield _some("owed, and not planned", set(self.owed) - set(planned))
        yield _some("planned, and not owed", set(planned) - set(self.owed))
        yield _some("planned twice", [line for line, times in planned.items() if times > 1])
        carried = {(*line, copy.message_id) for copy in self.kept for line in copy.lines}
        yield _some("told, and not in its letter", set(rows) - carried)
        yield _some("in a letter, and not told with it", carried - set(rows))

    def _at_the_server(self) -> Iterator[str]:
        letters: dict[Line, set[str]] = defaultdict(set)
        for copy in self.kept:
            for line in copy.lines:
                letters[line].add(copy.message_id)
        yield _some("lost", self.lost)
        yield _some("delivered, and not owed", set(letters) - set(self.owed))
        yield _some("in two letters", [line for line, ids in letters.items() if len(ids) > 1])
        yield _some("twice in a letter", [c for c in self.kept if len(set(c.tasks)) != len(c.tasks)])
        yield _some(
            "not as before", [same for same in self.by_id.values() if len({c.tasks for c in same}) > 1]
        )
        yield _some("repeated without a reason", self._unexplained())

    def _unexplained(self) -> Iterator[Copy]:
        """Each victim had one letter in hand at most: a kill explains one repeat."""
        kills = list(self.kills)
        for copy in sorted(self.repeated, key=lambda one: one.at):
            kill = next((at for at in kills if at - BEFORE <= copy.at <= at + AFTER), None)
            if kill is not None and copy.answered:
                kills.remove(kill)
            elif copy.answered:
                yield copy

    def _between(self) -> Iterator[str]:
        letters = Letter.objects.exclude(state=Letter.State.EMPTY)
        sent = set(letters.filter(state=Letter.State.SENT, on=self.on).values_list("message_id", flat=True))
        taken = {copy.message_id for copy in self.kept if copy.answered}
        yield _some("sent in the ledger, and not taken by the server", sent - taken)
        yield _some("at the server, and not sent in the ledger", set(self.by_id) - sent)
        yield _some("letters that are not sent", letters.exclude(state=Letter.State.SENT))


def _some(what: str, found: Iterable[object]) -> str:
    rows = list(found)
    return f"{len(rows)} {what}, such as {', '.join(map(str, rows[:3]))}" if rows else ""
