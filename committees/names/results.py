"""One name that a received document writes, and the body it stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """One name in a cell, and the body it stands for."""

    words: str
    body: int | None = None
    """Key of the body; None when it is unknown or several."""
    nearest: tuple[int, ...] = ()
    """The three bodies whose names come nearest, when none is certain."""
    group: str = ""
    """A plural ("các sở, ban, ngành") as `Names.members` takes it: the bodies that a fan-out would go to."""
    loose: bool = False
    """Nobody in particular ("các cơ quan liên quan"): kept as words where somebody only helps."""
    helps: bool = False
    """Named after "phối hợp:" in a cell that names the lead too."""
