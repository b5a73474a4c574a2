"""Is anything waiting that nobody notices? The clock, what is owed, and what mail servers refused."""

from __future__ import annotations

import logging
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from committees.models import PasswordLetter, Person
from notices.calendar import Calendar
from notices.models import Letter, Notice
from notices.policy import schedule
from portal.shared.days import VIETNAM, day_of, start_of

log = logging.getLogger(__name__)

# Where the moment of the last tick is kept.
TICK_CACHE_KEY = "portal:last-tick"

# Seconds: three ticks that did not come.
MAX_TICK_SECONDS = 180

# After which the letters of a working day are out, however many there are.
SENDING_GRACE = timedelta(hours=2)

PING_SECONDS = 3


@dataclass(frozen=True)
class DeliveryHealth:
    """What waits, failed or was refused, as known at one moment."""

    # None when it is not known: the portal has just started, or beat has never run.
    seconds_since_tick: int | None
    # How long the notice waits that waits longest past its moment; None when none does.
    seconds_oldest_unsent: int | None
    unsent_late: bool
    letters_failed_today: int
    letters_given_up_today: int
    addresses_refused: int

    @property
    def clock_late(self) -> bool:
        return self.seconds_since_tick is not None and self.seconds_since_tick > MAX_TICK_SECONDS

    @property
    def late(self) -> bool:
        return self.clock_late or self.unsent_late


def check_delivery(now: datetime | None = None) -> DeliveryHealth:
    """What is late or failed at a moment, in a few small queries."""
    now = now or timezone.now()
    due = _oldest_unsent(now)
    letters = Letter.objects.filter(state__in=Letter.State.values, on=day_of(now)).aggregate(
        failed=Count("pk", filter=Q(state=Letter.State.FAILED) | Q(attempts__gt=1)),
        given_up=Count("pk", filter=Q(state=Letter.State.FAILED, next_attempt_at=None)),
    )
    return DeliveryHealth(
        seconds_since_tick=_seconds_since_tick(now),
        seconds_oldest_unsent=int((now - due).total_seconds()) if due else None,
        unsent_late=due is not None and due < _all_out_of(now),
        letters_failed_today=letters["failed"],
        letters_given_up_today=letters["given_up"]
        + PasswordLetter.objects.given_up().filter(asked_at__gte=start_of(day_of(now))).count(),
        addresses_refused=Person.objects.filter(address_refused_at__isnull=False, is_active=True).count(),
    )


def _seconds_since_tick(now: datetime) -> int | None:
    last = cache.get(TICK_CACHE_KEY)
    return int((now - last).total_seconds()) if isinstance(last, datetime) else None


def _oldest_unsent(now: datetime) -> datetime | None:
    """The first by its day, which an index answers however many are owed."""
    waiting = Notice.objects.owed().filter(on__lte=day_of(now)).exclude(not_before__gt=now)
    first = waiting.order_by("on").values_list("not_before", "planned_at").first()
    return first and (first[0] or first[1])


def _all_out_of(now: datetime) -> datetime:
    """What was due before this moment had a working morning since, and should be out.

    News that comes after somebody's letter of the day waits for the next working day: that is not late.
    """
    calendar, opens = Calendar.read(), schedule.latest_hour()
    day = day_of(now - SENDING_GRACE - timedelta(hours=opens.hour, minutes=opens.minute))
    while not calendar.working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, opens, VIETNAM)


def ping_watcher() -> None:
    """Tell the watcher outside that all is well; it raises the alarm when these calls stop."""
    if not settings.PING_URL or check_delivery().late:
        return
    try:
        # S310: the setting is http or https, checked at the start (portal.env).
        with urllib.request.urlopen(settings.PING_URL, timeout=PING_SECONDS):  # noqa: S310
            pass
    except (OSError, HTTPException, ValueError) as error:
        # Without the address: whoever knows it could ping in the portal's place.
        log.warning("The watcher at PING_URL did not answer: %s", type(error).__name__)
