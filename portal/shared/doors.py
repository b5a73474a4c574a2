"""What every door answers alike: 404 not visible, 403 not yours, 409 not now, 400 not valid."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

from portal.shared.verdicts import Refused, Sentence


def refused_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page that says whose decision it is, or why not now, and the way back."""
    return _page(request, refusal.verdict.reason, refusal.status)


def invalid_page(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A page with the sentences of an input error that has no form to stand in."""
    return _page(request, " ".join(error.messages), 400)


def _page(request: HttpRequest, reason: Sentence, status: int) -> HttpResponse:
    context = {"reason": reason, "status": status, "back": _way_back(request)}
    return render(request, "errors/refused.html", context, status=status)


def _way_back(request: HttpRequest) -> str:
    """The page above a refused POST: the thing itself, without the verb."""
    parts = request.path.rstrip("/").split("/")
    return "/".join(parts[:-1]) + "/" if request.method == "POST" else "/"


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals and validation errors of actions as JSON; the rest as the framework does."""
    if isinstance(error, Refused):
        return Response({"detail": str(error.verdict.reason)}, status=error.status)
    if isinstance(error, ValidationError):
        return Response(as_serializer_error(error), status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, exceptions.NotAuthenticated):
        error.status_code = status.HTTP_401_UNAUTHORIZED
    return exception_handler(error, context)
