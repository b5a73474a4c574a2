"""Pages of lists that are dear to count, or to sort as a whole."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, QuerySet, Window

from portal.shared.numbers import parse_number
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet

Row = TypeVar("Row", bound=Model)


class CountedPaginator(Paginator[Any]):
    """A paginator that is told how many rows there are; `is_cut`: there are more, which it does not show."""

    def __init__(self, rows: Any, per_page: int, count: int, *, is_cut: bool = False) -> None:
        super().__init__(rows, per_page)
        self.count, self.is_cut = count, is_cut


class OpenFirst:
    """What is open, then the rest, each in its order: the open ones by their index, and the rest only when
    a page reaches it. Sorted together, every page would sort every task.
    """

    def __init__(self, open_tasks: TaskQuerySet, closed: TaskQuerySet, count: int) -> None:
        self.open, self.closed, self.count = open_tasks, closed, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: slice) -> list[Task]:
        first, end = place.start or 0, min(place.stop, self.count)
        tasks = list(self.open[first:end])
        if len(tasks) < end - first:
            before = first + len(tasks) if tasks or not first else self.open.order_by().count()
            tasks += self.closed[max(0, first - before) : end - before]
        return tasks


def read_counted_page(rows: QuerySet[Row], number: str | None, size: int, shown: QuerySet[Row]) -> Page[Row]:
    """A page with how many rows there are: found once for both, as keys; `shown` then gives these rows."""
    asked = parse_number(number or "1") or 1
    first = (asked - 1) * size
    keys = list(rows.values_list("pk", Window(Count("pk")))[first : first + size])
    if not keys and first:
        # Past the end, which only counting tells.
        return Paginator(rows, size).get_page(number)
    by_key = shown.in_bulk([key for key, _count in keys])
    paginator = CountedPaginator((), size, keys[0][1] if keys else 0)
    return Page([by_key[key] for key, _count in keys], asked, paginator)
