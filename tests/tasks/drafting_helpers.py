"""What the tests of drafting share."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.models import Event
from tasks.models import Task


def refused_fields(act: Any) -> set[str]:
    """The fields beside which the sentences of an invalid action stand; nothing was written."""
    tasks, events = list(Task.objects.values()), Event.objects.count()
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert (list(Task.objects.values()), Event.objects.count()) == (tasks, events)
    assert all(sentence.strip() for sentence in invalid.value.messages)
    return set(invalid.value.message_dict)
