"""A deadline in a form, as people type it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.shared.day_fields import DayFormField
from tasks.periods import last_day


class DueField(DayFormField):
    """A day, or the last one of a month, quarter or year in words (12/2026, quý IV/2026, 2026)."""

    default_error_messages = {"invalid": _("Write the day as 25/12/2026, or 12/2026, Q4/2026, 2026.")}

    def to_python(self, value: Any) -> date | None:
        return last_day(str(value or "")) or super().to_python(value)
