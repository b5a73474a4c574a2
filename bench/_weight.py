"""What pages weigh: asked by `weight`, of a process with the portal's settings."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench._readers import readers, sign_in
from portal.shared.days import today
from tasks.models import Task


def weights() -> list[dict[str, Any]]:
    """Every page a secretary opens, cold: its HTML and all it refers to, and the statements it sends."""
    person = readers()["secretary"]
    client = Client(headers={"accept-language": "vi"})
    client.cookies["sessionid"] = sign_in(person)
    task = Task.objects.visible_to(person).overdue(today()).earliest("pk")
    body = person.memberships.earliest("pk").office.body
    paths = ["/", "/tasks/", "/tasks/?standing=overdue", f"/tasks/{task.pk}/", "/orders/", "/bodies/"]
    paths += [f"/orders/{task.order_id}/", f"/bodies/{body.code}/", "/notices/", "/reports/"]
    return [_page(client, path) for path in paths] + [_page(Client(), "/accounts/login/")]


def _page(client: Client, path: str) -> dict[str, Any]:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    html = len(gzip.compress(answer.content))
    # What is linked (another page) is not loaded; what has a file extension under /static/ is.
    names = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', answer.content.decode()))
    files = sum(_weight(settings.STATIC_ROOT / name) for name in names)
    return {"path": path, "html": html, "bytes": html + files, "queries": len(captured)}


def _weight(path: Path) -> int:
    packed = path.with_name(f"{path.name}.gz")
    return (packed if packed.exists() else path).stat().st_size
