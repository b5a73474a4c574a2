"""Which sender has which letter: claimed for a lease, written down before it leaves, stamped or given back.

Every step is a conditional update, so that two senders at once never send the same letter, and a sender that
dies leaves its letters to the next when the lease ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from committees.models import Person
from notices.delivery.composition import message_id
from notices.delivery.mail import Mail
from notices.models import Letter, Notice

# How long claimed letters belong to one sender: longer than any server takes to answer.
LEASE: timedelta = settings.LETTER_LEASE


@dataclass(frozen=True)
class LetterDraft:
    """A letter ready to go."""

    letter: Letter
    mail: Mail
    notices: list[Notice]


def claimable(now: datetime) -> Q:
    """Letters that any sender may take: new, left behind by one that died, or due for another attempt."""
    return (
        Q(state__in=(Letter.State.PLANNED, Letter.State.EMPTY))
        | Q(state=Letter.State.SENDING, claimed_until__lt=now)
        | Q(state=Letter.State.FAILED, next_attempt_at__lte=now)
    )


def claim_letters(people: Iterable[Person], on: date, *, at_once: bool = False) -> list[Letter]:
    """Take people's letters of a day for one lease; not those that another sender has or that are done."""
    people_by_pk = {person.pk: person for person in people}
    numbers = _next_numbers(people_by_pk, on) if at_once else dict.fromkeys(people_by_pk, 0)
    new = (
        Letter(person_id=pk, on=on, number=number, message_id=message_id(people_by_pk[pk], on, number))
        for pk, number in numbers.items()
    )
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    letters = Letter.objects.at_once_of(on) if at_once else Letter.objects.of_day(on)
    claimed = _lock_and_claim(letters.filter(person__in=people_by_pk))
    for letter in claimed:
        letter.person = people_by_pk[letter.person_id]
    return claimed


def _next_numbers(people: Iterable[int], on: date) -> dict[int, int]:
    """Person pk → the letter at once that is still to go: after one that was sent comes the next."""
    earlier = Letter.objects.at_once_of(on).filter(person__in=people).order_by("number")
    numbers = dict.fromkeys(people, 1)
    for person, number, state in earlier.values_list("person_id", "number", "state"):
        numbers[person] = number + 1 if state == Letter.State.SENT else number
    return numbers


@transaction.atomic
def _lock_and_claim(letters: QuerySet[Letter]) -> list[Letter]:
    now = timezone.now()
    # What another sender is taking at this moment is passed over: to wait for it is to find it taken.
    skip = connection.features.has_select_for_update_skip_locked
    free = letters.filter(claimable(now)).order_by("person_id").select_for_update(skip_locked=skip, of=())
    claimed = list(free.defer("text", "html"))
    for letter in claimed:
        letter.state, letter.claimed_until = Letter.State.SENDING, now + LEASE
    pks = [letter.pk for letter in claimed]
    Letter.objects.filter(pk__in=pks).update(state=Letter.State.SENDING, claimed_until=now + LEASE)
    return claimed


def still_claimed(letters: Sequence[Letter]) -> QuerySet[Letter]:
    """Those of a sender's letters on which its claim still holds."""
    if not letters:
        return Letter.objects.none()
    pks = [letter.pk for letter in letters]
    return Letter.objects.filter(
        pk__in=pks, state=Letter.State.SENDING, claimed_until=letters[0].claimed_until
    )


def exclude_held_elsewhere(notices: QuerySet[Notice], letters: Sequence[Letter]) -> list[Notice]:
    """What no other letter carries that is on its way, sent, or waits for another attempt of its day."""
    own = {letter.pk for letter in letters}
    rows = list(notices)
    others = Letter.objects.filter(pk__in={notice.letter_id for notice in rows if notice.letter_id} - own)
    again = Q(on=letters[0].on) & (Q(state=Letter.State.SENDING) | Q(next_attempt_at__isnull=False))
    sending = Q(state=Letter.State.SENDING, claimed_until__gte=timezone.now())
    held = set(others.filter(again | sending | Q(state=Letter.State.SENT)).values_list("pk", flat=True))
    return [notice for notice in rows if notice.letter_id not in held]


def exclude_newer(notices: Sequence[Notice], letters: Sequence[Letter]) -> list[Notice]:
    """A letter that was on its way before says the same again; what is new waits for the next letter.

    It may have arrived all the same, and a mail program shows no second letter with its Message-ID.
    """
    own = {letter.pk for letter in letters}
    repeated = {notice.person_id for notice in notices if notice.letter_id in own}
    return [notice for notice in notices if notice.letter_id in own or notice.person_id not in repeated]


@transaction.atomic
def write_down(drafts: Sequence[LetterDraft]) -> list[LetterDraft]:
    """Keep what is about to be sent, so that after a crash the rows say what was in flight.

    Gives the drafts without those whose claim is lost, and with it the right to send; and without those of
    which another letter took a line since it was read.
    """
    if not drafts:
        return []
    letters = [draft.letter for draft in drafts]
    claimed = set(still_claimed(letters).select_for_update().values_list("pk", flat=True))
    pks = [notice.pk for draft in drafts for notice in draft.notices]
    # First the lock, then who has them: whoever writes to the same person at once is behind this line.
    owed = Notice.objects.owed().filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))
    owed = owed.only("letter")
    free = {notice.pk for notice in exclude_held_elsewhere(owed, letters)}
    whole: list[LetterDraft] = []
    broken: list[LetterDraft] = []
    for draft in drafts:
        is_whole = all(notice.pk in free for notice in draft.notices)
        (whole if is_whole else broken).append(draft)
    release_letters(broken)
    drafts = [draft for draft in whole if draft.letter.pk in claimed]
    _store_texts(drafts)
    carried = [notice.pk for draft in drafts for notice in draft.notices]
    letter_of_person = Letter.objects.filter(pk__in=claimed, person=OuterRef("person"))
    Notice.objects.filter(pk__in=carried).update(letter=letter_of_person.values("pk")[:1])
    return drafts


# Written by hand: a statement that Django builds anew for each letter takes as long as the letter itself.

STORE_TEXT = "UPDATE notices_letter SET address = %s, subject = %s, text = %s, html = %s WHERE id = %s"

STAMP_SENT = """
UPDATE notices_letter
SET state = 'sent', sent_at = %s, failure = '', answer = %s, attempts = attempts + 1,
    claimed_until = NULL, next_attempt_at = NULL
WHERE id = %s AND state = 'sending' AND claimed_until = %s
"""


def _store_texts(drafts: Sequence[LetterDraft]) -> None:
    rows = []
    for draft in drafts:
        letter, mail = draft.letter, draft.mail
        letter.address = letter.person.email
        html = mail.alternatives[0][0]
        rows.append((letter.address, str(mail.subject), str(mail.body), str(html), letter.pk))
    with connection.cursor() as cursor:
        cursor.executemany(STORE_TEXT, rows)


def stamp_sent(letter: Letter, answer: str) -> bool:
    """Keep that the letter left and what the server answered; False when the claim is lost."""
    now, until = map(connection.ops.adapt_datetimefield_value, (timezone.now(), letter.claimed_until))
    with connection.cursor() as cursor:
        cursor.execute(STAMP_SENT, [now, answer, letter.pk, until])
        return bool(cursor.rowcount)


def release_letters(drafts: Sequence[LetterDraft]) -> None:
    """Leave letters that were not begun to the next run."""
    still_claimed([draft.letter for draft in drafts]).update(state=Letter.State.PLANNED, claimed_until=None)


def mark_told(letters: Sequence[Letter] = ()) -> int:
    """What stands in a letter that is sent is told: after a batch, and without one what a crash cut off."""
    sent = Notice.objects.owed().filter(letter__state=Letter.State.SENT)
    if letters:
        sent = sent.filter(letter__in=[letter.pk for letter in letters])
    return sent.update(state=Notice.State.TOLD)
