"""What higher floors do when somebody is appointed. They register; notices tell the heads concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from committees.models import Membership, Person, ProposedTerm


@dataclass(frozen=True)
class Appointment:
    """A term that was entered or that now gives something else; `own` when the only administrator did it."""

    term: Membership
    by: Person
    new: bool
    own: bool


OnAppointed = Callable[[Appointment], object]
OnProposed = Callable[[ProposedTerm], object]

_on_appointed: list[OnAppointed] = []
_on_proposed: list[OnProposed] = []


def register(on_appointed: OnAppointed, on_proposed: OnProposed) -> None:
    if on_appointed not in _on_appointed:
        _on_appointed.append(on_appointed)
        _on_proposed.append(on_proposed)


def appointed(appointment: Appointment) -> None:
    for act in _on_appointed:
        act(appointment)


def proposed(proposal: ProposedTerm) -> None:
    for act in _on_proposed:
        act(proposal)
