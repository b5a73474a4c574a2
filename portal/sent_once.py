"""Makes sending twice harmless: a request with a one-time key is carried out once, with one answer.

The row of the key is written in the transaction of the change. A second request waits at the unique
constraint until the first is done, then gets the same answer. A request that fails leaves no row.
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
# Left out: wrong passwords are counted there in a transaction of their own, which must not be inside another,
# and nothing there can be created twice.
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
            key = ""  # the connection was lost: nobody receives an answer
        if not key.strip() or not key.isprintable():
            return self.get_response(request)
        return self._once(request, key, _digest(request))

    def _api(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if not key:
            return self.get_response(request)
        if len(key) > MAX_KEY_LENGTH or not key.isprintable() or not key.strip():
            detail = _("Write a key of at most %(most)s visible characters.") % {"most": MAX_KEY_LENGTH}
            return JsonResponse({"detail": detail}, status=400)
        try:
            digest = _digest(request)
        except (SuspiciousOperation, MultiPartParserError) as error:
            # The body is read here for the first time, so its errors are answered here, as the API does.
            answer = api_exception_handler(error, {})
            if answer is None:
                raise
            return JsonResponse(answer.data, status=answer.status_code)
        return self._once(request, key, digest)

    @transaction.atomic
    def _once(self, request: HttpRequest, key: str, digest: str) -> HttpResponse:
        person: Any = request.user
        sent, created = SentRequest.objects.get_or_create(person=person, key=key, digest=digest)
        if not created:
            return _repeat_answer(request, sent)
        others = SentRequest.objects.filter(person=person, key=key).exclude(pk=sent.pk)
        if _is_api(request) and others.exists():
            sent.delete()
            detail = _("This key was used for another request. Give each request a key of its own.")
            return JsonResponse({"detail": detail}, status=409)
        response = self.get_response(request)
        if not _succeeded(request, response):
            # Corrected and sent again, it must not count as a repetition. A rollback deletes the row anyway.
            if not transaction.get_connection().needs_rollback:
                sent.delete()
            return response
        sent.status, sent.content = response.status_code, response.content
        sent.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        sent.messages = [
            [message.level, str(message.message), message.extra_tags] for message in _pending(request)
        ]
        sent.save()
        return response


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _succeeded(request: HttpRequest, response: HttpResponse) -> bool:
    """A page that changed something redirects; one that shows a form again, or a file, changed nothing."""
    if response.streaming:
        return False
    return 200 <= response.status_code < 300 if _is_api(request) else 300 <= response.status_code < 400


def _repeat_answer(request: HttpRequest, sent: SentRequest) -> HttpResponse:
    """The answer of the first request, with those of its messages that no page has shown yet."""
    pending = {(message.level, str(message.message)) for message in _pending(request)}
    for level, text, tags in sent.messages:
        if (level, text) not in pending:
            messages.add_message(request, level, text, tags or "")
    if 300 <= sent.status < 400:
        return HttpResponseRedirect(sent.headers["Location"], status=sent.status)
    return HttpResponse(bytes(sent.content), status=sent.status, headers=sent.headers)


def _pending(request: HttpRequest) -> list[Any]:
    """The messages for the next page, without consuming them."""
    storage: Any = messages.get_messages(request)
    pending = list(storage)
    storage.used = False
    return pending


def _digest(request: HttpRequest) -> str:
    """A digest of all that was sent: after a step back in the browser a key may come with other content.

    Keyed with SECRET_KEY because a form may hold a password, which nobody can then guess from the row.
    """
    digest = salted_hmac("portal.sent_once", b"", algorithm="sha256")
    for part in _parts_of(request):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parts_of(request: HttpRequest) -> Iterable[bytes]:
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
