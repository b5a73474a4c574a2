"""What stands in the link of a letter: Django's own token, which works once, and for how long."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from committees.models import Person

DAY_SECONDS = 24 * 60 * 60
FIRST_PASSWORD_DAYS = settings.PASSWORD_RESET_TIMEOUT // DAY_SECONDS
# Whoever has a password already waits for the letter now: a link that lies about opens an office.
NEW_PASSWORD_DAYS = 1


class PasswordTokens(PasswordResetTokenGenerator):
    """Django's own, but of an account that has a password already the link is old after a day."""

    def check_token(self, user: Person | None, token: str | None) -> bool:
        if user is None or token is None or not super().check_token(user, token):
            return False
        written = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - written <= days_of_link(user) * DAY_SECONDS


password_tokens = PasswordTokens()


def days_of_link(person: Person) -> int:
    """For how many days a link works that is written today."""
    return NEW_PASSWORD_DAYS if person.has_usable_password() else FIRST_PASSWORD_DAYS


def link_values(person: Person) -> list[str]:
    """What stands in the address of a link that is written now."""
    return [urlsafe_base64_encode(force_bytes(person.pk)), password_tokens.make_token(person)]
