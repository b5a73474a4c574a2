"""What the admin of orders and that of tasks both ask."""

from __future__ import annotations

from django.http import HttpRequest

from committees import access
from committees.doors import signed_in


def drafts_somewhere(request: HttpRequest) -> bool:
    """Only who prepares tasks for a body is offered a new one. A page asks for each of its lists."""
    answers = vars(request)
    if "drafts_somewhere" not in answers:
        answers["drafts_somewhere"] = access.bodies(signed_in(request), "draft_tasks").exists()
    return bool(answers["drafts_somewhere"])
