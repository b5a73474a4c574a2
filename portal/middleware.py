"""Language of the person, the content security policy, and refusals as pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from committees import access
from portal.shared.doors import invalid_page, refused_page
from portal.shared.errors import not_found
from portal.shared.verdicts import Refused

Next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class LanguageMiddleware:
    """The person's own language; before sign-in the cookie's; Vietnamese when nothing was chosen."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def language_of(request: HttpRequest) -> str:
        person = request.user
        chosen = person.language if person.is_authenticated else request.COOKIES.get("language", "")
        return chosen if chosen in LANGUAGES else settings.LANGUAGE_CODE


class AskingOnceMiddleware:
    """A request that only reads asks what its person may do once: one moment, one answer, fewer queries."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with access.asking_once():
            return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """No page may load or send anything outside this host, and nothing runs inline."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RefusalMiddleware:
    """A refusal that reaches the top of a page's view becomes the refusal page; nothing was written."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # With DEBUG on Django answers an unknown address with its own list of addresses.
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404):
            return not_found(request)
        if isinstance(error, Refused):
            return refused_page(request, error)
        if isinstance(error, ValidationError):
            return invalid_page(request, error)
        return None
