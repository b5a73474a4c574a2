"""What the tests of admin tasks share."""

from __future__ import annotations

from typing import Any

from tasks.models import Task


def task_values(task: Task, *parts: dict[str, Any], **values: Any) -> dict[str, Any]:
    stored = {
        "opened_version": task.version, "title": task.title, "programme": task.programme,
        "priority": task.priority, "secrecy": task.secrecy, "due_kind": task.due_kind,
        "due_on": f"{task.due_on:%d/%m/%Y}" if task.due_on else "", "lead": task.lead_id or "",
        "assigner": task.assigner_id,
    }  # fmt: skip
    formset: dict[str, Any] = {"parts-TOTAL_FORMS": len(parts), "parts-INITIAL_FORMS": 0}
    for number, part in enumerate(parts):
        formset["parts-INITIAL_FORMS"] += "id" in part
        row = {"task": task.pk or "", **part}
        formset |= {f"parts-{number}-{name}": value for name, value in row.items()}
    return {**stored, **formset, **values}


def errors(answer: Any) -> list[str]:
    return list(answer.context["adminform"].form.errors)
