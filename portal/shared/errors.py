"""The pages for what went wrong before or outside a view. Each says whether anything was written."""

from __future__ import annotations

import logging
import secrets

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string

log = logging.getLogger("portal.faults")
# Without those that are taken for each other when read over the telephone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what does not exist and for what this person may not see."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when more was sent than the portal takes at once."""
    if isinstance(exception, RequestDataTooBig):
        limit = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return render(request, "413.html", {"limit": limit}, status=413)
    return render(request, "400.html", status=400)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the form's token is not this session's."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a code that is also in the log; drawn without the database, which may be what failed."""
    code = fault_code()
    log.error("Fault %s at %s %s", code, request.method, request.path, exc_info=True)
    return HttpResponse(render_to_string("500.html", {"code": code}), status=500)


def fault_code() -> str:
    """Like K7Q2-9M: short enough to be read out, long enough to be found in a day's log."""
    letters = [secrets.choice(LETTERS) for _letter in range(6)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
