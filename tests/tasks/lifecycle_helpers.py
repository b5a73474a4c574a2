"""What the tests of lifecycle share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audit.models import Event
from notices.models import Notice
from portal.shared.verdicts import Refused
from tasks.models import Comment, Evidence, Progress, Request, Task


def everything(task: Task) -> tuple[Any, ...]:
    """All that a refused action could have left behind."""
    row = Task.objects.filter(pk=task.pk).values().get()
    rows = (Event, Notice, Progress, Evidence, Comment, Request)
    return row, *(model._default_manager.count() for model in rows)


def outcome(act: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    try:
        act(*args, **kwargs)
    except Refused as refused:
        return str(refused.status)
    return "ok"
