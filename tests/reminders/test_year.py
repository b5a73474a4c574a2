"""A year, day by day: the letters of each day are those that the oracle writes, wherever the server stands.

The whole year where clocks change in summer, its first four months where they do not.

The portal does everything through its actions and `manage.py remind`; `tests/support/oracle/` does the
same to plain rows, by the rules in words, and knows nothing of the portal. What is compared is what came out
of the mail, line by line, and the steps in the ledger.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection

from notices.calendar import Calendar
from notices.public_holidays import fill_years
from tests.reminders.year_portal import Portal
from tests.reminders.year_script import moment, script, the_oracle
from tests.support import oracle
from tests.support.oracle import Letters, Oracle
from tests.support.zones import ZONES

END = date(2026, 12, 31)
# A clock without summer time is as far from Vietnam in every month.
ENDS = {"UTC": date(2026, 4, 30), "Asia/Ho_Chi_Minh": date(2026, 4, 30), "America/New_York": END}


# What stands in a letter, as its reader sees it: person → heading and title of every line.

Read = dict[str, list[tuple[str, str]]]


def as_read(letters: Letters) -> Read:
    return {
        person: sorted((oracle.KINDS[kind].heading, about) for kind, about, _step in lines)
        for person, lines in letters.items()
    }


def read(messages: list[Any], titles: dict[str, str]) -> Read:
    found: Read = {}
    for message in messages:
        person = re.findall(r"([\w]+)@demo.invalid", message.to[0])[0]
        assert person not in found, "two letters on one day"
        found[person] = sorted(_lines(message.body, titles))
    return found


def _lines(text: str, titles: dict[str, str]) -> Iterator[tuple[str, str]]:
    heading = ""
    for line in text.splitlines():
        if begins := re.fullmatch(r"(\S.*) \(\d+\)", line):
            heading = begins[1]
        elif line.startswith("- "):
            title = line.removeprefix("- ").removeprefix("Restricted task no. ")
            yield heading, titles.get(title, title)


def test_the_oracle_knows_nothing_of_the_portal() -> None:
    modules = list(Path(oracle.__file__).parent.glob("*.py"))
    assert len(modules) > 1
    nodes = [node for module in modules for node in ast.walk(ast.parse(module.read_text()))]
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    others = {name for name in names if not name.startswith(f"{oracle.__name__}.")}
    assert {name.split(".")[0] for name in others} <= sys.stdlib_module_names


@pytest.mark.django_db
def test_both_work_on_the_same_days() -> None:
    fill_years(2025, 2027)
    calendar = Calendar.read()
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(3 * 365)]
    assert [one for one in days if calendar.working_day(one)] == oracle.WORKED


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_every_letter_of_a_year_is_the_oracles(zone: str) -> None:
    if connection.vendor == "postgresql" and zone != "America/New_York":
        pytest.skip("One zone is enough on PostgreSQL: what differs between them is asked on SQLite.")
    todo = script()
    # As seconds: the clock of a datetime with a zone would take the server there too.
    with time_machine.travel(moment("2025-12-01 08:00").timestamp(), tick=False) as clock:
        assert datetime.now().hour == (1 + ZONES[zone]) % 24, "the server does not stand there"  # noqa: DTZ005
        portal, expected = Portal(), the_oracle()
        seen: set[tuple[str, str]] = set()
        on = date(2025, 12, 31)
        while on < ENDS[zone]:
            on += timedelta(days=1)
            morning = moment(f"{on} 06:45" if on.weekday() == 0 else f"{on} 08:00")
            while todo and todo[0][0] < morning:
                at, verb, args = todo.pop(0)
                clock.move_to(at.timestamp())
                happened = expected_of(expected, verb, at, args)
                assert portal.do(verb, args) == happened, (at, verb, args)
            clock.move_to(morning.timestamp())
            mail.outbox.clear()
            # On Mondays the clock is asked which day it is: in New York and in London it is still Sunday.
            call_command("remind", *([] if on.weekday() == 0 else ["--on", f"{on}"]), stdout=Silent())
            letters = expected.letters(on)
            assert alike(portal.ledger(on)) == alike(letters), on
            assert read(mail.outbox, portal.titles()) == as_read(letters), on
            seen |= {(kind, step) for lines in letters.values() for kind, _about, step in lines}
        assert (datetime.now().hour - 8) % 24 == (ZONES[zone] - 7) % 24, "the server moved"  # noqa: DTZ005
    if ENDS[zone] == END:
        assert not todo
        everything_was_asked(seen)


class Silent:
    def write(self, text: str) -> None:
        """Nobody reads it."""


def alike(letters: Letters) -> Letters:
    return {person: sorted(lines) for person, lines in sorted(letters.items())}


def expected_of(expected: Oracle, verb: str, at: datetime, args: tuple[Any, ...]) -> bool:
    return bool(getattr(expected, verb)(at.date(), *args))


def everything_was_asked(seen: set[tuple[str, str]]) -> None:
    """A year in which a kind or step never came would prove nothing of it."""
    kinds = {kind for kind, _step in seen}
    assert set(oracle.KINDS) - kinds == set()
    assert {step for kind, step in seen if kind == "due_soon"} >= {"-7", "-3", "-1", "-15", "-4", "-10"}
    weeks = {step for _kind, step in seen if "w" in step and step[0] == "+" and ":" not in step}
    assert weeks >= {"+7w1", "+7w3", "+0w1", "+2w1", "+4w1"}
