# ruff: noqa: E402 - the settings come first
"""What only a process with the portal's settings can answer; called by `Country.ask`, answers in JSON."""

from __future__ import annotations

import json
import os
import resource
import smtplib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from bench._load import p95, timed, typical
from bench._readers import pages, readers, sessions
from bench._weight import weights
from committees import access
from committees.models import Body
from committees.roles import RESTRICTED_READERS, Role
from imports.checks import check
from imports.reading.rows import rows_of
from imports.reading.sandbox import read_tables
from notices.calendar import Calendar
from notices.delivery.composition import compose_letter
from notices.delivery.mail import Mail
from notices.delivery.sender import people_owed, send_owed
from notices.models import Letter, Notice
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years_around
from portal.shared.days import today
from reminders import weekly_summary as summary
from reminders.planning import StepFinder, kind_of, plan_escalations, plan_reminders
from reminders.planning.escalation import step_of
from reminders.weekly_summary import first_day
from reports import actions as report_actions
from reports import exports as exporting
from reports.models import Export
from tasks.fan_outs.actions import give_fan_out
from tasks.lifecycle import COUNTED, FIVE
from tasks.lists.sheet import COLUMNS
from tasks.lists.tallies import tallies_seen_by
from tasks.models import FanOut, Order, Recipient, Task

# --- the national board -------------------------------------------------------------------------


def board() -> dict[str, Any]:
    on = today()
    person = readers()["central overseer"]
    tallies = tallies_seen_by(person, on, "lead_id")
    times = [timed(lambda: tallies_seen_by(person, on, "lead_id")) for _time in range(20)]
    given = sum(tally["given"] for tally in tallies.values())
    exact = given == Task.objects.visible_to(person).counted().count() and all(
        tally["given"] == sum(tally[name] for name in FIVE) for tally in tallies.values()
    )
    plain = "SELECT lead_id, COUNT(*) FROM tasks_task WHERE state = ANY(%s) GROUP BY lead_id"
    floor = [timed(lambda: _all(plain, [list(COUNTED)])) for _time in range(20)]
    return {
        "bodies": len(tallies),
        "given": given,
        "exact": exact,
        "p95": p95(times),
        "median": typical(times),
        "floor": p95(floor),
    }


def _all(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else [cursor.rowcount]


# --- reminders ----------------------------------------------------------------------------------

BY_HAND = """
INSERT INTO notices_notice (key, person_id, kind, step, about_type, about_id, due_version, body_id,
                            data, "on", planned_at, state, dropped_because)
SELECT DISTINCT d.kind || ':' || t.id || ':v' || t.due_version || ':' || d.step || ':person-' || m.person_id,
       m.person_id, d.kind, d.step, 'tasks.task', t.id, t.due_version, t.lead_id,
       '{}'::jsonb, %(on)s::date, now(), 'owed', ''
FROM tasks_task t
JOIN unnest(%(days)s::date[], %(steps)s::text[], %(kinds)s::text[]) d (due_on, step, kind) USING (due_on)
JOIN committees_bodygroupobjectpermission g ON g.content_object_id = t.lead_id AND g.permission_id = %(may)s
JOIN committees_office o ON o.group_id = g.group_id
JOIN committees_membership m ON m.office_id = g.group_id AND m.starts_on <= %(on)s
     AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
JOIN committees_person p ON p.id = m.person_id AND p.is_active AND NOT p.is_superuser
WHERE t.state IN ('assigned', 'in_progress') AND (t.secrecy = 'normal' OR o.role = ANY(%(trusted)s))
ON CONFLICT (key) DO NOTHING
"""


# Nobody of the synthetic country has a field of their own, so a deputy's step goes to the head.
ABOVE_BY_HAND = """
INSERT INTO notices_notice (key, person_id, kind, step, about_type, about_id, due_version, body_id,
                            data, "on", planned_at, state, dropped_because)
SELECT DISTINCT 'escalated:' || t.id || ':v' || t.due_version || ':' || d.step || ':person-' || m.person_id,
       m.person_id, 'escalated', d.step, 'tasks.task', t.id, t.due_version, o.body_id,
       jsonb_build_object('days', d.late), %(on)s::date, now(), 'owed', ''
FROM tasks_task t
JOIN unnest(%(days)s::date[], %(lates)s::int[], %(steps)s::text[], %(sides)s::text[], %(roles)s::text[])
     d (due_on, late, step, side, role) USING (due_on)
JOIN committees_office o ON o.role = d.role
     AND o.body_id = CASE d.side WHEN 'lead' THEN t.lead_id ELSE t.assigner_id END
JOIN committees_membership m ON m.office_id = o.group_id AND m.starts_on <= %(on)s
     AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
JOIN committees_person p ON p.id = m.person_id AND p.is_active AND NOT p.is_superuser
WHERE t.state IN ('assigned', 'in_progress') AND t.due_on < %(on)s AND t.escalation_stopped_at IS NULL
  AND (t.secrecy = 'normal' OR o.role = ANY(%(trusted)s))
ON CONFLICT (key) DO NOTHING
"""

WEEK_BY_HAND = """
INSERT INTO notices_notice (key, person_id, kind, step, about_type, about_id, due_version, body_id,
                            data, "on", planned_at, state, dropped_because)
SELECT 'weekly_summary:' || o.body_id || ':' || %(first)s::date || ':person-' || m.person_id,
       m.person_id, 'weekly_summary', '', 'committees.body', o.body_id, 0, o.body_id,
       jsonb_build_object('week', %(first)s::date), %(on)s::date, now(), 'owed', ''
FROM (SELECT DISTINCT lead_id FROM tasks_task
      WHERE due_on < %(first)s
        AND (state IN ('assigned', 'in_progress')
             OR state = 'submitted' AND (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date > due_on)) late
JOIN committees_office o ON o.body_id = late.lead_id AND o.role = 'head'
JOIN committees_membership m ON m.office_id = o.group_id AND m.starts_on <= %(on)s
     AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
JOIN committees_person p ON p.id = m.person_id AND p.is_active AND NOT p.is_superuser
ON CONFLICT (key) DO NOTHING
"""


def reminders() -> list[tuple[str, int, int, float, float]]:
    """Of a morning on which all is new, and of the run after it: notices and seconds, ours and by hand."""
    on = _working_day()
    week = {"on": on, "first": first_day(on, Calendar.read())}
    return [
        *_planned("workers", lambda: plan_reminders(on), BY_HAND, _steps(on)),
        *_planned("those above", lambda: plan_escalations(on), ABOVE_BY_HAND, _rungs(on)),
        *_planned("weekly summaries", lambda: summary.plan_summaries(on), WEEK_BY_HAND, week),
    ]


def _planned(
    what: str, work: Callable[[], int], statement: str, values: dict[str, Any]
) -> list[tuple[str, int, int, float, float]]:
    with _taken_back():
        ours = [_counted(work) for _run in range(2)]
    with _taken_back():
        hand = [_counted(lambda: _by_hand(statement, values)) for _run in range(2)]
    names = (f"{what}: everything new", f"{what}: again")
    return [(name, a[0], b[0], a[1], b[1]) for name, a, b in zip(names, ours, hand, strict=True)]


def _by_hand(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _rungs(on: date) -> dict[str, Any]:
    """Each deadline with every step above that it has reached, by the default."""
    ladder = StepFinder(Calendar.read(), on)
    days = Task.objects.running().filter(due_on__lt=on).order_by().values_list("due_on", flat=True)
    reached = [
        (day, rung.days_late, step_of(rung), rung.side, "head" if rung.role == Role.DEPUTY else rung.role)
        for day in days.distinct()
        if day
        for rung in DEFAULT.escalation
        if rung.days_late <= ladder.days_late(day)
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*reached, strict=True)]
    named = dict(zip(("days", "lates", "steps", "sides", "roles"), columns, strict=True))
    return {**named, "on": on, "trusted": [str(role) for role in RESTRICTED_READERS]}


def _counted(work: Callable[[], int]) -> tuple[int, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _working_day() -> date:
    fill_years_around(today())
    calendar, day = Calendar.read(), today()
    return day if calendar.working_day(day) else calendar.add_working_days(day, 1)


def _steps(on: date) -> dict[str, Any]:
    """The step of each deadline: what a calendar table would hold."""
    ladder = StepFinder(Calendar.read(), on)
    days = Task.objects.running().filter(due_on__isnull=False).order_by().values_list("due_on", flat=True)
    found = [(day, ladder.step(day)) for day in days.distinct() if day]
    reached = [(day, step, kind_of(step)) for day, step in found if step]
    columns: list[list[Any]] = [list(column) for column in zip(*reached, strict=True)]
    named = dict(zip(("days", "steps", "kinds"), columns, strict=True))
    may = access.permission_id("work_on_tasks")
    return {**named, "on": on, "may": may, "trusted": [str(role) for role in RESTRICTED_READERS]}


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- letters ------------------------------------------------------------------------------------


def plan_letters(count: str) -> int:
    """What a morning owes, cut down to so many people; gives how many notices."""
    on = _working_day()
    plan_reminders(on)
    people = list(people_owed(on).values_list("pk", flat=True)[: int(count)])
    Notice.objects.exclude(person__in=people).delete()
    return Notice.objects.count()


def send_letters(port: str, at: str) -> tuple[int, float, float]:
    """As a worker that has run for a while: letters, and the moments at which it began and was done."""
    on = _working_day()
    _use_server(port)
    some = list(Notice.objects.owed().select_related("person")[:1])
    compose_letter(Letter(person=some[0].person, on=on, message_id="<1@x>"), some).as_bytes()
    time.sleep(max(0.0, float(at) - time.time()))
    began = time.time()
    sent = send_owed(on)
    return sent.letters, began, time.time()


def send_bare(port: str) -> tuple[int, float, int]:
    """The letters that were sent, once more in a loop of smtplib: how many, seconds, bytes on average."""
    messages = [_message(letter) for letter in Letter.objects.filter(state="sent")]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", int(port)) as server:
        for to, message in messages:
            server.sendmail("portal@demo.invalid", [to], message)
    seconds = time.perf_counter() - began
    return len(messages), seconds, sum(len(message) for _to, message in messages) // len(messages)


def _use_server(port: str) -> None:
    settings.EMAIL_BACKEND = "notices.delivery.mail.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)


def _message(letter: Letter) -> tuple[str, bytes]:
    mail = Mail(letter.subject, letter.text, "portal@demo.invalid", [letter.address])
    mail.attach_alternative(letter.html, "text/html")
    return letter.address, mail.as_bytes()


# --- one task for many bodies -------------------------------------------------------------------

OF_THEM = "about_type = 'tasks.task' AND about_id IN (SELECT id FROM tasks_task WHERE parent_id = %s)"
COPIED = {"tasks_task": "parent_id = %s", "audit_event": OF_THEM, "notices_notice": OF_THEM}


def fan_out() -> dict[str, Any]:
    """Every commune gets a task; then the very same rows go in by COPY, with nothing asked."""
    found: dict[str, Any] = {}
    copied: dict[str, bytes] = {}
    with _taken_back():
        point = transaction.savepoint()
        above, bodies = _to_be_given()
        found["bodies"] = len(bodies)
        before, began = _memory(), time.perf_counter()
        give_fan_out(above.fan_outs.get().pk)
        found["seconds"], found["memory"] = time.perf_counter() - began, _memory() - before
        for table, where in COPIED.items():
            copied[table] = _copy_out(table, where, above.pk)
        found["tasks"], found["events"], found["notices"] = (data.count(b"\n") for data in copied.values())
        found |= _page_below(above)
        transaction.savepoint_rollback(point)
        _to_be_given(above.pk)
        began = time.perf_counter()
        for table, data in copied.items():
            _copy_in(table, data)
        _all(
            "UPDATE tasks_recipient r SET task_id = t.id FROM tasks_task t"
            " WHERE t.parent_id = %s AND t.lead_id = r.body_id",
            [above.pk],
        )
        found["floor"] = time.perf_counter() - began
    return found


def _to_be_given(key: int | None = None) -> tuple[Task, list[Body]]:
    """A task at work, approved to be given to every commune below its assigner."""
    root = Body.objects.filter(code__startswith="SCALE-").order_by("pk")[0]
    bodies = list(Body.objects.below(root).filter(level="commune"))[:3321]
    by = readers()["central overseer"]
    moment = timezone.now()
    due_on = today() + timedelta(days=90)
    values = {
        "title": "Giao cho mọi xã",
        "assigner": root,
        "lead": bodies[0].parent or root,
        "due_on": due_on,
    }
    above = Task(pk=key, **values, state="in_progress", assigned_at=moment, assigned_by=by)
    above.save(force_insert=True)
    made = FanOut(task=above, giver=root, title=above.title, due_on=due_on, by=by, at=moment)
    made.state, made.approved_by, made.approved_at = FanOut.State.RUNNING, by, moment
    made.save()
    Recipient.objects.bulk_create([Recipient(fan_out=made, body=body) for body in bodies])
    return above, bodies


def _page_below(above: Task) -> dict[str, Any]:
    client = Client()
    client.force_login(readers()["central overseer"])
    path = f"/tasks/{above.pk}/below/"
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return {
        "queries": len(captured),
        "page": typical([timed(lambda: client.get(path)) for _time in range(10)]),
    }


def _memory() -> float:
    """The most this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _copy_out(table: str, where: str, key: int) -> bytes:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT * FROM {table} WHERE {where % key}) TO STDOUT") as rows,
    ):
        return b"".join(rows)


def _copy_in(table: str, data: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as rows:
        rows.write(data)


def read_import(path: str) -> dict[str, Any]:
    """A received file read and checked, part by part, beside openpyxl that only walks over its cells."""
    order = Order(body=Body.objects.filter(level="provincial").order_by("pk")[0], number="1/KH")
    with Path(path).open("rb") as file, CaptureQueriesContext(connection) as asked:
        started, worked = time.perf_counter(), time.process_time()
        rows = rows_of(read_tables(file, path))
        read = time.perf_counter()
        checked = check(rows, order)
        ended, worked = time.perf_counter(), time.process_time() - worked
    memory = _memory()
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    started_floor = time.perf_counter()
    book = load_workbook(path, read_only=True)
    cells = sum(cell is not None for sheet in book.worksheets for row in sheet.values for cell in row)
    return {
        "rows": len(checked),
        "cells": cells,
        "unsure": sum(bool(row.problems) for row in checked),
        "read": read - started,
        "check": ended - read,
        "floor": time.perf_counter() - started_floor,
        "processor": worked,
        "queries": len(asked),
        "memory": memory,
        "reader": reader,
    }


def export(few: str = "") -> dict[str, Any]:
    """The list of one who oversees everything as a file; `few` narrows it to what is overdue."""
    # There is no broker to leave it to.
    exporting.AT_ONCE[Export.Format.XLSX] = 10**9
    by = readers()["central overseer"]
    asked = QueryDict("standing=overdue" if few else "")
    export = report_actions.ask_export(by=by, report="list", format="xlsx", data=asked)
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        made = report_actions.make_export(export.pk, tell=True)
        seconds = time.perf_counter() - started
    if made is None or made.state != "ready":
        raise RuntimeError(f"The file was not made: {made and made.problem}")
    return {
        "rows": made.rows,
        "seconds": seconds,
        "memory": _memory(),
        "bytes": made.file.size,
        "queries": len(queries),
    }


def export_floor(rows: str) -> dict[str, Any]:
    """As many bare cells as openpyxl writes them."""
    started = time.perf_counter()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    words = ["Lập danh mục điểm lõm sóng và phương án phủ sóng"] * (len(COLUMNS) - 2)
    for number in range(int(rows)):
        sheet.append([number, number, *words])
    book.save(settings.MEDIA_ROOT / "floor.xlsx")
    return {"seconds": time.perf_counter() - started, "memory": _memory()}


ANSWERS: dict[str, Callable[..., Any]] = {
    "sessions": sessions,
    "pages": pages,
    "weights": weights,
    "board": board,
    "reminders": reminders,
    "plan_letters": plan_letters,
    "send_letters": send_letters,
    "send_bare": send_bare,
    "fan_out": fan_out,
    "read_import": read_import,
    "export": export,
    "export_floor": export_floor,
}

if __name__ == "__main__":
    print(json.dumps(ANSWERS[sys.argv[1]](*sys.argv[2:]), default=str))
