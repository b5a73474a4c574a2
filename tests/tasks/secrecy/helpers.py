"""What the tests of secrecy share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction

from committees.models import Person
from tasks import actions, secrecy
from tasks.models import PLACEHOLDER_TITLE, Task
from tests.support.people import (
    Bodies,
)

DAY = timedelta(days=1)


PLANTED = "Mìn ở cửa biển"


PAPER = "12/BC-UBND"


People = dict[str, Person]


def holders(text: str) -> set[str]:
    """Every table with a column in which the text stands, whatever kind of column it is."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            if any(text in str(value) for value in row):
                found.add(model._meta.label)
    return found


def refused_fields(act: Callable[[], Any]) -> set[str]:
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert all(str(sentence).strip() for sentence in invalid.value.messages)
    return set(invalid.value.message_dict)


def made_secret(task: Task) -> Task:
    empty = (*secrecy.CONTENT_FIELDS, "approval", "risk_remedy", "due_words", "after_event")
    bare: dict[str, Any] = dict.fromkeys(empty, "")
    columns = {**bare, "target": None, "title": f"{PLACEHOLDER_TITLE} 17"}
    Task.objects.filter(pk=task.pk).update(secrecy="secret", **columns)
    for below in task.children.all():
        made_secret(below)
    task.refresh_from_db()
    return task


def child_of(above: Task, bodies: Bodies, by: Person, level: str = "normal", **values: Any) -> Task:
    title = {} if level == "secret" else {"title": "Việc con"}
    values = {"assigner": bodies.lead, "parent": above, "secrecy": level, **values}
    return actions.new_task(task=Task(**{"title": "", **title, **values}), by=by)
