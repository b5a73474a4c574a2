"""Owing a notice, marking it read, and keeping the working calendar. Sending is in `delivery/`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from audit.actions import changes, record, snapshot
from committees.models import Body, Person
from committees.rules import may_administer
from notices import kinds, rules
from notices.drop_reasons import READ_IN_PORTAL, DropReason
from notices.models import CalendarDay, Letter, Notice
from portal.shared.changes import clean_changes
from portal.shared.days import today


def owe(
    people: Iterable[Person],
    kind: str,
    *,
    about: models.Model,
    occasion: str,
    body: Body | None = None,
    step: str = "",
    due_version: int = 0,
    data: dict[str, Any] | None = None,
    on: date | None = None,
) -> int:
    """Owe each person one notice, told with their next letter; gives how many were new.

    `occasion` makes the key unique: the same occasion is never told twice to the same person.
    """
    values: dict[str, Any] = {"body": body, "step": step, "due_version": due_version, "data": data, "on": on}
    return owe_all(
        [build_notice(person.pk, kind, about=about, occasion=occasion, **values) for person in people]
    )


def build_notice(
    person: int,
    kind: str,
    *,
    about: models.Model,
    occasion: str,
    body: Body | None = None,
    step: str = "",
    due_version: int = 0,
    data: dict[str, Any] | None = None,
    on: date | None = None,
) -> Notice:
    """A notice not yet written, for whoever owes hundreds at once."""
    return Notice(
        key=f"{kind}:{about._meta.label_lower}-{about.pk}:{occasion}:person-{person}",
        person_id=person,
        kind=kind,
        step=step,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        due_version=due_version,
        body=body,
        data=data or {},
        on=on or today(),
    )


def owe_all(notices: list[Notice]) -> int:
    """Write the notices whose key is new; gives how many were."""
    known = known_keys(notice.key for notice in notices)
    return owe_new([notice for notice in notices if notice.key not in known])


def owe_new(notices: list[Notice]) -> int:
    """Write notices whose keys were just looked up; one that another writer owed meanwhile stays as it is."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=2000)
    return len(notices)


def owe_again(*, about: models.Model, because: Iterable[DropReason], every_kind: bool = False) -> int:
    """Owe anew what a reason that ended kept back; it is asked again before it is told.

    Only what the clock owed, unless `every_kind`: then also what somebody did.
    """
    planned = [kind.name for kind in kinds.every() if every_kind or kind.planned]
    kept_back = Notice.objects.filter(about_type=about._meta.label_lower, about_id=about.pk, kind__in=planned)
    return kept_back.filter(state=Notice.State.DROPPED, dropped_because__in=list(because)).update(
        state=Notice.State.OWED, dropped_because="", on=today(), not_before=timezone.now()
    )


def drop_untold(
    *, about: models.Model, occasion: str, names: Iterable[str], because: DropReason
) -> list[Notice]:
    """Drop news of an occasion that no longer holds, where no letter carries it; gives what is known already.

    `names` are those of its kinds.
    """
    starts = [f"{name}:{about._meta.label_lower}-{about.pk}:{occasion}:" for name in names]
    news = Notice.objects.filter(about_type=about._meta.label_lower, about_id=about.pk)
    news = news.filter(reduce(or_, [models.Q(key__startswith=start) for start in starts]))
    news.owed().filter(letter=None).update(state=Notice.State.DROPPED, dropped_because=because)
    known = ~models.Q(state=Notice.State.DROPPED) | models.Q(dropped_because__in=READ_IN_PORTAL)
    return list(news.filter(known).select_related("person", "body"))


# What a statement for `owe_selected` gives of each notice, in this order.
SELECTED_COLUMNS = (
    *("key", "person_id", "kind", "step", "about_type", "about_id", "due_version", "body_id"),
    *("data", "on", "not_before"),
)


def owe_selected(select: str, params: Sequence[Any]) -> int:
    """Owe what a statement finds, however many rows, without reading them; gives how many were new."""
    now = timezone.now()
    fixed = {
        str(field.column): field.get_db_prep_save(
            now if getattr(field, "auto_now_add", False) else field.get_default(), connection
        )
        for field in Notice._meta.concrete_fields
        if not field.primary_key and field.column not in SELECTED_COLUMNS
    }
    columns = ", ".join(connection.ops.quote_name(name) for name in (*SELECTED_COLUMNS, *fixed))
    values = ", ".join(["found.*", *["%s"] * len(fixed)])
    statement = (
        f"INSERT INTO notices_notice ({columns}) SELECT {values} FROM ({select}) found"  # noqa: S608
        " WHERE true ON CONFLICT (key) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*fixed.values(), *params])
        return int(cursor.rowcount)


def known_keys(keys: Iterable[str]) -> set[str]:
    """Which of these notices were owed already, told or not. Give thousands at a time, not millions."""
    return set(Notice.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def mark_read(*, person: Person, notices: models.QuerySet[Notice] | None = None) -> int:
    """Mark a person's notices as read, all of them unless some are named."""
    rows = (notices if notices is not None else Notice.objects.all()).filter(
        person=person, read_at__isnull=True
    )
    return rows.update(read_at=timezone.now())


@transaction.atomic
def send_again(*, letter: Letter, by: Person) -> Letter:
    """Give a letter that failed one more attempt, whatever its pauses; the next run makes it."""
    letter = Letter.objects.select_for_update(of=("self",)).select_related("person").get(pk=letter.pk)
    rules.may_send_again(by, letter).or_raise()
    before = snapshot(letter, ("failure", "attempts", "next_attempt_at"))
    letter.next_attempt_at = timezone.now()
    letter.save(update_fields=["next_attempt_at"])
    after = snapshot(letter, ("next_attempt_at",))
    record("letter_sent_again", about=letter, by=by, before=before, after=after)
    return letter


CALENDAR_FIELDS = ("day", "is_working", "name", "source")


@transaction.atomic
def save_calendar_day(*, day: CalendarDay, by: Person | None) -> CalendarDay:
    """Enter or correct a day that is not what its weekday says; reminders follow it from now on."""
    if by is not None:
        may_administer(by).or_raise()
    stored = CalendarDay.objects.filter(pk=day.pk).first() if day.pk else None
    before = snapshot(stored, CALENDAR_FIELDS) if stored else {}
    clean_changes(day, stored)
    day.save()
    old, new = changes(before, snapshot(day, CALENDAR_FIELDS))
    if new:
        verb = "calendar_day_changed" if before else "calendar_day_entered"
        record(verb, about=day, by=by, before=old, after=new)
    return day


@transaction.atomic
def delete_calendar_day(*, day: CalendarDay, by: Person) -> None:
    """Let a day be again what its weekday says."""
    may_administer(by).or_raise()
    # The event names the row, so it is written while the row is still there.
    record("calendar_day_deleted", about=day, by=by, before=snapshot(day, CALENDAR_FIELDS))
    day.delete()
