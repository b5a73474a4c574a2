"""Asked right before a letter is written: is each notice still owed? What is not is dropped and says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from notices import kinds
from notices.delivery.composition import group_by_function
from notices.drop_reasons import DropReason, ReaderReason
from notices.models import Notice, Preference


def find_drop_reasons(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is not told after all; what is still owed is not in it."""
    reasons: dict[int, DropReason] = dict.fromkeys(_read_in_portal(notices), ReaderReason.IN_PORTAL)
    reasons |= {notice.pk: reason for notice in notices if (reason := _unreachable(notice))}
    rest = [notice for notice in notices if notice.pk not in reasons]
    for recheck, notices_of_recheck in group_by_function(rest, lambda kind: kind.recheck):
        reasons |= recheck(notices_of_recheck, on)
    return reasons


def _read_in_portal(notices: Iterable[Notice]) -> list[int]:
    """What people asked not to be mailed. Nobody is let off a duty, whatever stands in their preferences."""
    free = [notice for notice in notices if kinds.known(notice.kind) and not kinds.get(notice.kind).duty]
    preferences = Preference.objects.filter(
        person__in={notice.person_id for notice in free}, how=Preference.How.PORTAL
    )
    chosen = set(preferences.values_list("person_id", "kind"))
    return [notice.pk for notice in free if (notice.person_id, notice.kind) in chosen]


def _unreachable(notice: Notice) -> DropReason | None:
    if not notice.person.is_active:
        return ReaderReason.LOCKED
    if not notice.person.email:
        return ReaderReason.NO_ADDRESS
    if notice.person.address_refused_at:
        return ReaderReason.ADDRESS_REFUSED
    return None if kinds.known(notice.kind) else ReaderReason.UNKNOWN_KIND


def drop_notices(reasons: dict[int, DropReason]) -> None:
    """Write beside each notice why it was not told."""
    by_reason: dict[DropReason, list[int]] = {}
    for pk, reason in reasons.items():
        by_reason.setdefault(reason, []).append(pk)
    for reason, pks in by_reason.items():
        Notice.objects.owed().filter(pk__in=pks).update(
            state=Notice.State.DROPPED, dropped_because=reason, letter=None
        )
