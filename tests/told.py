"""Who is told of a change, as the tests of actions compare it; and two people acting at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection

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

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            act()
            said[place] = "ok"
        except Refused as refused:
            said[place] = str(refused.status)
        except Exception as error:  # shown by the test that compares
            said[place] = repr(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
