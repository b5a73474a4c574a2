"""What a body's people said about the headings of received tables."""

from __future__ import annotations

from committees.models import Body
from tasks.importing.columns import Answers
from tasks.models import ColumnMeaning


def answers_of(body: Body) -> Answers:
    """What is remembered for every file of the body."""
    return dict(ColumnMeaning.objects.filter(body=body).values_list("key", "field"))
