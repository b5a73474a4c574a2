"""What the tests of task forms share."""

from __future__ import annotations

from typing import Any

from tasks.models import Task


def typed(**values: Any) -> dict[str, Any]:
    """What a browser sends for the least a task can be."""
    return {
        "title": "Rà soát thủ tục",
        "due_kind": "day",
        "programme": "nq57",
        "priority": "normal",
        "secrecy": "normal",
        "lead": "LEAD",
        "due_on": "31/12/2030",
        "parts-TOTAL_FORMS": "2",
        "parts-INITIAL_FORMS": "0",
        "parts-0-kind": "coordinating",
        "parts-1-kind": "co_lead",
        **values,
    }


def of(task: Task, **values: Any) -> dict[str, Any]:
    """What the edit form sends back when only these were changed."""
    saved = {"title": task.title, "due_on": f"{task.due_on:%d/%m/%Y}" if task.due_on else ""}
    return typed(**{**saved, "version": task.version, **values})
