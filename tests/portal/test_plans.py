"""No statement that people wait for reads the table of tasks from end to end, once it is large."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from reminders.planning import plan_escalations, plan_reminders
from tasks.models import Task

BODIES, PEOPLE, TASKS = 3_400, 4_000, 100_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL tells of its plans."),
    pytest.mark.django_db(transaction=True),
]


def readers() -> dict[str, Person]:
    """A member of one commune, the secretary of a province with all below it, one who oversees everything."""
    bodies = Body.objects.order_by("pk")
    places = {
        "member": (bodies.filter(level="commune")[2], Role.OFFICER),
        "secretary": (bodies.filter(level="provincial")[0], Role.SECRETARY),
        "overseer": (bodies[0], Role.SECRETARY),
    }
    return {
        name: Person.objects.filter(memberships__office__body=body, memberships__office__role=role).earliest(
            "pk"
        )
        for name, (body, role) in places.items()
    }


def has_word_index() -> bool:
    """Whether words are found by an index: where the server knows `pg_trgm`; the wheel does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')")
        (is_known,) = cursor.fetchone()
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'task_words')")
        (is_there,) = cursor.fetchone()
    assert is_there == is_known
    return bool(is_there)


def addresses(person: Person) -> list[str]:
    # The latest: its number has the three digits that an index of words asks for.
    task = Task.objects.visible_to(person).overdue(today()).latest("pk")
    body = person.memberships.earliest("pk").office.body
    return [
        "/",
        "/reports/",
        f"/bodies/{body.code}/",
        "/notices/",
        "/tasks/",
        "/tasks/?standing=overdue",
        "/orders/",
        f"/orders/{task.order_id}/",
        "/api/tasks/?standing=overdue",
        *([f"/api/tasks/?q={task.number}", f"/tasks/?q={task.number}"] if has_word_index() else []),
        f"/tasks/{task.pk}/",
    ]


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan["Node Type"] == "Seq Scan" and plan.get("Relation Name") == "tasks_task":
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


def whole_reads(act: Callable[[], Any]) -> list[str]:
    """The statements of an act whose plan reads the whole table, each with its condition."""
    with CaptureQueriesContext(connection) as captured:
        act()
    found = []
    with connection.cursor() as cursor:
        for statement in [query["sql"] for query in captured if "tasks_task" in query["sql"]]:
            if statement.startswith(("SELECT", "INSERT", "WITH", "UPDATE", "(SELECT")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
                (plan,) = cursor.fetchone()[0]
                found += [f"{statement[:300]} … {scan.get('Filter')}" for scan in scans(plan["Plan"])]
    return found


def test_no_hot_statement_reads_every_task() -> None:
    words = ("--bodies", str(BODIES), "--people", str(PEOPLE), "--tasks", str(TASKS))
    call_command("load_scale", "--yes", *words, verbosity=0)
    found = {}
    for name, person in readers().items():
        client = Client()
        client.force_login(person)
        for address in addresses(person):
            if reads := whole_reads(partial(client.get, address)):
                found[f"{name} {address}"] = reads
    for plan in (plan_reminders, plan_escalations):
        if reads := whole_reads(partial(plan, today())):
            found[plan.__name__] = reads
    assert not found, json.dumps(found, indent=1)
