"""What a person sees is the same however it is asked: as a list, row by row, as lists apart, by pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from committees import access
from committees.models import Person
from tasks.lifecycle import COUNTED, CURRENT, LEVELS_ABOVE, State, View
from tasks.lists import task_list
from tasks.lists.duties import Duties, Mine
from tasks.lists.filters import TaskFilter
from tasks.lists.my_work import MyWork
from tasks.lists.rows import sort_tasks
from tasks.lists.tallies import tallies_seen_by, views_seen_by
from tasks.lists.task_list import TaskList
from tasks.models import Order, Task, scope
from tasks.models.parts import led_before
from tasks.models.tasks import TaskQuerySet, count_all
from tests.support.api import Api
from tests.tasks.tally_world import NOW, WHO, World, world

__all__ = ["world"]


@pytest.fixture(params=[0, 10], ids=["as of many bodies", "as of few"])
def few_bodies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "FEW_BODIES", request.param)


def keys(rows: TaskQuerySet) -> list[int]:
    return sorted(rows.values_list("pk", flat=True))


@pytest.mark.usefixtures("few_bodies")
def test_tasks_asked_of_in_three_ways(world: World) -> None:
    for who in WHO:
        person = world.people[who]
        visible = keys(Task.objects.visible_to(person))
        assert keys(Task.objects.each_visible_to(person)) == visible, who
        assert keys(Task.objects.each_readable_by(person)) == keys(Task.objects.readable_by(person)), who
        apart = [key for rows in Task.objects.visible_apart(person) for key in keys(rows)]
        assert sorted(apart) == visible, who
        assert count_all(Task.objects.visible_apart(person)) == len(visible), who


@pytest.mark.usefixtures("few_bodies")
@pytest.mark.parametrize("due", ["due_on", "original_due_on"])
def test_the_kept_counts_are_the_quick_views(world: World, due: str) -> None:
    for who in WHO:
        person = world.people[who]
        assert views_seen_by(person, NOW, due) == Task.objects.visible_to(person).views(NOW, due), who


@pytest.mark.usefixtures("few_bodies")
def test_the_kept_counts_are_the_overview(world: World) -> None:
    outside = {str(state): Q(state=state) for state in (State.SUSPENDED, State.WITHDRAWN)}
    for who in WHO:
        person = world.people[who]
        seen = Task.objects.visible_to(person)
        plain = seen.tallies(NOW, "lead_id", CURRENT, (*COUNTED, *map(State, outside)), **outside)
        risks = seen.risks(NOW, "lead_id")
        expected = {lead: {**tally, "at_risk": risks.get(lead, 0)} for lead, tally in plain.items()}
        assert tallies_seen_by(person, NOW, "lead_id") == expected, who


@pytest.mark.usefixtures("few_bodies")
def test_the_api_counts_what_it_lists(world: World) -> None:
    for who in ("secretary", "officer", "inspector"):
        person = world.people[who]
        seen = Task.objects.visible_to(person)
        for narrowed in ("standing=overdue", "state=completed&pillar=-", "q=submitted", "order=null"):
            query = QueryDict(narrowed)
            expected = TaskFilter(query, queryset=seen, person=person).qs.count()
            answer = Api(person).get("tasks/", **query.dict()).json()
            assert answer["count"] == expected, (who, narrowed)


@pytest.mark.usefixtures("few_bodies")
def test_orders_asked_of_in_two_ways(world: World) -> None:
    below = list(Task.objects.filter(order=None)[:40])
    above = list(Task.objects.exclude(order=None)[:40])
    for task, parent in zip(below, above, strict=True):
        task.parent = parent
    Task.objects.bulk_update(below, ["parent"])
    for who in WHO:
        person = world.people[who]
        expected = {order.pk for order in world.orders if _is_visible(person, order)}
        assert set(Order.objects.visible_to(person).values_list("pk", flat=True)) == expected, who
        assert set(Order.objects.each_visible_to(person).values_list("pk", flat=True)) == expected, who


@pytest.mark.usefixtures("few_bodies")
def test_an_order_two_levels_above(world: World) -> None:
    """It is read because a task below it is, and by nothing else."""
    bodies, person = world.bodies, world.people["officer"]
    order = Order.objects.create(body=bodies.sister, number="9-KH", kind=Order.Kind.PLAN)
    given = {"state": "assigned", "assigned_at": timezone.now(), "assigner": bodies.sister}
    top = Task.objects.create(title="Trên", lead=bodies.sister, order=order, **given)
    middle = Task.objects.create(title="Giữa", lead=bodies.helper, parent=top, **given)
    for expected in (False, True):
        assert Order.objects.visible_to(person).filter(pk=order.pk).exists() is expected
        assert Order.objects.each_visible_to(person).filter(pk=order.pk).exists() is expected
        Task.objects.create(title="Dưới", lead=bodies.lead, parent=middle, **given)


def _is_visible(person: Person, order: Order) -> bool:
    """A body of theirs gave it, or it stands over a task that they see or that a body of theirs led then."""
    own = Order.objects.filter(pk=order.pk, body__in=[order.body_id])
    if person.is_superuser or access.allows(person, "view_tasks", own.get().body):
        return True
    if person.pk and led_before(person).filter(order=order).exists():
        return True
    levels = ["parent__" * level + "order" for level in range(LEVELS_ABOVE + 1)]
    return any(Task.objects.visible_to(person).filter(**{level: order}).exists() for level in levels)


@pytest.mark.parametrize("sort", ["due", "-due", "updated", "-lead"])
@pytest.mark.parametrize("narrowed", ["", "view=given&", "standing=done_late&", "q=submitted&"])
def test_the_pages_together_are_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch, sort: str, narrowed: str
) -> None:
    monkeypatch.setattr(task_list, "PAGE_SIZE", 17)
    person = world.people["secretary"]
    whole = TaskList(person, QueryDict(f"{narrowed}sort={sort}"), NOW)
    assert whole.is_valid
    expected = list(sort_tasks(whole.tasks(), sort).values_list("pk", flat=True))
    assert whole.count == len(expected)
    shown: list[int] = []
    for number in range(1, whole.page.paginator.num_pages + 1):
        page = TaskList(person, QueryDict(f"{narrowed}sort={sort}&page={number}"), NOW)
        assert page.is_valid
        shown += [task.pk for task in page.page]
    assert shown == expected


@pytest.mark.usefixtures("few_bodies")
@pytest.mark.parametrize("common", [0, 10_000], ids=["common words", "rare words"])
def test_a_search_lists_the_first_of_many(world: World, monkeypatch: pytest.MonkeyPatch, common: int) -> None:
    """In the order of the whole list, as many as are counted; with or without the index of words."""
    monkeypatch.setattr(task_list, "COMMON", common)
    monkeypatch.setattr(task_list, "MAX_FOUND", 20)
    monkeypatch.setattr(task_list, "PAGE_SIZE", 7)
    for who in WHO:
        person = world.people[who]
        for narrowed in ("q=s t", "q=s t&view=overdue", "q=withdrawn s", "q=t&sort=-updated", "q=nowhere"):
            tasks = TaskList(person, QueryDict(narrowed), NOW)
            assert tasks.is_valid
            whole = list(sort_tasks(tasks.tasks(), tasks.sort).values_list("pk", flat=True))
            shown = [task.pk for task in tasks.page]
            for number in range(2, tasks.page.paginator.num_pages + 1):
                page = TaskList(person, QueryDict(f"{narrowed}&page={number}"), NOW)
                assert page.is_valid
                shown += [task.pk for task in page.page]
            assert shown == whole[:20], (who, narrowed)
            assert (tasks.count, tasks.is_counted) == (len(shown), len(whole) <= 20), (who, narrowed)


def test_what_a_search_leaves_uncounted_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world.people["secretary"])
    counted = client.get("/tasks/?q=submitted").content.decode()
    assert "không đếm hết" not in counted
    assert 'class="tally' in counted
    monkeypatch.setattr(task_list, "MAX_FOUND", 20)
    monkeypatch.setattr("tasks.views.lists.MAX_FOUND", 20)
    for address in ("/tasks/?q=t", "/tasks/?q=t&view=overdue", "/tasks/?q=t&page=9"):
        with django_assert_max_num_queries(12):
            page = client.get(address).content.decode()
        assert "hơn 20 nhiệm vụ nên không đếm hết" in page
        assert 'class="tally' not in page
        # None is left out: what was not counted may hold something.
        assert all(f"view={view}" in page for view in View.values)
    assert "20 nhiệm vụ đầu tiên; còn nữa" in page


def test_my_work_shows_the_first_of_each_section(world: World) -> None:
    """As if each section were one list: it is looked for in two, given and led."""
    for who in WHO:
        person = world.people[who]
        work, duties = MyWork(person, NOW), Duties.of(person, NOW)
        visible = Task.objects.visible_to(person)
        for section in (work.overdue(), work.due_this_week()):
            tasks = visible.filter(duties.q(section.name)).order_by("due_on", "pk")
            assert [row.task for row in section.rows] == list(tasks[:8]), (who, section.name)
            assert section.count == tasks.count(), (who, section.name)
        assert work.given == visible.filter(duties.q(Mine.GIVEN)).count(), who
        for weekday in work.week():
            due = visible.filter(duties.q(Mine.OPEN), due_on=weekday.day)
            numbers = due.count(), due.filter(state=State.SUBMITTED).count()
            assert (weekday.count, weekday.reported) == numbers, (who, weekday.day)
