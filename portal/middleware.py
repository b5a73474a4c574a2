"""The caller's address, the probes, the language, the content security policy, and refusals as pages."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from committees import access
from portal.health import healthz, readyz
from portal.shared.doors import invalid_page, refused_page
from portal.shared.errors import not_found
from portal.shared.verdicts import Refused

Next = Callable[[HttpRequest], HttpResponse]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    # Only evidence lets itself be framed: everything else answers with `frame-ancestors 'none'`.
    "font-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class ProxyMiddleware:
    """Sets REMOTE_ADDR to the client in front of the proxies that TRUSTED_PROXIES names.

    Anybody can send X-Forwarded-For and X-Forwarded-Proto: unless a trusted proxy sent them they are removed
    before anything reads them.
    """

    # gunicorn itself believes these when they come from 127.0.0.1, and sets the scheme.
    SCHEME_HEADERS = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = _parse_address(request.META.get("REMOTE_ADDR", ""))
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
    """The first address from the right that is not a trusted proxy's; None if an entry is not an address.

    Each proxy appends the address of its peer, so whatever stands left of that address may be invented.
    """
    for entry in reversed([entry for entry in forwarded.split(",") if entry.strip()]):
        address = _parse_address(entry)
        if address is None:
            return None
        peer = address
        if not _is_trusted(peer):
            break
    return peer


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parse_address(text: str) -> Address | None:
    """Accepts an address with or without a port; an IPv4 address written as IPv6 becomes IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class ProbeMiddleware:
    """Answers /healthz and /readyz before the Host header is checked: a probe knows only an address."""

    PROBES: ClassVar[dict[str, Next]] = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.PROBES.get(request.path_info, self.get_response)(request)


class LanguageMiddleware:
    """Uses the person's language; before sign-in that of the cookie, the browser's, or Vietnamese."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not request.user.is_authenticated:
            patch_vary_headers(response, ("Accept-Language",))
        return response

    @staticmethod
    def language_of(request: HttpRequest) -> str:
        person = request.user
        if person.is_authenticated and person.language in LANGUAGES:
            return person.language
        return translation.get_language_from_request(request)


class AskingOnceMiddleware:
    """During a request that only reads, what its person may do is asked of the database once."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with access.asking_once():
            return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Lets no page load or send anything outside this host, nor run anything inline."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RefusalMiddleware:
    """Turns a refusal that a page's view did not catch into a page that explains it."""

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
