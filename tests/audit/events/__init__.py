"""Every action with the event that it writes: the table that the tests of audit and of rights read."""

from __future__ import annotations

from tests.audit.events.committees import COMMITTEE_EVENTS
from tests.audit.events.features import FEATURE_EVENTS
from tests.audit.events.others import OTHER_EVENTS
from tests.audit.events.tasks import TASK_EVENTS
from tests.audit.world import Row

EVENTS: dict[str, Row] = TASK_EVENTS | FEATURE_EVENTS | COMMITTEE_EVENTS | OTHER_EVENTS

ONLY_ONESELF = {
    *("committees.save_own_profile", "committees.change_own_password", "committees.note_sign_in"),
    # Of what they see themselves, be it nothing.
    *("reports.ask_export", "reports.ask_export_again"),
}
