"""Keeping the reminder policy of a body: what cannot be is refused with a sentence, beside its field."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import changes, record
from audit.versions import refuse_stale
from committees.models import Body, Person
from committees.roles import Role
from notices import kinds, rules
from notices.models import EscalationStep, Policy
from notices.policy import schedule
from notices.policy.schedule import PolicyRules, Rung
from portal.shared.verdicts import Sentence

MAX_STEPS = 10
# Working days: a quarter. Farther away a reminder is about nothing that can be done today.
MAX_STEP_DAYS = 60

MINUTES_OF_AN_HOUR = 60
CHECKED_FIELDS = ("before", "after", "escalation", "hour", "quiet_from", "quiet_until", "muted")
POLICY_COLUMNS = ("before", "on_the_day", "after", "weekly", "hour", "quiet_from", "quiet_until", "muted")

Problems = Iterator[tuple[str, Sentence]]


@transaction.atomic
def save_policy(*, body: Body, wanted: PolicyRules, by: Person, version: int | None = None) -> Policy:
    """Set how the tasks that a body gives are reminded of; from now on, for whatever is not yet sent."""
    # Before its first row a policy has nothing to lock but its body.
    body = Body.objects.select_for_update(no_key=True).get(pk=body.pk)
    right = rules.may_manage_policy(by, body).or_raise()
    policy = Policy.objects.filter(body=body).first() or Policy(body=body)
    refuse_stale(policy, version)
    before = schedule.read_policies([body.pk])[body.pk]
    check_policy(wanted, before)
    old, new = changes(_event_values(before), _event_values(wanted))
    if not new:
        return policy
    for name in POLICY_COLUMNS:
        value = getattr(wanted, name)
        setattr(policy, name, sorted(value) if isinstance(value, Collection) else value)
    policy.version += 1
    policy.save()
    policy.escalation.all().delete()
    EscalationStep.objects.bulk_create(
        EscalationStep(policy=policy, **rung._asdict()) for rung in wanted.escalation
    )
    bodies = [body.pk]
    record("reminder_policy_changed", about=policy, by=by, right=right, before=old, after=new, bodies=bodies)
    return policy


def check_policy(wanted: PolicyRules, before: PolicyRules | None = None) -> None:
    """Refuse a policy that cannot be followed, with every sentence at once.

    What is as it was `before` is not checked again: a kind of notice that became a duty since blocks no hour.
    """
    changed = {
        name for name in CHECKED_FIELDS if before is None or getattr(wanted, name) != getattr(before, name)
    }
    problems: dict[str, list[Sentence]] = {}
    for field, sentence in _find_problems(wanted, changed, before.muted if before else frozenset()):
        problems.setdefault(field, []).append(sentence)
    if problems:
        raise ValidationError(problems)


def _find_problems(wanted: PolicyRules, changed: set[str], muted_before: frozenset[str]) -> Problems:
    for field in sorted({"before", "after"} & changed, reverse=True):
        yield from ((field, sentence) for sentence in _wrong_days(getattr(wanted, field)))
    if "escalation" in changed:
        yield from (("escalation", sentence) for sentence in _wrong_rungs(wanted.escalation))
    if not changed.isdisjoint({"hour", "quiet_from", "quiet_until"}):
        yield from _wrong_hours(wanted.hour, wanted.quiet_from, wanted.quiet_until)
    if "muted" in changed:
        yield from (("muted", sentence) for sentence in _wrong_kinds(wanted.muted - muted_before))


def _wrong_days(days: Collection[int]) -> Iterator[Sentence]:
    if len(days) > MAX_STEPS:
        yield _("At most %(most)s steps: who is reminded every day reads none of them.") % {"most": MAX_STEPS}
    yield from _out_of_range(days)
    for day in sorted({day for day in days if list(days).count(day) > 1}):
        yield _("The step of %(days)s days is there twice. Write it once.") % {"days": day}


def _out_of_range(days: Collection[int]) -> Iterator[Sentence]:
    if any(not 1 <= day <= MAX_STEP_DAYS for day in days):
        yield _("Write whole numbers of working days from 1 to %(most)s.") % {"most": MAX_STEP_DAYS}


def _wrong_rungs(rungs: Collection[Rung]) -> Iterator[Sentence]:
    if len(rungs) > MAX_STEPS:
        yield _("At most %(most)s steps: who is reminded every day reads none of them.") % {"most": MAX_STEPS}
    yield from _out_of_range([rung.days_late for rung in rungs])
    if any(rung.side not in EscalationStep.Side.values or rung.role not in Role.values for rung in rungs):
        yield _("Choose the role and the body of each step from the list.")
    for rung in sorted({rung for rung in rungs if list(rungs).count(rung) > 1}):
        yield _("The step of %(days)s days to the same people is there twice. Write it once.") % {
            "days": rung.days_late
        }


def _wrong_hours(hour: time, first: time | None, last: time | None) -> Problems:
    if (first is None) != (last is None):
        yield "quiet_until", _("Write both ends of the quiet hours, or neither.")
        return
    if first is None or last is None:
        if _minutes(hour) + MINUTES_OF_AN_HOUR > 24 * 60:
            yield "hour", _("Choose an earlier hour: before midnight there is less than an hour to send.")
        return
    if (_minutes(first) - _minutes(last)) % (24 * 60) < MINUTES_OF_AN_HOUR:
        yield "quiet_until", _("These quiet hours leave no hour for a letter. Leave at least one.")
    elif schedule.is_quiet_time(hour, first, last):
        sentence = _("At %(hour)s nobody may be written to: quiet hours are from %(first)s to %(last)s.")
        yield "hour", sentence % {"hour": f"{hour:%H:%M}", "first": f"{first:%H:%M}", "last": f"{last:%H:%M}"}
    elif (_minutes(first) if first > hour else 24 * 60) - _minutes(hour) < MINUTES_OF_AN_HOUR:
        yield "hour", _("Choose an earlier hour: before the quiet hours there is less than an hour to send.")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _wrong_kinds(names: Collection[str]) -> Iterator[Sentence]:
    for name in sorted(names):
        if not kinds.known(name):
            yield _("There is no kind of notice “%(name)s”.") % {"name": name[:40]}
        elif kinds.get(name).duty:
            yield _("“%(kind)s” is about a duty and cannot be switched off.") % {
                "kind": kinds.get(name).label
            }


def _event_values(wanted: PolicyRules) -> dict[str, Any]:
    """The policy as an event keeps it, with labels in the language of whoever changes it."""
    labels = {kind.name: str(kind.label) for kind in kinds.every()}
    return {
        **{name: getattr(wanted, name) for name in POLICY_COLUMNS},
        "before": sorted(wanted.before),
        "after": sorted(wanted.after),
        "muted": [labels.get(name, name) for name in sorted(wanted.muted)],
        "escalation": [str(EscalationStep(**rung._asdict())) for rung in sorted(wanted.escalation)],
    }
