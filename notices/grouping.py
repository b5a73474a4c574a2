"""A person's notices as their page shows them: together what is about one thing on one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Count, F, Max, Q, QuerySet, Value, When

from notices import kinds
from notices.kinds import Kind
from notices.models import Notice, NoticeQuerySet


@dataclass
class NoticeGroup:
    """Notices of one day: those about one thing, or all of a kind that has a digest."""

    on: date
    # The name of the kind with a digest; empty for the notices about one thing.
    digest: str
    about_type: str
    about_id: int
    # Its newest notice, whose number is the address of the group.
    newest: int
    count: int
    unread: int
    # Newest first; those of a digest are not fetched.
    notices: list[Notice] = field(default_factory=list)

    @property
    def kind(self) -> Kind | None:
        return kinds.get(self.digest) if self.digest else None


def find_groups(notices: NoticeQuerySet) -> QuerySet[Any, Any]:
    """The groups of these notices, the one with the newest notice first, as the values of a NoticeGroup."""
    in_digest = Q(kind__in=_digest_names())
    return (
        notices.order_by()
        .values(
            "on",
            digest=Case(When(in_digest, then=F("kind")), default=Value(""), output_field=CharField()),
            group_type=Case(
                When(in_digest, then=Value("")), default=F("about_type"), output_field=CharField()
            ),
            group_id=Case(
                When(in_digest, then=Value(0)), default=F("about_id"), output_field=BigIntegerField()
            ),
        )
        .annotate(newest=Max("pk"), count=Count("pk"), unread=Count("pk", filter=Q(read_at=None)))
        .order_by("-newest")
    )


def read_groups(rows: Iterable[dict[str, Any]], notices: NoticeQuerySet) -> list[NoticeGroup]:
    """The groups of `find_groups` with their notices out of the same `notices`, by one query."""
    groups = [
        NoticeGroup(about_type=row.pop("group_type"), about_id=row.pop("group_id"), **row)
        for row in map(dict, rows)
    ]
    by_subject = {_subject(group): group for group in groups if not group.digest}
    if by_subject:
        wanted = reduce(or_, (_about(group) for group in by_subject.values()))
        for notice in notices.filter(wanted).exclude(kind__in=_digest_names()).order_by("-pk"):
            by_subject[_subject(notice)].notices.append(notice)
    return groups


def beside(notice: Notice, notices: NoticeQuerySet) -> NoticeQuerySet:
    """Those of the notices that stand in one group with this one, itself among them."""
    names = _digest_names()
    if notice.kind in names:
        return notices.filter(on=notice.on, kind=notice.kind)
    return notices.filter(_about(notice)).exclude(kind__in=names)


def _about(of: Notice | NoticeGroup) -> Q:
    return Q(on=of.on, about_type=of.about_type, about_id=of.about_id)


def _subject(of: Notice | NoticeGroup) -> tuple[date, str, int]:
    return of.on, of.about_type, of.about_id


def _digest_names() -> Sequence[str]:
    return [kind.name for kind in kinds.every() if kind.digest]
