"""Who is told of a change, as the tests of actions compare it; and people acting at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from notices.models import Notice
from portal.shared.verdicts import Refused


def told_by(act: Callable[[], Any]) -> set[tuple[str, str]]:
    """Kind and username of every notice that the call newly owes."""
    last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    return set(Notice.objects.filter(pk__gt=last).values_list("kind", "person__username"))


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Each call in its own thread and connection, started together: `ok`, the status, or what went wrong."""
    start, said = Barrier(len(acts)), [""] * len(acts)
    threads = [Thread(target=_act, args=(act, said, place, start)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def in_line(gate: Callable[[], Any], *acts: Callable[[], Any]) -> list[str]:
    """The same, but all of them stand in line, in this order, before a lock that the gate takes.

    When it opens, each has read what it reads before that lock and none has written: the worst order of
    things that there is, every time. Only PostgreSQL lets two be on their way at once; ask it alone.
    """
    said = [""] * len(acts)
    threads = [Thread(target=_act, args=(act, said, place)) for place, act in enumerate(acts)]
    with transaction.atomic():
        gate()
        for place, thread in enumerate(threads):
            thread.start()
            _wait_for_line(said[:place].count("") + 1, thread)
    for thread in threads:
        thread.join()
    return said


def _act(act: Callable[[], Any], said: list[str], place: int, start: Barrier | None = None) -> None:
    try:
        if start:
            start.wait(10)
        act()
        said[place] = "ok"
    except Refused as refused:
        said[place] = str(refused.status)
    except ValidationError as invalid:
        said[place] = ", ".join(sorted(invalid.message_dict))
    except Exception as error:  # shown by the test that compares
        said[place] = repr(error)
    finally:
        connection.close()


def _wait_for_line(length: int, last: Thread) -> None:
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while last.is_alive():
            # Within a transaction the server shows the same moment again unless told not to.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= length:
                return
            assert time.monotonic() < until, "somebody never came to the lock"
            time.sleep(0.005)
