"""The script of a year: who holds what, which tasks are given, and what becomes of each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from portal.shared.days import VIETNAM
from tests.support.oracle import Job, Oracle, Term

LONG_AGO = date(2025, 1, 10)

TOP = "TOP"

GIVERS: dict[str, dict[str, Any]] = {
    "USUAL": {},
    "EARLY": {"before": (15, 5, 2), "hour": "14:00", "quiet_from": "22:00", "quiet_until": "13:30"},
    "WEEKS": {"after": (), "before": (4,)},
    "QUIET": {"muted": ("task_confirmed", "task_suspended", "help_confirmed"), "weekly": False},
    "LADDER": {
        "escalation": (
            *((1, "lead", "head"), (2, "lead", "head"), (2, "assigner", "secretary")),
            *((5, "assigner", "standing_deputy"), (10, "assigner", "head")),
        )
    },
    "NO_DAY": {"on_the_day": False, "after": (2,), "escalation": ((4, "assigner", "deputy"),)},
}
"""Body → how its policy differs from the one that counts without any."""

LEADS = ("ONE", "TWO", "THREE", "FOUR")

OFFICES = {
    **{
        f"{code.lower()}_{role}": (code, role)
        for code in GIVERS
        for role in ("head", "standing_deputy", "deputy", "secretary")
    },
    **{f"{code.lower()}_{role}": (code, role) for code in LEADS for role in ("head", "officer")},
    "four_secretary": ("FOUR", "secretary"),
    "four_member": ("FOUR", "member"),
}
"""Who holds which office from before the year on; `no_day_standing_deputy` and others beside it are idle."""

IN_CHARGE = ("Dữ liệu", "Nhân lực")
"""Of these every deputy is in charge."""


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


# Key, assigner, lead, deadline, given on; then what else.
JOBS: tuple[tuple[Any, ...], ...] = (
    ("make_up_saturday", "USUAL", "ONE", "01-10", "2025-12-15"),
    ("after_new_year", "USUAL", "TWO", "01-05", "2025-12-15", {"pillar": "Dữ liệu"}),
    ("before_tet", "USUAL", "ONE", "02-13", "2026-01-05", {"pillar": "Hạ tầng"}),
    ("late_over_tet", "USUAL", "TWO", "02-11", "2026-01-05", {"pillar": "Dữ liệu"}),
    ("in_tet", "USUAL", "THREE", "02-17", "2026-01-06", {"helper": "FOUR", "helper_due": "02-12"}),
    ("last_of_tet", "EARLY", "ONE", "02-20", "2026-01-06"),
    ("first_after_tet", "EARLY", "FOUR", "02-23", "2026-01-07", {"pillar": "Nhân lực"}),
    ("weeks_over_tet", "WEEKS", "TWO", "01-14", "2026-01-07"),
    ("quiet_over_tet", "QUIET", "THREE", "02-25", "2026-01-08"),
    ("on_a_sunday", "LADDER", "ONE", "03-15", "2026-02-02", {"pillar": "Dữ liệu"}),
    ("closed", "USUAL", "FOUR", "03-20", "2026-02-03", {"restricted": True, "pillar": "Dữ liệu"}),
    ("two_bodies", "NO_DAY", "TWO", "03-31", "2026-03-02", {"helper": "ONE", "helper_due": "03-25"}),
    ("hung_kings", "LADDER", "THREE", "04-27", "2026-03-03"),
    ("liberation_day", "NO_DAY", "FOUR", "04-30", "2026-03-04", {"pillar": "Nhân lực"}),
    ("may_day", "USUAL", "ONE", "05-01", "2026-03-05"),
    ("after_may_day", "EARLY", "TWO", "05-04", "2026-03-06"),
    ("mid_year", "USUAL", "ONE", "06-30", "2026-05-04", {"helper": "THREE", "helper_due": "06-20"}),
    ("summer", "USUAL", "TWO", "07-15", "2026-05-05", {"pillar": "Hạ tầng"}),
    ("handed_over", "LADDER", "THREE", "08-05", "2026-06-01", {"helper": "TWO"}),
    ("worked_saturday", "QUIET", "FOUR", "08-22", "2026-06-02"),
    ("before_september", "WEEKS", "ONE", "08-28", "2026-06-03"),
    ("national_day", "LADDER", "TWO", "09-02", "2026-06-04", {"pillar": "Nhân lực"}),
    ("after_september", "USUAL", "FOUR", "09-03", "2026-06-05", {"pillar": "Dữ liệu"}),
    ("autumn", "USUAL", "THREE", "10-14", "2026-08-10", {"pillar": "Dữ liệu"}),
    ("given_up", "USUAL", "TWO", "10-30", "2026-08-11", {"helper": "ONE", "helper_due": "10-16"}),
    ("culture_day", "EARLY", "ONE", "11-24", "2026-10-05"),
    ("after_culture_day", "NO_DAY", "THREE", "11-25", "2026-10-06"),
    ("end_of_year", "USUAL", "FOUR", "12-31", "2026-11-02"),
    ("no_day_at_all", "LADDER", "FOUR", "", "2026-01-09"),
)

# When, what, about which task, person or body, by whom, and the rest. Half past six in the morning in Vietnam
# is the day before in UTC and in New York; half past eleven at night is the same day in all three.
CHANGES: tuple[tuple[Any, ...], ...] = (
    ("01-06 10:00", "accept", "make_up_saturday", "one_officer"),
    ("01-08 17:00", "submit", "make_up_saturday", "one_officer"),
    ("01-08 17:30", "confirm", "make_up_saturday", "usual_secretary"),
    ("01-12 06:30", "urge", "after_new_year", "usual_secretary"),
    ("01-12 23:30", "urge", "after_new_year", "usual_secretary"),
    ("01-13 06:30", "urge", "after_new_year", "usual_head"),
    ("01-19 09:00", "submit", "after_new_year", "two_officer"),
    ("01-20 09:00", "send_back", "after_new_year", "usual_deputy"),
    ("02-09 15:00", "accept", "before_tet", "one_head"),
    # The eve of Tết and Tết itself: reported on the last working day, judged before anybody reads of it.
    ("02-13 16:30", "submit", "before_tet", "one_officer"),
    ("02-14 08:00", "confirm", "before_tet", "usual_secretary"),
    ("02-17 06:30", "submit", "in_tet", "three_officer"),
    ("02-18 20:00", "send_back", "in_tet", "usual_secretary"),
    ("02-12 16:00", "deliver", "in_tet", "four_officer"),
    ("02-19 09:00", "suspend", "weeks_over_tet", "weeks_secretary"),
    ("02-20 09:00", "resume", "weeks_over_tet", "weeks_head"),
    ("02-27 09:00", "withdraw", "weeks_over_tet", "weeks_secretary"),
    ("02-24 09:00", "submit", "in_tet", "three_head"),
    ("02-25 09:00", "confirm", "in_tet", "usual_standing_deputy"),
    ("02-24 06:30", "stop_escalation", "late_over_tet", "usual_secretary"),
    ("03-03 06:30", "resume_escalation", "late_over_tet", "usual_secretary"),
    ("03-10 10:00", "submit", "late_over_tet", "two_head"),
    ("03-17 10:00", "confirm", "late_over_tet", "usual_head"),
    ("02-26 09:00", "submit", "last_of_tet", "one_officer"),
    ("03-02 09:00", "confirm", "last_of_tet", "early_deputy"),
    ("03-04 11:00", "ask", "first_after_tet", "four_secretary", day("03-27")),
    ("03-06 23:30", "approve", "first_after_tet", "early_head"),
    ("03-26 09:00", "submit", "first_after_tet", "four_officer"),
    ("03-27 06:30", "confirm", "first_after_tet", "early_secretary"),
    ("03-09 09:00", "suspend", "quiet_over_tet", "quiet_secretary"),
    ("04-06 06:30", "resume", "quiet_over_tet", "quiet_secretary"),
    ("04-20 09:00", "submit", "quiet_over_tet", "three_officer"),
    ("04-20 09:30", "confirm", "quiet_over_tet", "quiet_secretary"),
    # Away for two weeks, with a deputy who works on nothing of the body otherwise.
    ("03-16 06:30", "away", "four_officer", "four_officer", "four_member", day("03-16"), day("03-31")),
    ("03-24 06:30", "urge", "closed", "usual_head"),
    ("04-02 09:00", "submit", "closed", "four_head"),
    ("04-03 09:00", "confirm", "closed", "usual_secretary"),
    ("04-10 09:00", "submit", "on_a_sunday", "one_head"),
    ("04-13 06:30", "send_back", "on_a_sunday", "ladder_head"),
    ("05-11 09:00", "withdraw", "on_a_sunday", "ladder_secretary"),
    ("04-15 09:00", "submit", "two_bodies", "two_officer"),
    ("04-16 09:00", "confirm", "two_bodies", "no_day_deputy"),
    ("04-29 09:00", "edit_day", "may_day", "usual_secretary", day("05-15")),
    ("05-18 09:00", "submit", "may_day", "one_officer"),
    ("05-19 09:00", "confirm", "may_day", "usual_head"),
    ("05-04 20:00", "urge", "after_may_day", "early_secretary"),
    ("05-05 06:30", "lock", "two_head", ""),
    ("05-29 10:00", "unlock", "two_head", ""),
    ("05-08 09:00", "submit", "after_may_day", "two_officer"),
    ("05-11 09:00", "confirm", "after_may_day", "early_head"),
    # Nobody above is told for a week; then all steps are reached at once, two of them by the same head.
    ("04-28 06:30", "stop_escalation", "hung_kings", "ladder_secretary"),
    ("05-06 06:30", "resume_escalation", "hung_kings", "ladder_head"),
    ("05-06 20:00", "appoint", "three_newcomer", "three_head", "THREE", "head", day("05-07")),
    ("05-12 09:00", "urge", "hung_kings", "ladder_deputy"),
    ("05-20 09:00", "submit", "hung_kings", "three_officer"),
    ("05-21 09:00", "prefer_portal", "three_officer", "three_officer", "task_confirmed"),
    ("05-21 09:30", "confirm", "hung_kings", "ladder_secretary"),
    ("06-03 09:00", "submit", "liberation_day", "four_secretary"),
    ("06-03 09:30", "confirm", "liberation_day", "no_day_secretary"),
    # A term ends on Monday; on Tuesday, before sunrise in New York, another begins with work.
    ("06-12 09:00", "end_term", "one_officer", "one_head", day("06-15")),
    ("06-12 09:10", "appoint", "one_newcomer", "one_head", "ONE", "officer", day("06-16")),
    ("06-16 06:30", "accept", "mid_year", "one_officer"),
    ("06-16 06:35", "accept", "mid_year", "one_newcomer"),
    ("06-19 09:00", "deliver", "mid_year", "three_officer"),
    ("06-30 23:30", "submit", "mid_year", "one_newcomer"),
    ("07-20 09:00", "confirm", "mid_year", "usual_secretary"),
    # Another policy in the middle of the year, while a task is late under the old one.
    ("07-21 09:00", "set_policy", "USUAL", "usual_head", {"before": (10, 5, 2), "after": (2, 4)}),
    ("07-29 09:00", "ask", "summer", "two_officer", day("08-14")),
    ("08-07 06:30", "approve", "summer", "usual_standing_deputy"),
    ("08-19 09:00", "submit", "summer", "two_officer"),
    ("08-20 09:00", "confirm", "summer", "usual_secretary"),
    ("07-06 09:00", "accept", "handed_over", "three_officer"),
    ("08-10 09:00", "change_lead", "handed_over", "ladder_head", "ONE"),
    ("08-21 09:00", "submit", "handed_over", "one_head"),
    ("08-24 09:00", "confirm", "handed_over", "ladder_standing_deputy"),
    ("08-26 09:00", "submit", "worked_saturday", "four_officer"),
    ("08-27 09:00", "send_back", "worked_saturday", "quiet_head"),
    ("09-14 09:00", "edit_day", "worked_saturday", "quiet_secretary", day("10-09")),
    ("10-09 06:30", "submit", "worked_saturday", "four_officer"),
    ("10-12 09:00", "confirm", "worked_saturday", "quiet_deputy"),
    ("09-07 09:00", "suspend", "before_september", "weeks_secretary"),
    ("10-19 09:00", "resume", "before_september", "weeks_secretary"),
    ("11-12 09:00", "submit", "before_september", "one_newcomer"),
    ("11-13 09:00", "confirm", "before_september", "weeks_head"),
    ("09-08 09:00", "set_policy", "LADDER", "ladder_secretary", {"escalation": ((3, "assigner", "deputy"),)}),
    ("09-24 09:00", "submit", "national_day", "two_officer"),
    ("09-25 09:00", "confirm", "national_day", "ladder_head"),
    ("09-10 09:00", "stop_escalation", "after_september", "usual_secretary"),
    ("09-28 09:00", "withdraw", "after_september", "usual_secretary"),
    # The deputy in charge leaves; the next step goes to the standing deputy, whose office is held meanwhile.
    ("10-16 09:00", "end_term", "usual_deputy", "usual_head", day("10-18")),
    ("10-19 06:30", "away", *(["usual_standing_deputy"] * 2), "usual_secretary", day("10-19"), day("11-06")),
    ("10-20 09:00", "suspend", "given_up", "usual_head"),
    ("10-27 09:00", "resume", "given_up", "usual_head"),
    ("11-16 06:30", "withdraw", "given_up", "usual_secretary"),
    ("11-18 09:00", "submit", "autumn", "three_head"),
    ("11-18 15:00", "confirm", "autumn", "usual_head"),
    ("12-02 09:00", "submit", "culture_day", "one_newcomer"),
    ("12-03 06:30", "confirm", "culture_day", "early_deputy"),
    ("12-09 09:00", "ask", "after_culture_day", "three_officer", day("12-18")),
    ("12-10 06:30", "withdraw", "after_culture_day", "no_day_secretary"),
    ("12-22 09:00", "accept", "end_of_year", "four_officer"),
    ("12-28 09:00", "urge", "no_day_at_all", "ladder_secretary"),
)


def moment(text: str) -> datetime:
    """In Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


Step = tuple[datetime, str, tuple[Any, ...]]


def script() -> list[Step]:
    """Everything that anybody does, in order: giving the tasks, then what becomes of them."""
    steps: list[Step] = []
    for key, assigner, _lead, _due, given, *_more in JOBS:
        giver = assigner.lower()
        # Proposed on one day and approved two days later, over a morning that tells the approver.
        first = moment(f"{given} 15:00")
        steps += [
            (first, "propose", (key, f"{giver}_secretary")),
            (first + timedelta(days=1, hours=16), "assign", (key, f"{giver}_head")),
        ]
    steps += [(moment(f"2026-{when}"), verb, tuple(rest)) for when, verb, *rest in CHANGES]
    return sorted(steps, key=lambda step: step[0])


def jobs() -> dict[str, Job]:
    found = {}
    for key, assigner, lead, due, _given, *more in JOBS:
        values = dict(more[0]) if more else {}
        if "helper_due" in values:
            values["helper_due"] = day(values["helper_due"])
        found[key] = Job(key, assigner, lead, day(due) if due else None, **values)
    return found


def the_oracle() -> Oracle:
    terms = [
        Term(person, body, role, LONG_AGO, fields=IN_CHARGE if role == "deputy" else ())
        for person, (body, role) in OFFICES.items()
    ]
    return Oracle(terms, jobs(), {code: dict(own) for code, own in GIVERS.items()}, above=TOP)
