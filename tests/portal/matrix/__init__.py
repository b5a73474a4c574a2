"""Every address × every person, as tables: who gets in, who is refused, who is not told that it is there.

A row is `method route setting: status…`, in the order of `WHO`. The setting is the state of the task
that stands in the address, or another thing by name. A route without a row fails, and so does a row
without a route. 200 and 201 shown or done, 302 done or sent on (to the sign-in for a stranger), 401 not
signed in, 403 not yours, 404 not there for you, 405 not this way, 409 not now; 0 where the answer tells
of the machine and not of who asks.

A new route: add its rows with the setting it needs (`pages`, `api`), and to `DATA` what its form holds
(`settings`). A new verb: its row in tests/support/verbs.py says what it holds.
"""

from collections.abc import Iterator

from tests.portal.matrix import api, pages

WHO = ("head", "secretary", "member", "officer", "inspector", "sister", "outsider", "nobody")


def rows() -> Iterator[tuple[str, str, str, list[int]]]:
    for line in (pages.ROWS + api.ROWS).splitlines():
        if line.strip() and not line.startswith("#"):
            method, route, setting, *statuses = line.split()
            yield method, route, setting, [int(status) for status in statuses]
