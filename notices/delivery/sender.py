"""One letter a person and day: claim it, ask again what is still owed, send it, stamp it with the answer.

What a person wants to know at once goes the same way, in letters of its own with a number each.

Many letters are asked and composed together; each is sent and stamped by itself, so that a crash repeats
only the letter in flight.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from committees.models import Person
from notices import kinds
from notices.calendar import Calendar
from notices.delivery import refused_addresses
from notices.delivery.claims import (
    LEASE,
    LetterDraft,
    claim_letters,
    claimable,
    exclude_held_elsewhere,
    exclude_newer,
    mark_told,
    release_letters,
    stamp_sent,
    still_claimed,
    write_down,
)
from notices.delivery.composition import LetterFacts, compose_letter
from notices.delivery.mail import BadAddress, NotStored, is_address_refusal, is_server_answer, read_refusal
from notices.delivery.recheck import drop_notices, find_drop_reasons
from notices.models import Letter, LetterFailure, Notice
from notices.preferences import wanted_at_once

log = logging.getLogger(__name__)

# So long before the end of a lease no letter is begun; what is not sent by then is left to the next run.
LEASE_MARGIN = LEASE / 3

# Letters that are claimed, asked again and composed together.
BATCH_SIZE = 100

# Before the next attempt of the day, after the first, the second … failure; after the last, none.
RETRY_PAUSES: list[timedelta] = settings.LETTER_PAUSES

# Attempts after which a final refusal (5xx) ends the day for a letter; the next day has its own letter.
MAX_REFUSALS = 3


@dataclass
class SendingResult:
    """What one run did: letters sent, notices told and dropped, letters that failed."""

    letters: int = 0
    notices: int = 0
    dropped: int = 0
    failed: int = 0


class MailUnavailable(Exception):
    """No letter can leave, whichever it is: there is no use in trying the next."""


@dataclass
class Sender:
    """Sends the letters of one day over one connection: those of the day, or those that go at once."""

    on: date
    connection: BaseEmailBackend = field(default_factory=get_connection)
    # The moment of the monotonic clock after which no letter is begun.
    until: float = float("inf")
    # What is not yet due at this moment, or falls in quiet hours, waits. None: whatever the hour.
    at: datetime | None = None
    at_once: bool = False
    result: SendingResult = field(default_factory=SendingResult)

    def write_to_all(self) -> None:
        people = list(self.people()[:BATCH_SIZE])
        while people and time.monotonic() <= self.until:
            self.write_to(people)
            people = list(self.people().filter(pk__gt=people[-1].pk)[:BATCH_SIZE])

    def people(self) -> QuerySet[Person]:
        return people_at_once(self.on) if self.at_once else people_owed(self.on, self.at)

    def write_to(self, people: Sequence[Person]) -> None:
        letters = claim_letters(people, self.on, at_once=self.at_once)
        if not letters:
            return
        try:
            self._write(letters)
        finally:
            self.result.notices += mark_told(letters)

    def _write(self, letters: Sequence[Letter]) -> None:
        try:
            drafts = self._drafts(letters)
        except Exception as error:
            if len(letters) == 1:
                self._not_written(letters[0], error)
            else:
                # One notice that cannot be told must not keep the others from being sent.
                for letter in letters:
                    self._write([letter])
            return
        self._send(write_down(drafts))

    def _drafts(self, letters: Sequence[Letter]) -> list[LetterDraft]:
        owed = self._still_owed(letters)
        waiting = self._waiting(owed)
        still_claimed([letter for letter in letters if letter.person_id in waiting]).update(
            state=Letter.State.PLANNED, claimed_until=None
        )
        owed = {person: notices for person, notices in owed.items() if person not in waiting}
        letters = [letter for letter in letters if letter.person_id not in waiting]
        still_claimed([letter for letter in letters if letter.person_id not in owed]).update(
            state=Letter.State.EMPTY, claimed_until=None
        )
        facts = LetterFacts.about([notice for notices in owed.values() for notice in notices], self.on)
        drafts = (
            self._draft(letter, owed[letter.person_id], facts)
            for letter in letters
            if letter.person_id in owed
        )
        return [draft for draft in drafts if draft]

    def _draft(self, letter: Letter, notices: list[Notice], facts: LetterFacts) -> LetterDraft | None:
        try:
            return LetterDraft(letter, compose_letter(letter, notices, facts), notices)
        except BadAddress:
            self._fail(letter, LetterFailure.BAD_ADDRESS, again=False)
        except Exception as error:
            self._not_written(letter, error)
        return None

    def _not_written(self, letter: Letter, error: Exception) -> None:
        log.exception("Letter %s of %s", letter.pk, self.on)
        # Without the words of the error, which may be those of a task; the log has them.
        self._fail(letter, LetterFailure.NOT_WRITTEN, type(error).__name__)

    def _still_owed(self, letters: Sequence[Letter]) -> dict[int, list[Notice]]:
        """Person pk → what is to be told, asked again; whoever is owed nothing is not in it."""
        people = {letter.person_id: letter.person for letter in letters}
        owing = Notice.objects.owed().filter(person__in=people, on__lte=self.on).order_by("pk")
        if self.at_once:
            # Another choice since the first attempt changes nothing in it: what it said may have arrived.
            owing = wanted_at_once(owing) | owing.filter(letter__in=letters)
        notices = exclude_newer(exclude_held_elsewhere(owing, letters), letters)
        for notice in notices:
            notice.person = people[notice.person_id]
        reasons = find_drop_reasons(notices, self.on)
        drop_notices(reasons)
        self.result.dropped += len(reasons)
        owed: dict[int, list[Notice]] = {}
        for notice in notices:
            if notice.pk not in reasons:
                owed.setdefault(notice.person_id, []).append(notice)
        return owed

    def _waiting(self, owed: dict[int, list[Notice]]) -> set[int]:
        """Who has nothing that may be told at this hour. One due line that may takes the others with it."""
        if self.at is None:
            return set()
        notices = [notice for notices in owed.values() for notice in notices]
        quiet = kinds.quiet_at(notices, self.at, self.at_once)
        may_go = {
            notice.person_id
            for notice in notices
            if (self.at_once or notice.is_due(self.at)) and notice.pk not in quiet
        }
        return owed.keys() - may_go

    def _send(self, drafts: Sequence[LetterDraft]) -> None:
        for place, draft in enumerate(drafts):
            try:
                if self._out_of_time(draft.letter):
                    release_letters(drafts[place:])
                    return
                self._post(draft)
            except MailUnavailable:
                release_letters(drafts[place + 1 :])
                raise

    def _out_of_time(self, letter: Letter) -> bool:
        lease = letter.claimed_until
        return time.monotonic() > self.until or (lease is not None and timezone.now() > lease - LEASE_MARGIN)

    def _post(self, draft: LetterDraft) -> None:
        try:
            self.connection.open()
        except OSError as error:
            turned_away = isinstance(error, SMTPException)
            failure = LetterFailure.TURNED_AWAY if turned_away else LetterFailure.UNREACHABLE
            self._cannot_leave(draft.letter, failure, read_refusal(error)[1])
            raise MailUnavailable from error
        try:
            self.connection.send_messages([draft.mail])
        except NotStored as error:
            self._cannot_leave(draft.letter, LetterFailure.NOT_STORED, str(error))
            raise MailUnavailable from error
        except OSError as error:
            self._not_taken(draft.letter, error)
        except Exception as error:
            self._not_written(draft.letter, error)
        else:
            self._stamp(draft)

    def _cannot_leave(self, letter: Letter, failure: LetterFailure, answer: str) -> None:
        """No letter's fault, so it is no attempt of it and never the last: the next run tries again."""
        still_claimed([letter]).update(
            state=Letter.State.FAILED,
            failure=failure,
            answer=answer,
            claimed_until=None,
            next_attempt_at=timezone.now() + RETRY_PAUSES[0],
        )
        self.result.failed += 1

    def _not_taken(self, letter: Letter, error: OSError) -> None:
        _final, answer = read_refusal(error)
        failure = _failure_of(error)
        refused_again = failure == LetterFailure.REFUSED and letter.attempts + 1 >= MAX_REFUSALS
        again = failure != LetterFailure.ADDRESS_REFUSED and not refused_again
        self._fail(letter, failure, answer, again=again)
        if failure == LetterFailure.ADDRESS_REFUSED:
            refused_addresses.record_refused_address(letter.person, letter.address, answer)

    def _stamp(self, draft: LetterDraft) -> None:
        if not stamp_sent(draft.letter, draft.mail.answer):
            log.warning("Letter %s took longer than its lease; it may arrive twice.", draft.letter.message_id)
        self.result.letters += 1

    def _fail(self, letter: Letter, failure: LetterFailure, answer: str = "", *, again: bool = True) -> None:
        """Try it again after a pause, or give it up for the day."""
        pause = RETRY_PAUSES[letter.attempts] if again and letter.attempts < len(RETRY_PAUSES) else None
        still_claimed([letter]).update(
            state=Letter.State.FAILED,
            failure=failure,
            answer=answer,
            attempts=F("attempts") + 1,
            claimed_until=None,
            next_attempt_at=timezone.now() + pause if pause else None,
        )
        self.result.failed += 1
        if pause is None:
            log.error("Letter %s is given up: %s %s", letter.message_id, failure.value, answer)


def _failure_of(error: OSError) -> LetterFailure:
    """What happened when a letter was handed over, the connection being open."""
    if is_address_refusal(error):
        return LetterFailure.ADDRESS_REFUSED
    if not is_server_answer(error):
        return LetterFailure.BROKEN_OFF
    final, _answer = read_refusal(error)
    return LetterFailure.REFUSED if final else LetterFailure.PUT_OFF


def send_owed(on: date, seconds: float | None = None, at: datetime | None = None) -> SendingResult:
    """Send everybody who is owed something their letter of the day; nothing on a day off.

    Running it again, or twice at once, sends nothing twice. With `seconds` it stops after that time;
    what is left waits for the next run; with `at` only what is due by then, outside the quiet hours.
    """
    return _send(Sender(on, until=_until(seconds), at=at))


def send_at_once(on: date, seconds: float | None = None, at: datetime | None = None) -> SendingResult:
    """Send what happened to those who want to know at once; nothing on a day off, or in quiet hours."""
    return _send(Sender(on, until=_until(seconds), at=at, at_once=True))


def _until(seconds: float | None) -> float:
    return time.monotonic() + seconds if seconds is not None else float("inf")


def _send(sender: Sender) -> SendingResult:
    if not Calendar.read().working_day(sender.on):
        return sender.result
    mark_told()
    try:
        sender.write_to_all()
    except MailUnavailable as error:
        log.warning("No letter can leave: %s", error.__cause__)
    finally:
        try:
            sender.connection.close()
        except OSError as error:
            log.debug("The mail server did not say goodbye: %s", error)
    return sender.result


def people_owed(on: date, at: datetime | None = None) -> QuerySet[Person]:
    """Whom a letter of the day could go to now: something is owed, and the letter is not done with.

    What is wanted at once takes nobody's letter of the day by itself; it goes along if it is still there.
    """
    owed = Notice.objects.owed().filter(on__lte=on)
    if at:
        owed = owed.due_at(at).exclude(pk__in=wanted_at_once(owed).values("pk"))
    done = Letter.objects.of_day(on).exclude(claimable(timezone.now())).values("person_id")
    return Person.objects.filter(pk__in=owed.values("person_id")).exclude(pk__in=done).order_by("pk")


def people_at_once(on: date) -> QuerySet[Person]:
    """Who wants to know at once what they are owed; after a letter that was given up, not on that day."""
    owed = wanted_at_once(Notice.objects.owed().filter(on__lte=on)).values("person_id")
    free = claimable(timezone.now()) | Q(state=Letter.State.SENT)
    busy = Letter.objects.at_once_of(on).exclude(free).values("person_id")
    return Person.objects.filter(pk__in=owed).exclude(pk__in=busy).order_by("pk")
