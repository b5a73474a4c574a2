"""What the tests of the API share."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person


class Api:
    """A signed-in person at the API: `get`, `post`, `patch`, `delete` below /api/, all in JSON."""

    def __init__(self, person: Person | None = None) -> None:
        self.client = Client(raise_request_exception=True)
        if person:
            self.client.force_login(person)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/{path}", query)

    def post(self, path: str, **data: Any) -> Any:
        return self.send("post", path, data)

    def patch(self, path: str, **data: Any) -> Any:
        return self.send("patch", path, data)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/{path}")

    def send(self, method: str, path: str, data: Any) -> Any:
        text = data if isinstance(data, (str, bytes)) else json.dumps(data, default=str)
        return getattr(self.client, method)(f"/api/{path}", text, content_type="application/json")

    def queries(self, path: str, **query: Any) -> int:
        """How often one GET asks the database."""
        self.get(path, **query)  # what is remembered for the process is asked once
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert self.get(path, **query).status_code == 200
        return len(captured)
