"""What this app adds under /bodies/."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from committees.urls import CODE
from reminders.views import body_reminders

body_patterns: list[URLPattern] = [re_path(rf"^{CODE}/reminders/$", body_reminders, name="reminders")]
