"""One name that a received document writes, and the body it stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadName:
    """One name in a cell, and the body it stands for."""

    words: str
    # Key of the body; None when it is unknown or several.
    body: int | None = None
    # The three bodies whose names come nearest, when none is certain.
    nearest: tuple[int, ...] = ()
    # A plural ("các sở, ban, ngành") as `NameReader.members` takes it: the bodies that a fan-out would go to.
    group: str = ""
    # Nobody in particular ("các cơ quan liên quan"): kept as words where somebody only helps.
    loose: bool = False
    # Named after "phối hợp:" in a cell that names the lead too.
    helps: bool = False
