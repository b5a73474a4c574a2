"""The answer to *may this person do this now*: yes, or no with the reason to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from django.utils.functional import Promise

if TYPE_CHECKING:
    from committees.access import Right

Sentence = str | Promise


class Refused(Exception):
    """A door turns this into 403 (never yours) or 409 (not in this state), with the reason."""

    # With a stale form: what somebody else changed meanwhile.
    fields: Sequence[str] = ()

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.reason))
        self.verdict = verdict

    @property
    def status(self) -> int:
        return 409 if self.verdict.later else 403


@dataclass(frozen=True)
class Verdict:
    """`ok`; else `reason` is a whole sentence and `later` tells a wrong moment from a wrong person.

    `right` is what lets the person act, for the event; None when no office is needed for it.
    """

    ok: bool
    reason: Sentence = ""
    later: bool = False
    right: Right | None = None

    def __bool__(self) -> bool:
        return self.ok

    def __and__(self, when: Verdict) -> Verdict:
        """Both must hold: the first reason counts, and so does the right that was asked about first."""
        return self if not self.ok or when.ok else when

    def or_raise(self) -> Right | None:
        if not self.ok:
            raise Refused(self)
        return self.right


YES = Verdict(True)


def granted(right: Right | None, otherwise: Sentence) -> Verdict:
    """Yes by this right; without one no, for the reason given."""
    return Verdict(True, right=right) if right else no(otherwise)


def no(reason: Sentence) -> Verdict:
    """This person may not, whatever the state: 403."""
    return Verdict(False, reason)


def not_now(reason: Sentence) -> Verdict:
    """This person might, but not in this state: 409."""
    return Verdict(False, reason, later=True)


def refuse(verdict: Verdict) -> NoReturn:
    """Refuse from inside an action, where a race or a stale form was found."""
    raise Refused(verdict)
