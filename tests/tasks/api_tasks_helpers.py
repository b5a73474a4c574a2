"""What the tests of api tasks share."""

from __future__ import annotations

from typing import Any

from audit.models import Event
from notices.models import Notice
from tasks.models import Comment, Evidence, Task


def address(task: Task, verb: str = "") -> str:
    return f"tasks/{task.pk}/" + (f"{verb.replace('_', '-')}/" if verb else "")


def trace(task: Task) -> tuple[Any, ...]:
    """All that a refusal must leave as it was."""
    row = Task.objects.filter(pk=task.pk).values().get()
    return (
        row,
        Event.objects.count(),
        Notice.objects.count(),
        Evidence.objects.count(),
        Comment.objects.count(),
    )
