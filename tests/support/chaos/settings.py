"""The portal's settings as they are, with seconds in the place of minutes."""

from datetime import timedelta

from portal.settings import *  # noqa: F403
from portal.settings import CELERY_BEAT_SCHEDULE as BY_THE_HOUR

LETTER_LEASE = timedelta(seconds=24)
LETTER_PAUSES = [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 16)]

EVERY = 4
SOON = {"schedule": EVERY, "options": {"expires": 2 * EVERY}}
CELERY_BEAT_SCHEDULE = {
    **BY_THE_HOUR,
    **{name: {**BY_THE_HOUR[name], **SOON} for name in ("remind", "help_send", "tell_at_once")},
}
