"""The kept counts of tasks at rest are what a new count says, and the overview counts with them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from committees import access
from committees.models import Body, Person
from portal.shared.days import VIETNAM
from tasks.jobs import recount_tasks
from tasks.lifecycle import AT_REST, CURRENT, FIRST, Pace, State
from tasks.lists.tallies import By, add_up, tallies_of_body, tallies_seen_by
from tasks.models import KeptCount, Task
from tasks.models.kept_counts import count_again, differences, recount
from tasks.models.tasks import TaskQuerySet
from tests.support.people import TaskAt
from tests.tasks.tally_world import DAYS, NOW, WHO, World, many, world

__all__ = ["world"]

MIDNIGHT = datetime(2026, 11, 20, tzinfo=VIETNAM)


# --- whoever changes tasks, and however ----------------------------------------------------------


def change_some(dice: Random, person: Person) -> None:
    """Many rows at once, past the actions: as a merger of bodies, an import or somebody with SQL does."""
    tasks = list(Task.objects.order_by("pk"))
    some = dice.sample(tasks, min(len(tasks), dice.choice([0, 1, 5, 40])))
    rows = Task.objects.filter(pk__in=[task.pk for task in some])
    bodies = list(Body.objects.all())
    match dice.choice(["update", "lead", "done", "bulk", "delete", "create", "save", "undone"]):
        case "update":
            rows.update(due_on=NOW + dice.randrange(-9, 9) * timedelta(days=1), secrecy=dice.choice(SECRECY))
        case "lead":
            rows.update(assigner=dice.choice(bodies), lead=dice.choice(bodies))
        case "done":
            moment = MIDNIGHT + timedelta(minutes=dice.randrange(-2, 3), days=dice.randrange(-9, 9))
            rows.filter(assigned_at__isnull=False, state__in=["assigned", "in_progress"]).update(
                **dict.fromkeys(("submitted_at", "confirmed_at"), moment),
                state="completed",
                confirmed_by=person,
                submitted_by=other_than(person),
                risk_days=None,
                risk_by=None,
                risk_at=None,
            )
        case "bulk":
            for task in some:
                task.original_due_on = dice.choice([None, NOW, NOW - timedelta(days=3)])
            Task.objects.bulk_update(some, ["original_due_on"])
        case "delete":
            rows.filter(parts=None).delete()
        case "create":
            Task.objects.bulk_create(
                Task(
                    title="Mới",
                    assigner=dice.choice(bodies),
                    lead=dice.choice([None, *bodies]),
                    state="withdrawn",
                )
                for _each in range(dice.choice([1, 30]))
            )
        case "save":
            for task in some[:3]:
                task.save()
        case "undone":
            with transaction.atomic():
                rows.filter(parts=None).delete()
                rows.update(secrecy="restricted")
                transaction.set_rollback(True)


SECRECY = ["normal", "restricted"]


def other_than(person: Person) -> Person:
    return Person.objects.exclude(pk=person.pk).earliest("pk")


def test_bulk_rows_are_counted(world: World) -> None:
    assert count_again()
    assert differences() == {}
    assert sum(KeptCount.objects.added_up().values()) == Task.objects.filter(state__in=AT_REST).count()


@many(25)
@given(seed=st.integers(0, 2**20), steps=st.integers(1, 6))
def test_no_course_of_changes_loses_a_task(world: World, seed: int, steps: int) -> None:
    with transaction.atomic():
        for step in range(steps):
            change_some(Random(seed + step), world.people["officer"])
            assert differences() == {}, (seed, step)
        transaction.set_rollback(True)
    assert differences() == {}


# --- what a reader sees ---------------------------------------------------------------------------


@pytest.mark.once
def test_the_overview_counts_what_its_reader_sees(world: World) -> None:
    """For every reader, day and deadline as a plain count of what they see; secret or helped in or not."""
    for who in WHO:
        person = world.people[who]
        seen = Task.objects.visible_to(person)
        for number, (on, due) in enumerate(product(DAYS, (CURRENT, FIRST))):
            by: By = "assigner_id" if number % 3 == 0 else "lead_id"
            assert tallies_seen_by(person, on, by, due) == plain(seen, on, by, due), (who, on, due)
        assert add_up(tallies_seen_by(person, NOW, "lead_id").values()) == counted(seen, NOW), who


def plain(tasks: TaskQuerySet, on: date, by: str, due: str) -> dict[Any, Any]:
    keys = tasks.exclude(state__in=["draft", "proposed"]).order_by().values_list(by, flat=True).distinct()
    groups = {key: tasks.filter(Q((by, key)) if key else Q((f"{by}__isnull", True))) for key in keys}
    return {key: counted(group, on, due) for key, group in groups.items()}


def counted(tasks: TaskQuerySet, on: date, due: str = CURRENT) -> dict[str, int]:
    return {**tasks.tally(on, due), "at_risk": tasks.pace(Pace.AT_RISK, on, due).count()}


def test_the_overview_of_one_body(world: World) -> None:
    for who in WHO:
        person, seen = world.people[who], Task.objects.visible_to(world.people[who])
        for body in (world.bodies.lead, world.bodies.committee, world.bodies.helper):
            tallies, open_tasks = tallies_of_body(person, body, NOW)
            assert open_tasks == seen.of_body(body).open().count()
            for part in ("assigner", "lead"):
                assert tallies[part] == counted(seen.filter(Q((part, body))), NOW), (who, body, part)


def test_one_statement(world: World, django_assert_num_queries: Any) -> None:
    with access.asking_once(), django_assert_num_queries(3):  # the reader's offices and bodies before it
        tallies_seen_by(world.people["secretary"], NOW, "lead_id")


# --- checked and mended ---------------------------------------------------------------------------


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("verify_counts", *words, stdout=out)
    return out.getvalue()


def test_the_command_finds_and_mends(world: World) -> None:
    total = sum(count_again().values())
    assert f"{total} tasks" in command()
    lost = KeptCount.objects.earliest("pk")
    lost.delete()
    with pytest.raises(CommandError, match="--repair"):
        command()
    command("--repair")
    assert f"{total} tasks" in command()


def test_many_rows_become_one_for_each_key(world: World) -> None:
    for _time in range(3):
        Task.objects.filter(state="completed").update(secrecy="normal")
        Task.objects.filter(state="completed").update(secrecy="restricted")
    recount()
    assert KeptCount.objects.count() == len(count_again())


def test_the_night_folds_mends_and_says_so(world: World, caplog: pytest.LogCaptureFixture) -> None:
    recount_tasks()
    assert not caplog.records
    KeptCount.objects.filter(pk=KeptCount.objects.earliest("pk").pk).update(number=57)
    recount_tasks()
    assert "1 kept counts" in caplog.text
    assert differences() == {}


# --- at once --------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def in_another(self, act: Callable[[], Any]) -> list[BaseException | None]:
        """What came of it in a connection of its own that waits for nobody."""
        result: list[BaseException | None] = []

        def run() -> None:
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL lock_timeout = '3s'")
                    act()
                result.append(None)
            except Exception as error:
                result.append(error)
            finally:
                connection.close()

        thread = Thread(target=run)
        thread.start()
        thread.join()
        return result

    def test_two_confirmations_of_one_body_do_not_wait(
        self, task_at: TaskAt, people: dict[str, Person]
    ) -> None:
        first, second = task_at("submitted"), task_at("submitted")
        with transaction.atomic():
            count_as(first, State.COMPLETED, people)
            assert self.in_another(lambda: count_as(second, State.COMPLETED, people)) == [None]
        assert differences() == {}

    def test_a_recount_waits_for_a_change_under_way(self, task_at: TaskAt, people: dict[str, Person]) -> None:
        task = task_at("submitted")
        with transaction.atomic():
            count_as(task, State.COMPLETED, people)
            (refused,) = self.in_another(recount)
            assert "lock timeout" in str(refused)
        recount()
        assert differences() == {}


def count_as(task: Task, state: State, people: dict[str, Person]) -> None:
    """The row alone: the actions of one chain of events do wait for each other."""
    Task.objects.filter(pk=task.pk).update(
        state=state, confirmed_by=people["head"], confirmed_at=MIDNIGHT, risk_days=None
    )
