"""What the pages of every floor above share: a request whose person is known."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from committees.models import Person


class SignedInRequest(HttpRequest):
    """The request inside a view behind `login_required`."""

    user: Person


def signed_in(request: HttpRequest) -> Person:
    """The person of a request that is known to be signed in."""
    return cast(Person, request.user)
