"""Who reads in the measurements, their sessions, and what a page asks and costs in this process."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench._addresses import FLOOR, LIST
from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from tasks.models import Task

COST_ROUNDS, MOST_SECONDS = 9, 5.0


def readers() -> dict[str, Person]:
    """A member of one body, the secretary of a province with all below it, one who oversees everything.

    The member works in the commune that leads most overdue tasks.
    """
    bodies = Body.objects.filter(code__startswith="SCALE-").order_by("pk")
    late = Task.objects.overdue(today()).order_by().values("lead").filter(lead__level="commune")
    busiest = late.annotate(n=Count("pk")).order_by("-n", "lead")[0]["lead"]
    places = {
        "member": (bodies.get(pk=busiest), Role.OFFICER),
        "secretary": (bodies.filter(level="provincial")[0], Role.SECRETARY),
        "central overseer": (bodies[0], Role.SECRETARY),
    }
    people = Person.objects.order_by("pk")
    return {
        name: people.filter(memberships__office__body=body, memberships__office__role=role)[0]
        for name, (body, role) in places.items()
    }


def sign_in(person: Person) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "committees.backends.PasswordBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def sessions() -> dict[str, dict[str, Any]]:
    """For each reader: a session, the statements that one request for the JSON list sends, a task's page."""
    return {name: _reader(person) for name, person in readers().items()}


def _reader(person: Person) -> dict[str, Any]:
    client = Client()
    client.cookies["sessionid"] = key = sign_in(person)
    client.get(LIST)  # what is read once in a process is read
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(LIST)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    return {
        "session": key,
        "sql": [query["sql"] for query in captured],
        "count": found["count"],
        "task": f"/tasks/{found['results'][0]['id']}/",
    }


def pages() -> dict[str, dict[str, Any]]:
    """For each reader: a session, and for each page its address and what it costs."""
    answers = {}
    handler = WSGIHandler()
    for name, person in readers().items():
        key = sign_in(person)
        costs = {page: _cost(handler, path, key) for page, path in addresses(person).items()}
        answers[name] = {"session": key, "pages": costs}
    return answers


def addresses(person: Person) -> dict[str, str]:
    """Each page that is measured, by its name, and a task, an order and a body of this reader's own."""
    body = person.memberships.earliest("pk").office.body
    # By way of a body of theirs, so that the slowest list is not asked before it is measured.
    task = Task.objects.visible_to(person).filter(lead=body).overdue(today()).first()
    task = task or Task.objects.visible_to(person).overdue(today()).earliest("pk")
    return {
        "floor": FLOOR,
        "list": "/tasks/",
        "list, overdue": "/tasks/?standing=overdue",
        "orders": "/orders/",
        "order": f"/orders/{task.order_id}/",
        "task": f"/tasks/{task.pk}/",
        "my work": "/",
        "board": "/reports/",
        "notices": "/notices/",
        "body": f"/bodies/{body.code}/",
        "search": "/tasks/?q=du+lieu+dung+chung",
        "JSON list": LIST,
    }


def _cost(handler: WSGIHandler, path: str, session: str) -> dict[str, Any]:
    """Queries, and the median milliseconds in the database and of this process's own computing."""
    asked: list[float] = []

    def watch(execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            asked.append((time.perf_counter() - began) * 1000)

    _get(handler, path, session)
    queries = 0
    database: list[float] = []
    python: list[float] = []
    until = time.monotonic() + MOST_SECONDS
    with connection.execute_wrapper(watch):
        while len(python) < COST_ROUNDS and (not python or time.monotonic() < until):
            asked.clear()
            worked = time.process_time()
            _get(handler, path, session)
            python.append((time.process_time() - worked) * 1000)
            database.append(sum(asked))
            queries = len(asked)
    return {"path": path, "queries": queries, "database": median(database), "python": median(python)}


def _get(handler: WSGIHandler, address: str, session: str) -> None:
    """One request as a web server hands it over. Django's test client would keep a copy of every context."""
    path, _mark, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": f"sessionid={session}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    begun: list[str] = []
    begin: Any = lambda status, *_headers: begun.append(status)  # noqa: E731
    answer = handler(environ, begin)
    for _chunk in answer:
        pass
    answer.close()
    if not begun[0].startswith("200"):
        raise RuntimeError(f"{address}: {begun[0]}")
