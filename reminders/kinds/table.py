"""All kinds of notice about tasks."""

from __future__ import annotations

from reminders.kinds.duties import DUTIES
from reminders.kinds.news import NEWS_KINDS

# In the order of a letter, the most pressing first.
KINDS = (*DUTIES, *NEWS_KINDS)
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
