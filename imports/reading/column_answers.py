"""What a body's people said about the headings of received tables."""

from __future__ import annotations

from committees.models import Body
from imports.models import ColumnMeaning
from imports.reading.columns import Answers


def remembered_answers(body: Body) -> Answers:
    """What is remembered for every file of the body."""
    return dict(ColumnMeaning.objects.filter(body=body).values_list("key", "field"))
