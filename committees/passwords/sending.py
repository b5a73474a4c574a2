"""How letters with a link to choose a password leave: each is claimed, written, sent, and stamped."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from committees import rules
from committees.models import PasswordLetter, Person
from committees.passwords.tokens import days_of_link, link_values

log = logging.getLogger(__name__)

# In each run; the next comes within a minute.
MAX_LETTERS = 200
NOT_OWED = gettext_noop("The account was locked or its address changed before the letter left.")


def send_letters(now: datetime) -> int:
    """Send what waits; how many left. One that fails is tried again, after longer each time."""
    return sum(_send(pk, now) for pk in _waiting(now))


def _waiting(now: datetime) -> list[int]:
    letters = PasswordLetter.objects.waiting(now).order_by("next_attempt_at", "pk")
    return list(letters.values_list("pk", flat=True)[:MAX_LETTERS])


def _send(pk: int, now: datetime) -> bool:
    # The claim: of two senders one changes the row. One that dies with it in hand leaves it to the next.
    claimed = PasswordLetter.objects.waiting(now).filter(pk=pk)
    if not claimed.update(next_attempt_at=now + settings.LETTER_LEASE, attempts=F("attempts") + 1):
        return False
    letter = PasswordLetter.objects.select_related("person").get(pk=pk)
    person = letter.person
    # Asked again: while the mail server was away the account may have been locked, or have got another
    # address, to which whoever changed it may send nothing.
    if not rules.may_get_letter(person) or person.email != letter.address:
        return _stamp(letter, answer=NOT_OWED)
    try:
        write(person, by_somebody=letter.by_id is not None).send()
    except OSError as error:  # what mail servers answer is one too
        log.warning("The letter to choose a password for %s did not leave: %s", person.pk, error)
        return _put_off(letter, now, str(error))
    return _stamp(letter, sent_at=timezone.now())


def _put_off(letter: PasswordLetter, now: datetime, answer: str) -> bool:
    pauses = settings.LETTER_PAUSES
    more = letter.attempts <= len(pauses)
    return _stamp(letter, answer=answer, next_attempt_at=now + pauses[letter.attempts - 1] if more else None)


def _stamp(
    letter: PasswordLetter,
    *,
    answer: str = "",
    next_attempt_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> bool:
    letter.answer, letter.next_attempt_at, letter.sent_at = answer[:500], next_attempt_at, sent_at
    letter.save(update_fields=["answer", "next_attempt_at", "sent_at"])
    return sent_at is not None


def write(person: Person, *, by_somebody: bool) -> EmailMessage:
    """The letter in the person's language, with a link that works from now on."""
    context = {
        "person": person,
        "first": not person.has_usable_password(),
        "by_somebody": by_somebody,
        "url": settings.PORTAL_URL + reverse("password_reset_confirm", args=link_values(person)),
        "days": days_of_link(person),
    }
    with override(person.language):
        subject = gettext("Choose your password for the steering committees portal")
        return EmailMessage(subject, render_to_string("letters/reset.txt", context), to=[person.email])
