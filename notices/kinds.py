"""The kinds of notice. An app on a higher floor registers its own, with how to ask if it is still owed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from notices.drop_reasons import DropReason
from portal.shared.verdicts import Sentence

if TYPE_CHECKING:
    from notices.models import Notice


@dataclass(frozen=True)
class Line:
    """What a letter or page says of one notice, in the language active when it is composed."""

    title: str
    sentence: str
    url: str
    what_to_do: str = ""
    standing: str = ""
    lead: str = ""
    assigner: str = ""
    order: str = ""
    due_on: date | None = None
    days: int | None = None
    # Told to the body that gave it, to whom it stands under who leads; to others under who gave it.
    of_giver: bool = False
    # More of it in a letter, each on a line of its own.
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A heading of the letter; `name` is its style. The letter's subject counts what stands under each."""

    name: str
    title: Sentence
    rank: int


# The heading that several apps put their news under.
NEWS = Group("news", _("News of your tasks"), 70)

Recheck = Callable[["Sequence[Notice]", date], dict[int, DropReason]]
Compose = Callable[["Sequence[Notice]", date], dict[int, Line]]


@dataclass(frozen=True)
class Kind:
    """`recheck` gives notice pk → why it is no longer owed; `compose` gives pk → its line. Both take many."""

    name: str
    label: Sentence
    rank: int
    group: Group
    recheck: Recheck
    compose: Compose
    duty: bool = False
    # Owed by the clock for a morning, not by what somebody did.
    planned: bool = False
    # How many of one day → the one line that stands for them on the page; without it each thing has its own.
    digest: Callable[[int], str] | None = None


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def get(name: str) -> Kind:
    return _kinds[name]


def known(name: str) -> bool:
    return name in _kinds


def every() -> list[Kind]:
    """All kinds, the most pressing first: the order of a letter."""
    return sorted(_kinds.values(), key=lambda kind: kind.rank)


# Owes what is due on a day and gives how many notices were new; running it again owes nothing.
Planner = Callable[[date], int]

_planners: list[Planner] = []


def register_planner(planner: Planner) -> None:
    if planner not in _planners:
        _planners.append(planner)


def planners() -> list[Planner]:
    return list(_planners)


# Those of some notices whose policy lets no letter go at a moment: of the day, or one at once.
Quiet = Callable[["Sequence[Notice]", datetime, bool], set[int]]

_quiet: list[Quiet] = []


def register_quiet(quiet: Quiet) -> None:
    if quiet not in _quiet:
        _quiet.append(quiet)


def quiet_at(notices: Sequence[Notice], at: datetime, at_once: bool) -> set[int]:
    return {pk for find_quiet in _quiet for pk in find_quiet(notices, at, at_once)}
