"""What every door answers alike: 404 not visible, 403 not yours, 409 not now, 400 not valid."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from portal.shared.rest import TooLarge
from portal.shared.verdicts import Refused, Sentence


def refused_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page that says whose decision it is, or why not now, and the way back."""
    return _page(request, refusal.verdict.reason, refusal.status)


def invalid_page(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A page with the sentences of an input error that has no form to stand in."""
    return _page(request, " ".join(error.messages), 400)


def _page(request: HttpRequest, reason: Sentence, status: int) -> HttpResponse:
    # The page above a refused POST: the thing itself, without the verb.
    above = request.path.rstrip("/").rpartition("/")[0] + "/"
    context = {"reason": reason, "status": status, "back": above if request.method == "POST" else "/"}
    return render(request, "errors/refused.html", context, status=status)


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals and validation errors of actions as JSON; the rest as the framework does, in our sentences."""
    if isinstance(error, Refused):
        changed = {"fields": error.fields} if error.fields else {}
        return Response({"detail": str(error.verdict.reason), **changed}, status=error.status)
    if isinstance(error, ValidationError):
        return Response(_beside_fields(error), status=status.HTTP_400_BAD_REQUEST)
    return exception_handler(_in_our_words(error), context)


def _beside_fields(error: ValidationError) -> dict[str, Any]:
    """{field: [sentence]}; what belongs to no one field under one name, whoever found it."""
    problems = dict(as_serializer_error(error))
    if NON_FIELD_ERRORS in problems:
        problems[api_settings.NON_FIELD_ERRORS_KEY] = problems.pop(NON_FIELD_ERRORS)
    return problems


def _in_our_words(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is nothing here, or it is not shown to you."))
    if isinstance(error, exceptions.NotAuthenticated):
        # Without a header that asks for a password the framework would answer 403.
        unknown = exceptions.NotAuthenticated(_("Sign in first."))
        unknown.status_code = status.HTTP_401_UNAUTHORIZED
        return unknown
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return exceptions.PermissionDenied(
            _("Send the value of the cookie csrftoken in the header X-CSRFToken with every change.")
        )
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, (SuspiciousOperation, MultiPartParserError)):
        return exceptions.ParseError(_("This request cannot be read. Send it again, with less in it."))
    return error
