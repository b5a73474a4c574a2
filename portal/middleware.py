"""The caller's address, the probes, the language, the content security policy, and refusals as pages."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from committees import access
from portal.health import healthz, readyz
from portal.shared.doors import invalid_page, refused_page
from portal.shared.errors import not_found
from portal.shared.verdicts import Refused

Next = Callable[[HttpRequest], HttpResponse]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class ProxyMiddleware:
    """REMOTE_ADDR becomes the address of whoever is in front of the proxies that TRUSTED_PROXIES names.

    Anybody can send X-Forwarded-For and X-Forwarded-Proto. What comes from elsewhere is taken out before
    anything reads it.
    """

    # gunicorn believes these of its own accord when they come from 127.0.0.1, and sets the scheme.
    SCHEME_HEADERS = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = _address(request.META.get("REMOTE_ADDR", ""))
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        schemes = [request.META.pop(header, "") for header in self.SCHEME_HEADERS]
        if peer and _is_trusted(peer):
            peer = _first_untrusted(peer, forwarded)
            # The last value is the one that the trusted proxy itself wrote.
            request.META["HTTP_X_FORWARDED_PROTO"] = schemes[0].rpartition(",")[2].strip()
        elif any(schemes):
            request.META["wsgi.url_scheme"] = "http"
        request.META["REMOTE_ADDR"] = str(peer or "")
        return self.get_response(request)


def _first_untrusted(peer: Address, forwarded: str) -> Address | None:
    """From right to left, each entry was written by the proxy after it; nothing if that is no address."""
    for entry in reversed([entry for entry in forwarded.split(",") if entry.strip()]):
        found = _address(entry)
        if found is None:
            return None
        peer = found
        if not _is_trusted(peer):
            break
    return peer


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _address(words: str) -> Address | None:
    """An address, with or without a port; one of IPv4 that is written as IPv6 is taken as what it is."""
    words = words.strip()
    if words.startswith("["):
        words = words[1:].partition("]")[0]
    elif words.count(":") == 1:
        words = words.partition(":")[0]
    try:
        found = ipaddress.ip_address(words.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class ProbeMiddleware:
    """/healthz and /readyz answer whatever the Host says."""

    PROBES: ClassVar[dict[str, Next]] = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.PROBES.get(request.path_info, self.get_response)(request)


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
