"""Sending twice is harmless: a form or API request with a one-time key is done once and answered alike.

The row that holds the key is written in the transaction of the change: a second request waits at its
unique constraint until the first is done, then gets the same answer. What did not succeed leaves no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from committees.models import SentRequest
from portal.shared.doors import api_exception_handler

FIELD = "one_time_key"
HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 200
KEPT_HEADERS = ("Location", "Content-Type", "Content-Language")
# Tried passwords are counted there in a transaction of their own, which cannot stand in another; and nothing
# is made there that could be made twice.
ACCOUNT_PAGES = "/accounts/"

Next = Callable[[HttpRequest], HttpResponse]


class SentOnceMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self.get_response(request)
        if request.path.startswith(ACCOUNT_PAGES):
            return self.get_response(request)
        return self._api(request) if _is_api(request) else self._page(request)

    def _page(self, request: HttpRequest) -> HttpResponse:
        try:
            key = request.POST.get(FIELD, "")[:MAX_KEY_LENGTH]
        except UnreadablePostError:
            key = ""  # the line was cut: whoever answers, nobody hears it
        if not key.strip() or not key.isprintable():
            return self.get_response(request)
        return self._once(request, key, _digest(request))

    def _api(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if not key:
            return self.get_response(request)
        if len(key) > MAX_KEY_LENGTH or not key.isprintable() or not key.strip():
            sentence = _("Write a key of at most %(most)s visible characters.") % {"most": MAX_KEY_LENGTH}
            return JsonResponse({"detail": sentence}, status=400)
        try:
            digest = _digest(request)
        except (SuspiciousOperation, MultiPartParserError) as error:
            # Read here for the first time, so said here, as the API says it.
            answer = api_exception_handler(error, {})
            if answer is None:
                raise
            return JsonResponse(answer.data, status=answer.status_code)
        return self._once(request, key, digest)

    @transaction.atomic
    def _once(self, request: HttpRequest, key: str, digest: str) -> HttpResponse:
        person: Any = request.user
        sent, new = SentRequest.objects.get_or_create(person=person, key=key, digest=digest)
        if not new:
            return _again(request, sent)
        if _is_api(request) and _used_otherwise(sent):
            sent.delete()
            sentence = _("This key was used for another request. Give each request a key of its own.")
            return JsonResponse({"detail": sentence}, status=409)
        response = self.get_response(request)
        if not _succeeded(request, response):
            # Corrected and sent again it is done. If the transaction is lost, the row is lost with it.
            if not transaction.get_connection().needs_rollback:
                sent.delete()
            return response
        sent.status, sent.content = response.status_code, response.content
        sent.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        sent.messages = [[one.level, str(one.message), one.extra_tags] for one in _waiting(request)]
        sent.save()
        return response


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _succeeded(request: HttpRequest, response: HttpResponse) -> bool:
    """A page that did something sends on; one that shows a form again, or a file, did not create anything."""
    if response.streaming:
        return False
    return 200 <= response.status_code < 300 if _is_api(request) else 300 <= response.status_code < 400


def _used_otherwise(sent: SentRequest) -> bool:
    others = SentRequest.objects.filter(person_id=sent.person_id, key=sent.key).exclude(pk=sent.pk)
    return others.exists()


def _again(request: HttpRequest, sent: SentRequest) -> HttpResponse:
    """The answer of the first request; its messages once, also where its page never arrived."""
    waiting = {(one.level, str(one.message)) for one in _waiting(request)}
    for level, text, tags in sent.messages:
        if (level, text) not in waiting:
            messages.add_message(request, level, text, tags or "")
    if 300 <= sent.status < 400:
        return HttpResponseRedirect(sent.headers["Location"], status=sent.status)
    return HttpResponse(bytes(sent.content), status=sent.status, headers=sent.headers)


def _waiting(request: HttpRequest) -> list[Any]:
    """What the next page would say, left there."""
    storage: Any = messages.get_messages(request)
    waiting = list(storage)
    storage.used = False
    return waiting


def _digest(request: HttpRequest) -> str:
    """What was sent: the same key with other words, after a step back in the browser, is another request.

    Keyed, because a form may hold a password: nobody who reads the row can try passwords against it.
    """
    digest = salted_hmac("portal.sent_once", b"", algorithm="sha256")
    for piece in _pieces(request):
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


def _pieces(request: HttpRequest) -> Iterable[bytes]:
    yield f"{request.method} {request.get_full_path()}".encode()
    if request.content_type not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        if name not in (FIELD, "csrfmiddlewaretoken"):
            yield from (name.encode(), *(value.encode() for value in values))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield from (name.encode(), (file.name or "").encode(), *file.chunks())
            file.seek(0)
