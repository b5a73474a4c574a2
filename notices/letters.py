"""One letter a person and day: claim it, ask again what is still owed, send it, stamp it with the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from committees.models import Membership, Person
from notices import kinds
from notices.calendar import Calendar
from notices.kinds import Group, Line
from notices.mail import Mail, refusal
from notices.models import NO_ADDRESS, Letter, Notice
from portal.shared.days import VIETNAM

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
"""How long a claimed letter belongs to one sender: longer than any server takes to answer."""

PAUSES = [timedelta(minutes=minutes) for minutes in (10, 20, 40, 80, 160)]
"""Before the next attempt of the day, after the first, the second … failure."""

MOST_REFUSALS = 3
"""Attempts after which a final refusal (5xx) ends the day for a letter; the next day has its own letter."""

LONGEST = 50
"""Lines under one heading; the heading and the subject still count them all."""

LOCKED = gettext_noop("The account of this person is locked.")
UNKNOWN = gettext_noop("The portal no longer knows this kind of notice.")
BAD_ADDRESS = gettext_noop("This address cannot be written on a letter: correct it on the person's page.")
NOT_WRITTEN = gettext_noop("The portal could not write this letter; the log says why.")


@dataclass
class Sent:
    """What one run did: letters sent, notices told and dropped, letters that failed."""

    letters: int = 0
    notices: int = 0
    dropped: int = 0
    failed: int = 0


class Away(Exception):
    """The mail server cannot be reached: there is no use in trying the next letter."""


class BadAddress(ValueError):
    pass


@dataclass
class Sender:
    """Sends the letters of one day over one connection."""

    on: date
    connection: BaseEmailBackend = field(default_factory=get_connection)
    sent: Sent = field(default_factory=Sent)

    def write_to(self, person: Person) -> None:
        letter = claim(person, self.on)
        if letter is None:
            return
        try:
            self._write(letter, person)
        except Away:
            raise
        except Exception:
            # One letter that cannot be written must not keep the others from being sent.
            log.exception("Letter %s of %s", letter.pk, self.on)
            self._fail(letter, NOT_WRITTEN, final=False)

    def _write(self, letter: Letter, person: Person) -> None:
        notices = self._still_owed(person)
        if not notices:
            _mine(letter).update(state=Letter.State.EMPTY, claimed_until=None)
            return
        try:
            mail = compose(letter, person, notices)
        except BadAddress:
            self._fail(letter, BAD_ADDRESS, final=True, attempts=MOST_REFUSALS)
            return
        if _keep(letter, mail, notices):
            self._post(letter, mail, notices)

    def _still_owed(self, person: Person) -> list[Notice]:
        notices = list(Notice.objects.owed().filter(person=person, on__lte=self.on).order_by("pk"))
        for notice in notices:
            notice.person = person
        reasons = why_not(notices, person, self.on)
        drop(reasons)
        self.sent.dropped += len(reasons)
        return [notice for notice in notices if notice.pk not in reasons]

    def _post(self, letter: Letter, mail: Mail, notices: Sequence[Notice]) -> None:
        try:
            self.connection.open()
        except OSError as error:
            self._fail(letter, refusal(error)[1], final=False)
            raise Away from error
        try:
            self.connection.send_messages([mail])
        except OSError as error:
            final, answer = refusal(error)
            self._fail(letter, answer, final=final)
            return
        self._stamp(letter, mail.answer, notices)

    @transaction.atomic
    def _stamp(self, letter: Letter, answer: str, notices: Sequence[Notice]) -> None:
        now = timezone.now()
        stamped = _mine(letter).update(
            state=Letter.State.SENT, sent_at=now, answer=answer, claimed_until=None, next_attempt_at=None
        )
        if not stamped:
            log.warning("Letter %s took longer than its lease; it may arrive twice.", letter.message_id)
        told = Notice.objects.owed().filter(pk__in=[notice.pk for notice in notices])
        self.sent.notices += told.update(state=Notice.State.TOLD, letter=letter)
        self.sent.letters += 1

    def _fail(self, letter: Letter, answer: str, *, final: bool, attempts: int = 0) -> None:
        letter.refresh_from_db(fields=["attempts"])
        done = max(letter.attempts, attempts, 1)
        again = (
            None if final and done >= MOST_REFUSALS else timezone.now() + PAUSES[min(done, len(PAUSES)) - 1]
        )
        _mine(letter).update(
            state=Letter.State.FAILED, answer=answer, claimed_until=None, next_attempt_at=again
        )
        self.sent.failed += 1


def send_owed(on: date, seconds: float | None = None) -> Sent:
    """Send everybody who is owed something their letter of the day; nothing on a day off.

    Running it again, or twice at once, sends nothing twice. With `seconds` it stops after that time;
    what is left waits for the next run.
    """
    sender = Sender(on)
    if not Calendar.read().working_day(on):
        return sender.sent
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    try:
        # Read whole and then each person anew: a cursor left open would keep SQLite from writing.
        for pk in list(people_owed(on).values_list("pk", flat=True)):
            if time.monotonic() > until:
                break
            sender.write_to(Person.objects.get(pk=pk))
    except Away as away:
        log.warning("The mail server is away: %s", away.__cause__)
    finally:
        _close(sender.connection)
    return sender.sent


def people_owed(on: date) -> QuerySet[Person]:
    """Whom a letter of the day could go to now: something is owed, and the letter is not done with."""
    owed = Notice.objects.owed().filter(on__lte=on).values("person_id")
    done = Letter.objects.filter(on=on).exclude(claimable(timezone.now())).values("person_id")
    return Person.objects.filter(pk__in=owed).exclude(pk__in=done).order_by("pk")


def claimable(now: datetime) -> Q:
    """Letters that any sender may take: new, left behind by one that died, or due for another attempt."""
    return (
        Q(state__in=(Letter.State.PLANNED, Letter.State.EMPTY))
        | Q(state=Letter.State.SENDING, claimed_until__lt=now)
        | Q(state=Letter.State.FAILED, next_attempt_at__lte=now)
    )


def claim(person: Person, on: date) -> Letter | None:
    """Take the person's letter of the day for one lease; None when another sender has it or it is done."""
    now = timezone.now()
    letter, _new = Letter.objects.get_or_create(
        person=person, on=on, defaults={"message_id": message_id(person, on)}
    )
    letter.person, letter.claimed_until = person, now + LEASE
    taken = Letter.objects.filter(claimable(now), pk=letter.pk).update(
        state=Letter.State.SENDING, claimed_until=letter.claimed_until
    )
    return letter if taken else None


def message_id(person: Person, on: date) -> str:
    """The same for every attempt, so that a mail client shows a repeated letter once."""
    return f"<{on:%Y%m%d}.{person.pk}.letter@{host()}>"


def host() -> str:
    return (urlsplit(settings.PORTAL_URL).hostname or "localhost")[:80]


def why_not(notices: Sequence[Notice], person: Person, on: date) -> dict[int, str]:
    """Notice pk → why it is not told after all. Asked again in the moment before the letter is written."""
    if not person.is_active:
        return {notice.pk: LOCKED for notice in notices}
    if not person.email:
        return {notice.pk: NO_ADDRESS for notice in notices}
    reasons = {notice.pk: UNKNOWN for notice in notices if not kinds.known(notice.kind)}
    for ask, some in _by_function(notices, lambda kind: kind.recheck):
        reasons |= ask(some, on)
    return reasons


def drop(reasons: dict[int, str]) -> None:
    """Write beside each notice why it was not told."""
    by_reason: dict[str, list[int]] = {}
    for pk, reason in reasons.items():
        by_reason.setdefault(reason, []).append(pk)
    for reason, pks in by_reason.items():
        Notice.objects.owed().filter(pk__in=pks).update(
            state=Notice.State.DROPPED, dropped_because=reason[:250], letter=None
        )


def compose(letter: Letter, person: Person, notices: Sequence[Notice]) -> Mail:
    """The letter in the person's language, as text and as HTML with the same content."""
    with translation.override(person.language):
        context = _context(person, letter.on, notices)
        subject = " ".join(render_to_string("letters/daily_subject.txt", context).split())[:250]
        mail = Mail(
            subject=subject,
            body=render_to_string("letters/daily.txt", context),
            to=[addressed(person)],
            reply_to=[settings.DEFAULT_FROM_EMAIL],
            headers={
                "Message-ID": letter.message_id,
                "Date": format_datetime(timezone.now().astimezone(VIETNAM)),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "List-Id": f"<reminders.{host()}>",
            },
        )
        mail.attach_alternative(render_to_string("letters/daily.html", context), "text/html")
    return mail


def addressed(person: Person) -> str:
    """`"Name" <address>` on one line; BadAddress when mail cannot carry the address."""
    name = " ".join(person.name.split())[:100]
    try:
        address = Address(name, addr_spec=person.email)
        address.username.encode("ascii")
        address.domain.encode("idna")
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress(person.email) from error
    if not address.domain:
        raise BadAddress(person.email)
    return str(address)


def _context(person: Person, on: date, notices: Sequence[Notice]) -> dict[str, Any]:
    lines: dict[int, Line] = {}
    for write, some in _by_function(notices, lambda kind: kind.compose):
        lines |= write(some, on)
    groups: dict[Group, list[Line]] = {}
    for notice in notices:
        groups.setdefault(kinds.get(notice.kind).group, []).append(lines[notice.pk])
    return {
        "person": " ".join(person.name.split()),
        "on": on,
        "groups": [_heading(group, groups[group]) for group in sorted(groups, key=lambda group: group.rank)],
        "counts": {group.name: len(some) for group, some in groups.items()},
        "portal_url": settings.PORTAL_URL + "/",
        "why": _why(person, on),
    }


def _heading(group: Group, lines: list[Line]) -> dict[str, Any]:
    """The most pressing first: longest overdue, then nearest deadline."""
    lines = sorted(lines, key=lambda line: (line.due_on is None, line.due_on or date.max, line.title))
    return {
        "title": str(group.title),
        "kind": group.name,
        "lines": [_line(line) for line in lines[:LONGEST]],
        "more": max(0, len(lines) - LONGEST),
    }


def _line(line: Line) -> dict[str, Any]:
    # A standing already says what happened; news has no standing and needs its sentence.
    said = line.what_to_do if line.standing else f"{line.sentence} {line.what_to_do}".strip()
    return {
        "title": line.title,
        "url": settings.PORTAL_URL + line.url,
        "standing": line.standing,
        "days": line.days,
        "due_on": line.due_on,
        "lead_name": line.lead,
        "assigner_name": line.assigner,
        "order_number": line.order,
        "what_to_do": said,
    }


def _why(person: Person, on: date) -> str:
    terms = Membership.objects.holding_on(on).filter(person=person).in_order()
    held = terms.select_related("office__body", "absence__person")
    offices = "; ".join(_office(term) for term in held[:3])
    often = _("At most one letter a working day.")
    if not offices:
        return often
    return often + " " + _("You receive it because you hold: %(offices)s.") % {"offices": offices}


def _office(term: Membership) -> str:
    """A deputy reads whose work it is."""
    said = f"{term.title}, {term.office.body}"
    if term.absence is None:
        return said
    until = f"{term.absence.ends_on:%d/%m/%Y}"
    return _("%(office)s (for %(person)s, away until %(day)s)") % {
        "office": said,
        "person": term.absence.person,
        "day": until,
    }


def _by_function(
    notices: Iterable[Notice], which: Callable[[kinds.Kind], Any]
) -> Iterable[tuple[Any, list[Notice]]]:
    """Notices whose kinds share a function together, so that it asks the database once for all of them."""
    some: dict[Any, list[Notice]] = {}
    for notice in notices:
        if kinds.known(notice.kind):
            some.setdefault(which(kinds.get(notice.kind)), []).append(notice)
    return some.items()


@transaction.atomic
def _keep(letter: Letter, mail: Mail, notices: Sequence[Notice]) -> bool:
    """What is about to be sent, kept first: after a crash the row says what was in flight.

    False when the claim is lost, and with it the right to send.
    """
    html = str(mail.alternatives[0][0])
    kept = _mine(letter).update(
        address=letter.person.email,
        subject=mail.subject,
        text=mail.body,
        html=html,
        attempts=F("attempts") + 1,
    )
    if kept:
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(letter=letter)
    return bool(kept)


def _mine(letter: Letter) -> QuerySet[Letter]:
    """The row while this sender's claim on it holds."""
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.SENDING, claimed_until=letter.claimed_until)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.debug("The mail server did not say goodbye: %s", error)
