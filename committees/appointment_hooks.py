"""What higher floors do when somebody gets rights. They register; notices tell the heads concerned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from committees.models import Body, Membership, Office, Person, ProposedTerm


@dataclass(frozen=True)
class Appointment:
    """A term that was entered or that now gives something else; `own` when the only administrator did it."""

    term: Membership
    by: Person
    new: bool
    own: bool


@dataclass(frozen=True)
class BreakGlass:
    """What the only administrator did to their own advantage, other than an appointment.

    `about` is the office whose rights changed, the body that was moved or the person whose password a letter
    of theirs opens; `bodies` are those whose heads are told.
    """

    about: Office | Body | Person
    by: Person
    bodies: Sequence[Body]


OnAppointed = Callable[[Appointment], object]
OnProposed = Callable[[ProposedTerm], object]
OnBreakGlass = Callable[[BreakGlass], object]

_on_appointed: list[OnAppointed] = []
_on_proposed: list[OnProposed] = []
_on_break_glass: list[OnBreakGlass] = []


def register(on_appointed: OnAppointed, on_proposed: OnProposed, on_break_glass: OnBreakGlass) -> None:
    if on_appointed not in _on_appointed:
        _on_appointed.append(on_appointed)
        _on_proposed.append(on_proposed)
        _on_break_glass.append(on_break_glass)


def announce_appointment(appointment: Appointment) -> None:
    for act in _on_appointed:
        act(appointment)


def announce_proposal(proposal: ProposedTerm) -> None:
    for act in _on_proposed:
        act(proposal)


def announce_break_glass(act: BreakGlass) -> None:
    for tell in _on_break_glass:
        tell(act)
