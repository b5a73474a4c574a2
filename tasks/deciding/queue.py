"""What waits for one person's decision, in the order of the list that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, TypedDict

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_stubs_ext import WithAnnotations

from committees.models import Person
from portal.shared.numbers import parse_number
from tasks.lists.addresses import list_address
from tasks.lists.duties import Duties, Mine
from tasks.lists.my_work import SECTIONS
from tasks.lists.rows import sort_tasks
from tasks.lists.task_list import TaskList
from tasks.models import Evidence, Task
from tasks.models.tasks import TaskQuerySet

# Whoever decides on more than these in one go opens the list again.
MAX_KEYS = 2000
# Rows beside the task that is decided on.
MAX_ROWS = 12
# Names in the address that are this page's; the others are the conditions of the list.
OWN_NAMES = ("then", "done", "open", "piece")


class Shown(TypedDict):
    evidences: int


@dataclass(frozen=True)
class Waiting:
    """A task in the queue, and the address where it is decided on."""

    task: WithAnnotations[Task, Shown]
    url: str


@dataclass(frozen=True)
class Group:
    """Neighbours in the queue; `title` is theirs where several have the same."""

    title: str
    rows: list[Waiting]


class Queue:
    """The tasks of a list that this person can decide on now; `work` in the address: as in *My work*."""

    def __init__(self, person: Person, params: QueryDict, on: date) -> None:
        self.person, self.on = person, on
        self._params = params.copy()
        for name in OWN_NAMES:
            self._params.pop(name, None)
        self._list = TaskList(person, self._params, on)
        self.is_valid = self._list.is_valid

    @property
    def _mine(self) -> str:
        return str(self._list.form.cleaned_data.get("mine") or "")

    @cached_property
    def keys(self) -> list[int]:
        return list(self._sorted().values_list("pk", flat=True)[:MAX_KEYS])

    def _sorted(self) -> TaskQuerySet:
        tasks = self._decidable()
        if "work" in self._params and self._mine in SECTIONS:
            return tasks.order_by(F(SECTIONS[Mine(self._mine)]).asc(nulls_last=True), "pk")
        return sort_tasks(tasks, self._list.sort)

    def _decidable(self) -> TaskQuerySet:
        # A list that asks for the duty itself is not asked for it twice.
        if self._mine == Mine.CONFIRM:
            return self._list.tasks()
        duties = Duties.of(self.person, self.on)
        waiting = duties.approve() | duties.requests()
        if self._mine == Mine.DECIDE:
            return self._list.tasks(without=("mine",)).filter(waiting)
        return self._list.tasks().filter(waiting | duties.confirm())

    # Places

    def place(self, pk: int) -> int | None:
        """Counted from 1; None when the task does not wait in this queue."""
        return self.keys.index(pk) + 1 if pk in self.keys else None

    def before(self, pk: int) -> int | None:
        place = self.place(pk)
        return self.keys[place - 2] if place and place > 1 else None

    def after(self, pk: int) -> int | None:
        """The next one; after the last the first, which was put off."""
        place = self.place(pk)
        following = self.keys[place % len(self.keys)] if place else None
        return None if following == pk else following

    def after_missing(self, hint: str | None) -> int | None:
        """What to open instead of a task that waits no more: what stood behind it, else the first."""
        hinted = parse_number(hint or "")
        return hinted if hinted in self.keys else next(iter(self.keys), None)

    # Addresses

    def address(self, pk: int | None, **values: Any) -> str:
        """The page of one task in this queue, with what stands behind it; without one the queue's own."""
        base = reverse("deciding:task", args=[pk]) if pk else reverse("deciding:start")
        then = {"then": str(following)} if pk and (following := self.after(pk)) else {}
        given = {name: str(value) for name, value in values.items() if value}
        return base + list_address(self._params, **then, **given)

    @property
    def title(self) -> str:
        """What the list that this person came from is called."""
        return str(capfirst(Mine(self._mine).label)) if self._mine else _("Tasks")

    @property
    def back(self) -> str:
        """The list that this person came from."""
        if "work" in self._params:
            return f"{reverse('my_work')}#{self._mine}"
        return reverse("tasks:list") + list_address(self._params)

    @property
    def query(self) -> str:
        return list_address(self._params)

    # Beside the task

    def groups_around(self, pk: int) -> list[Group]:
        """Some of the queue, from the one before this task on; those of one title stand together."""
        first = max(0, (self.place(pk) or 1) - 2)
        first = max(0, min(first, len(self.keys) - MAX_ROWS))
        keys = self.keys[first : first + MAX_ROWS]
        evidence = Evidence.objects.filter(task=OuterRef("pk"), removed_at=None).order_by().values("task")
        rows: Any = Task.objects.select_related("lead").annotate(
            evidences=Coalesce(Subquery(evidence.annotate(n=Count("pk")).values("n")), 0)
        )
        shown = rows.only("title", "title_en", "submitted_at", "due_on", *LEAD_NAMES).in_bulk(keys)
        waiting = [Waiting(shown[key], self.address(key)) for key in keys if key in shown]
        groups = [list(neighbours) for _title, neighbours in groupby(waiting, key=lambda row: row.task.name)]
        return [Group(rows[0].task.name if len(rows) > 1 else "", rows) for rows in groups]


LEAD_NAMES = ("lead__name_vi", "lead__name_en", "lead__short_name")
