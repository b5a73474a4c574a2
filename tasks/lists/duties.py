"""What one person must do, from the offices they hold: the sections of *My work*, the filter `mine`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Absent, Asker, Grants
from committees.models import Membership
from tasks.lifecycle import OPEN, RUNNING, State
from tasks.models import FanOut, Part, Request, Task
from tasks.models.parts import PartQuerySet
from tasks.models.scope import among
from tasks.models.tasks import TaskQuerySet

NOTHING = Q(pk__in=())


class Mine(TextChoices):
    DECIDE = "decide", _("for me to decide")
    CONFIRM = "confirm", _("waiting for my confirmation")
    OVERDUE = "overdue", _("overdue in my bodies")
    WEEK = "week", _("due this week in my bodies")
    WAITING = "waiting", _("waiting for others")
    ORPHANED = "orphaned", _("without a contact in my bodies")
    CONTRIBUTE = "contribute", _("contributions of my bodies to deliver")
    GIVEN = "given", _("given by my bodies, in progress")
    OPEN = "open", _("open in my bodies")


@dataclass(frozen=True)
class Duties:
    """The conditions of the sections for one person on one day.

    Only bodies in which the person holds an office count, so a superuser has no duties by being one.
    """

    person: Asker
    on: date
    grants: Grants = field(default_factory=dict)
    absent: Absent = field(default_factory=dict)

    @classmethod
    def of(cls, person: Asker, on: date) -> Duties:
        with access.asking_once():
            return cls(person, on, access.grants(person, on), access.absent(person, on))

    def holding(self, permission: str) -> set[int]:
        """Ids of the bodies on which this person's offices hold the permission."""
        return {body for body, names in self.grants.items() if permission in names}

    def q(self, mine: str) -> Q:
        """The condition of one section, to be asked of the tasks that the person sees."""
        if (when := self._when(mine)) is not None:
            # Led or given by a body of mine.
            return when & (Q(lead__in=set(self.grants)) | Q(assigner__in=set(self.grants)))
        match mine:
            case Mine.DECIDE:
                waiting = self.approve() | self.requests() | self.fan_outs()
                return waiting | self.accept() | self.returned() | self.drafts()
            case Mine.CONFIRM:
                return self.confirm()
            case Mine.WAITING:
                return self.waiting()
            case Mine.ORPHANED:
                return self.orphaned()
            case Mine.CONTRIBUTE:
                return Q(state__in=RUNNING) & _with_keys_of(self.contributions())
            case Mine.GIVEN:
                return Q(state__in=RUNNING, assigner__in=set(self.grants))
        raise ValueError(f"no such section: {mine}")

    def apart(self, mine: str) -> list[Q]:
        """The section in conditions that have no task in common, each of which an index answers alone."""
        if (when := self._when(mine)) is None:
            return [self.q(mine)]
        given, led = (among(column, list(self.grants)) for column in ("assigner", "lead"))
        return [when & given, when & led & ~given]

    def _when(self, mine: str) -> Q | None:
        """Which of the tasks that a body of mine leads or gave the section holds, if it is of these."""
        match mine:
            case Mine.OVERDUE:
                return Q(state__in=RUNNING, due_on__lt=self.on)
            case Mine.WEEK:
                return Q(state__in=RUNNING, due_on__range=(self.on, self.week[-1]))
            case Mine.OPEN:
                return Q(state__in=OPEN)
        return None

    def approve(self) -> Q:
        """Drafts that I may issue: as head, by recording a paper, or in the fields in my charge."""
        bodies = self.holding("assign_tasks") | self.holding("record_approval")
        return Q(state=State.PROPOSED) & (Q(assigner__in=bodies) | self._own_field())

    def requests(self) -> Q:
        """Requests that wait for my decision and days that were offered to my body, neither by myself."""
        waiting = Request.objects.filter(
            self._by_others("decide_extensions", "task__assigner", "by", "on_behalf_of"),
            state=Request.State.OPEN,
        )
        countered = Request.objects.filter(
            self._by_others("submit_tasks", "task__lead", "decided_by", "decided_for"),
            state=Request.State.COUNTERED,
        )
        decide = Q(assigner__in=self.holding("decide_extensions")) & _with_keys_of(waiting)
        answer = Q(lead__in=self.holding("submit_tasks")) & _with_keys_of(countered)
        return Q(state__in=RUNNING) & (decide | answer)

    def fan_outs(self) -> Q:
        """Tasks to be given to many bodies, which I may start or call off."""
        bodies = self.holding("assign_tasks") | self.holding("record_approval")
        mine = Q(giver__in=bodies) | _any_of(
            Q(giver=body, task__pillar=pillar) for body, pillar in self._fields
        )
        return _with_keys_of(FanOut.objects.waiting().filter(mine))

    def accept(self) -> Q:
        """Tasks given to a body of mine that nobody has accepted or declined yet."""
        return Q(state=State.ASSIGNED, lead__in=self.holding("work_on_tasks"))

    def contributions(self) -> PartQuerySet:
        """Parts of bodies of mine that help and have not delivered yet."""
        parts = Part.objects.helping().filter(delivered_at=None)
        return parts.filter(body__in=self.holding("work_on_tasks")).order_by()

    def returned(self) -> Q:
        """Tasks of a body of mine that were reported complete and sent back."""
        sent_back = Q(state=State.IN_PROGRESS, submissions__gt=0)
        return sent_back & Q(lead__in=self.holding("submit_tasks"))

    def drafts(self) -> Q:
        """Drafts that I began and have not proposed yet."""
        return Q(state=State.DRAFT, created_by=self.person.pk, assigner__in=self.holding("draft_tasks"))

    def confirm(self) -> Q:
        """Reported results that I may judge: never my own."""
        judged = Q(state=State.SUBMITTED, assigner__in=self.holding("confirm_tasks"))
        return judged & self._by_others("confirm_tasks", "assigner", "submitted_by", "submitted_for")

    def waiting(self) -> Q:
        """What my bodies reported or I proposed, and somebody else has to decide."""
        reported = Q(state=State.SUBMITTED, lead__in=set(self.grants)) & ~self.confirm()
        proposed = Q(state=State.PROPOSED, created_by=self.person.pk) & ~self.approve()
        return reported | proposed

    def orphaned(self) -> Q:
        """Open tasks that a body of mine leads, whose leader or contact serves there no more."""
        bodies = self.holding("work_on_tasks")
        gone = self._gone("contact", bodies) | self._gone("leader", bodies)
        return Q(state__in=OPEN, lead__in=bodies) & gone

    def _gone(self, name: str, bodies: set[int]) -> Q:
        """A locked account serves nowhere, whatever its terms say."""
        # The bodies once more: PostgreSQL hashes this subquery whole, and they keep it small.
        there = Membership.objects.holding_on(self.on).filter(office__body__in=bodies)
        there = there.filter(office__body=OuterRef("lead"))
        serving = there.filter(person=OuterRef(name), person__is_active=True)
        return Q((f"{name}__isnull", False)) & ~Q(Exists(serving))

    def _by_others(self, permission: str, body: str, by: str, on_behalf_of: str) -> Q:
        """Done neither by me, nor by whoever I stand in for where the right to judge it comes only from them.

        `body`, `by` and `on_behalf_of` are the columns of the row that is judged.
        """
        mine = Q(**{by: self.person.pk}) | Q(**{on_behalf_of: self.person.pk})
        for bodies, absent in self._only_for(permission):
            mine |= Q(**{f"{body}__in": bodies}) & (Q(**{by: absent}) | Q(**{on_behalf_of: absent}))
        return ~mine

    def _only_for(self, permission: str) -> list[tuple[set[int], int]]:
        """Bodies where the right comes only from standing in for somebody, and for whom: mostly none."""
        bodies_for: dict[int, set[int]] = {}
        for (body, codename), absent in self.absent.items():
            if codename == permission:
                bodies_for.setdefault(absent.pk, set()).add(body)
        return [(bodies, absent) for absent, bodies in bodies_for.items()]

    @property
    def week(self) -> list[date]:
        """Monday to Sunday of the week of the day; on a Saturday or Sunday already the week that comes."""
        weekday = self.on.weekday()
        monday = self.on - timedelta(days=weekday if weekday < 5 else weekday - 7)
        return [monday + timedelta(days=number) for number in range(7)]

    def _own_field(self) -> Q:
        return _any_of(Q(assigner=body, pillar=pillar) for body, pillar in self._fields)

    @property
    def with_fields(self) -> set[int]:
        """Bodies whose tasks are mine by their field alone, which is read from the database."""
        return self.holding("assign_tasks_in_own_field") - self.holding("assign_tasks")

    @cached_property
    def _fields(self) -> list[tuple[int, str]]:
        """Body and pillar of what waits in my fields, in one query.

        A deputy's fields are words; they are compared as the rule compares them, without marks.
        """
        bodies = self.with_fields
        if not bodies:
            return []
        terms = Membership.objects.holding_on(self.on).filter(person=self.person.pk or 0)
        drafts = Task.objects.filter(
            state=State.PROPOSED, assigner__in=bodies, assigner__offices__memberships__in=terms
        )
        fan_outs = FanOut.objects.waiting().filter(giver__in=bodies, giver__offices__memberships__in=terms)
        fields = "offices__memberships__fields"
        of_drafts = drafts.order_by().values_list("assigner_id", "pillar", f"assigner__{fields}")
        of_fan_outs = fan_outs.order_by().values_list("giver_id", "task__pillar", f"giver__{fields}")
        return [
            (body, pillar)
            for body, pillar, in_charge in of_drafts.union(of_fan_outs)
            if Membership(fields=in_charge).in_charge_of(pillar)
        ]


def _with_keys_of(rows: QuerySet[Any, Any]) -> Q:
    """Tasks that one of these rows is about."""
    return TaskQuerySet.keys_q(rows.order_by().values("task_id"))


def _any_of(conditions: Iterable[Q]) -> Q:
    either = NOTHING
    for condition in conditions:
        either |= condition
    return either
