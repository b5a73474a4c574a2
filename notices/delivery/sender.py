"""One letter a person and day: claim it, ask again what is still owed, send it, stamp it with the answer.

What a person wants to know at once goes the same way, in letters of its own with a number each.

Many letters at once are asked and composed together; each is sent and stamped by itself, so that a
crash repeats only the letter in flight.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils import timezone

from committees.models import Person
from notices import kinds
from notices.calendar import Calendar
from notices.delivery import refused_addresses
from notices.delivery.composition import LetterFacts, compose_letter, group_by_function, message_id
from notices.delivery.mail import (
    BadAddress,
    Mail,
    NotStored,
    is_address_refusal,
    is_server_answer,
    read_refusal,
)
from notices.drop_reasons import DropReason, ReaderReason
from notices.models import Letter, LetterFailure, Notice, Preference
from notices.preferences import wanted_at_once

log = logging.getLogger(__name__)

# How long claimed letters belong to one sender: longer than any server takes to answer.
LEASE: timedelta = settings.LETTER_LEASE

# Before the end of the lease: what is not sent by then is left to the next run.
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


@dataclass(frozen=True)
class LetterDraft:
    """A letter ready to go."""

    letter: Letter
    mail: Mail
    notices: list[Notice]


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
    sent: SendingResult = field(default_factory=SendingResult)

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
            self.sent.notices += mark_told()

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
        self._send(keep(drafts))

    def _drafts(self, letters: Sequence[Letter]) -> list[LetterDraft]:
        owed = self._still_owed(letters)
        waiting = self._waiting(owed)
        _mine([one for one in letters if one.person_id in waiting]).update(
            state=Letter.State.PLANNED, claimed_until=None
        )
        owed = {person: some for person, some in owed.items() if person not in waiting}
        letters = [one for one in letters if one.person_id not in waiting]
        _mine([one for one in letters if one.person_id not in owed]).update(
            state=Letter.State.EMPTY, claimed_until=None
        )
        facts = LetterFacts.about([notice for some in owed.values() for notice in some], self.on)
        drafts = (self._draft(one, owed[one.person_id], facts) for one in letters if one.person_id in owed)
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
        notices = exclude_held_elsewhere(owing, letters)
        notices = exclude_newer(notices, letters)
        for notice in notices:
            notice.person = people[notice.person_id]
        reasons = why_not(notices, self.on)
        drop_notices(reasons)
        self.sent.dropped += len(reasons)
        owed: dict[int, list[Notice]] = {}
        for notice in notices:
            if notice.pk not in reasons:
                owed.setdefault(notice.person_id, []).append(notice)
        return owed

    def _waiting(self, owed: dict[int, list[Notice]]) -> set[int]:
        """Who has nothing that may be told at this hour. One due line that may takes the others with it."""
        if self.at is None:
            return set()
        quiet = kinds.quiet_at([notice for some in owed.values() for notice in some], self.at, self.at_once)
        return {
            person
            for person, some in owed.items()
            if not any((self.at_once or one.is_due(self.at)) and one.pk not in quiet for one in some)
        }

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
        _mine([letter]).update(
            state=Letter.State.FAILED,
            failure=failure,
            answer=answer,
            claimed_until=None,
            next_attempt_at=timezone.now() + RETRY_PAUSES[0],
        )
        self.sent.failed += 1

    def _not_taken(self, letter: Letter, error: OSError) -> None:
        _final, answer = read_refusal(error)
        failure = _failure_of(error)
        refused_again = failure == LetterFailure.REFUSED and letter.attempts + 1 >= MAX_REFUSALS
        again = failure != LetterFailure.ADDRESS_REFUSED and not refused_again
        self._fail(letter, failure, answer, again=again)
        if failure == LetterFailure.ADDRESS_REFUSED:
            refused_addresses.record_refused_address(letter.person, letter.address, answer)

    def _stamp(self, draft: LetterDraft) -> None:
        if not _stamp_sent(draft.letter, draft.mail.answer):
            log.warning("Letter %s took longer than its lease; it may arrive twice.", draft.letter.message_id)
        self.sent.letters += 1

    def _fail(self, letter: Letter, failure: LetterFailure, answer: str = "", *, again: bool = True) -> None:
        """Try it again after a pause, or give it up for the day."""
        pause = RETRY_PAUSES[letter.attempts] if again and letter.attempts < len(RETRY_PAUSES) else None
        _mine([letter]).update(
            state=Letter.State.FAILED,
            failure=failure,
            answer=answer,
            attempts=F("attempts") + 1,
            claimed_until=None,
            next_attempt_at=timezone.now() + pause if pause else None,
        )
        self.sent.failed += 1
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
        return sender.sent
    mark_told()
    try:
        sender.write_to_all()
    except MailUnavailable as away:
        log.warning("No letter can leave: %s", away.__cause__)
    finally:
        _close(sender.connection)
    return sender.sent


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


def claimable(now: datetime) -> Q:
    """Letters that any sender may take: new, left behind by one that died, or due for another attempt."""
    return (
        Q(state__in=(Letter.State.PLANNED, Letter.State.EMPTY))
        | Q(state=Letter.State.SENDING, claimed_until__lt=now)
        | Q(state=Letter.State.FAILED, next_attempt_at__lte=now)
    )


def claim_letters(people: Iterable[Person], on: date, *, at_once: bool = False) -> list[Letter]:
    """Take people's letters of the day for one lease; those that another sender has or that are done, not."""
    by_key = {person.pk: person for person in people}
    numbers = _next_numbers(by_key, on) if at_once else dict.fromkeys(by_key, 0)
    new = (
        Letter(person_id=pk, on=on, number=number, message_id=message_id(by_key[pk], on, number))
        for pk, number in numbers.items()
    )
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    letters = Letter.objects.at_once_of(on) if at_once else Letter.objects.of_day(on)
    taken = _take(letters.filter(person__in=by_key))
    for letter in taken:
        letter.person = by_key[letter.person_id]
    return taken


def _next_numbers(people: Iterable[int], on: date) -> dict[int, int]:
    """Person pk → the letter at once that is still to go: after one that was sent comes the next."""
    last = Letter.objects.at_once_of(on).filter(person__in=people).order_by("number")
    numbers = dict.fromkeys(people, 1)
    for person, number, state in last.values_list("person_id", "number", "state"):
        numbers[person] = number + 1 if state == Letter.State.SENT else number
    return numbers


@transaction.atomic
def _take(letters: QuerySet[Letter]) -> list[Letter]:
    now = timezone.now()
    # What another sender is taking at this moment is passed over: to wait for it is to find it taken.
    skip = connection.features.has_select_for_update_skip_locked
    free = letters.filter(claimable(now)).order_by("person_id").select_for_update(skip_locked=skip, of=())
    taken = list(free.defer("text", "html"))
    for letter in taken:
        letter.state, letter.claimed_until = Letter.State.SENDING, now + LEASE
    keys = [letter.pk for letter in taken]
    Letter.objects.filter(pk__in=keys).update(state=Letter.State.SENDING, claimed_until=now + LEASE)
    return taken


def exclude_held_elsewhere(notices: QuerySet[Notice], letters: Sequence[Letter]) -> list[Notice]:
    """What no other letter carries that is on its way, sent, or waits for another attempt of its day."""
    mine = {letter.pk for letter in letters}
    found = list(notices)
    others = Letter.objects.filter(pk__in={one.letter_id for one in found if one.letter_id} - mine)
    again = Q(on=letters[0].on) & (Q(state=Letter.State.SENDING) | Q(next_attempt_at__isnull=False))
    sending = Q(state=Letter.State.SENDING, claimed_until__gte=timezone.now())
    held = set(others.filter(again | sending | Q(state=Letter.State.SENT)).values_list("pk", flat=True))
    return [one for one in found if one.letter_id not in held]


def exclude_newer(notices: Sequence[Notice], letters: Sequence[Letter]) -> list[Notice]:
    """A letter that was on its way before says the same again; what is new waits for the next letter.

    It may have arrived all the same, and a mail program shows no second letter with its Message-ID.
    """
    mine = {letter.pk for letter in letters}
    again = {one.person_id for one in notices if one.letter_id in mine}
    return [one for one in notices if one.letter_id in mine or one.person_id not in again]


def why_not(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is not told after all. Asked again in the moment before the letter is written."""
    reasons: dict[int, DropReason] = dict.fromkeys(_read_in_portal(notices), ReaderReason.IN_PORTAL)
    reasons |= {notice.pk: reason for notice in notices if (reason := _unreachable(notice))}
    for ask, some in group_by_function(
        [one for one in notices if one.pk not in reasons], lambda one: one.recheck
    ):
        reasons |= ask(some, on)
    return reasons


def _read_in_portal(notices: Iterable[Notice]) -> list[int]:
    """What people asked not to be mailed. Nobody is let off a duty, whatever stands in their preferences."""
    free = [one for one in notices if kinds.known(one.kind) and not kinds.get(one.kind).duty]
    rows = Preference.objects.filter(person__in={one.person_id for one in free})
    chosen = set(rows.filter(how=Preference.How.PORTAL).values_list("person_id", "kind"))
    return [one.pk for one in free if (one.person_id, one.kind) in chosen]


def _unreachable(notice: Notice) -> DropReason | None:
    if not notice.person.is_active:
        return ReaderReason.LOCKED
    if not notice.person.email:
        return ReaderReason.NO_ADDRESS
    if notice.person.address_refused_at:
        return ReaderReason.ADDRESS_REFUSED
    return None if kinds.known(notice.kind) else ReaderReason.UNKNOWN_KIND


def drop_notices(reasons: dict[int, DropReason]) -> None:
    """Write beside each notice why it was not told."""
    by_reason: dict[DropReason, list[int]] = {}
    for pk, reason in reasons.items():
        by_reason.setdefault(reason, []).append(pk)
    for reason, pks in by_reason.items():
        Notice.objects.owed().filter(pk__in=pks).update(
            state=Notice.State.DROPPED, dropped_because=reason, letter=None
        )


@transaction.atomic
def keep(drafts: Sequence[LetterDraft]) -> list[LetterDraft]:
    """Write down what is about to be sent: after a crash the rows say what was in flight.

    Without those whose claim is lost, and with it the right to send; and without those of which another
    letter took a line since it was read.
    """
    if not drafts:
        return []
    mine = set(_mine([draft.letter for draft in drafts]).select_for_update().values_list("pk", flat=True))
    read = [notice.pk for draft in drafts for notice in draft.notices]
    # First the lock, then who has them: whoever writes to the same person at once is behind this line.
    owed = Notice.objects.owed().filter(pk__in=read).order_by("pk").select_for_update(of=("self",))
    free = {one.pk for one in exclude_held_elsewhere(owed, [draft.letter for draft in drafts])}
    whole = [all(notice.pk in free for notice in draft.notices) for draft in drafts]
    release_letters([draft for draft, is_whole in zip(drafts, whole, strict=True) if not is_whole])
    held = [
        draft for draft, is_whole in zip(drafts, whole, strict=True) if is_whole and draft.letter.pk in mine
    ]
    _write_down(held)
    carried = [notice.pk for draft in held for notice in draft.notices]
    own = Letter.objects.filter(pk__in=mine, person=OuterRef("person"))
    Notice.objects.filter(pk__in=carried).update(letter=own.values("pk")[:1])
    return held


# A statement that Django builds anew for each letter takes as long as the letter itself.

WRITE_DOWN = "UPDATE notices_letter SET address = %s, subject = %s, text = %s, html = %s WHERE id = %s"

STAMP = """
UPDATE notices_letter
SET state = 'sent', sent_at = %s, failure = '', answer = %s, attempts = attempts + 1,
    claimed_until = NULL, next_attempt_at = NULL
WHERE id = %s AND state = 'sending' AND claimed_until = %s
"""


def _write_down(drafts: Sequence[LetterDraft]) -> None:
    rows = []
    for draft in drafts:
        letter, mail = draft.letter, draft.mail
        letter.address = letter.person.email
        said = (str(mail.subject), str(mail.body), str(mail.alternatives[0][0]))
        rows.append((letter.address, *said, letter.pk))
    with connection.cursor() as cursor:
        cursor.executemany(WRITE_DOWN, rows)


def _stamp_sent(letter: Letter, answer: str) -> bool:
    """False when the claim is lost."""
    now, until = map(connection.ops.adapt_datetimefield_value, (timezone.now(), letter.claimed_until))
    with connection.cursor() as cursor:
        cursor.execute(STAMP, [now, answer, letter.pk, until])
        return bool(cursor.rowcount)


def release_letters(drafts: Sequence[LetterDraft]) -> None:
    """Leave letters that were not begun to the next run."""
    _mine([draft.letter for draft in drafts]).update(state=Letter.State.PLANNED, claimed_until=None)


def mark_told() -> int:
    """What stands in a letter that is sent is told: after a batch, and after one that a crash cut off."""
    sent = Notice.objects.owed().filter(letter__state=Letter.State.SENT)
    return sent.update(state=Notice.State.TOLD)


def _mine(letters: Sequence[Letter]) -> QuerySet[Letter]:
    """Those of a sender's letters on which its claim still holds."""
    if not letters:
        return Letter.objects.none()
    keys = [letter.pk for letter in letters]
    return Letter.objects.filter(
        pk__in=keys, state=Letter.State.SENDING, claimed_until=letters[0].claimed_until
    )


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.debug("The mail server did not say goodbye: %s", error)
