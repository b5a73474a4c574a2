"""An administrator's own appointment: proposed by them, decided on by another administrator."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions import record, snapshot
from committees import appointment_hooks, rules
from committees.actions.common import MEMBERSHIP_FIELDS
from committees.actions.terms import save_membership
from committees.models import Membership, Person, ProposedTerm
from portal.shared.text import tidy_row


@transaction.atomic
def propose_term(*, membership: Membership, by: Person) -> ProposedTerm:
    """Keep an administrator's own appointment, or a change of it, until another administrator decides."""
    old = Membership.objects.filter(pk=membership.pk).select_related("person", "office__body__parent").first()
    for term in (membership, old) if old else (membership,):
        rules.may_propose_term(by, term.person, term.office).or_raise()
    tidy_row(membership, MEMBERSHIP_FIELDS)
    membership.full_clean()
    proposal = ProposedTerm(term=old, proposed_by=by, proposed_at=timezone.now(), **_values(membership))
    proposal.full_clean()
    proposal.save()
    after = snapshot(proposal, MEMBERSHIP_FIELDS)
    record("term_proposed", about=proposal, by=by, after=after, bodies=[proposal.office.body_id])
    appointment_hooks.announce_proposal(proposal)
    return proposal


def appoint(*, membership: Membership, by: Person) -> Membership | ProposedTerm:
    """Save a term at once; an administrator's own is proposed to another administrator instead."""
    if rules.may_propose_term(by, membership.person, membership.office):
        return propose_term(membership=membership, by=by)
    return save_membership(membership=membership, by=by)


@transaction.atomic
def approve_term(*, proposal: ProposedTerm, by: Person) -> Membership:
    """Appoint as proposed; only another administrator than the proposer does it."""
    proposal = _decide(proposal, ProposedTerm.State.APPROVED, by)
    membership = proposal.term or Membership()
    for name, value in _values(proposal).items():
        setattr(membership, name, value)
    return save_membership(membership=membership, by=by)


@transaction.atomic
def refuse_term(*, proposal: ProposedTerm, by: Person) -> ProposedTerm:
    """Refuse a proposed term, which stays on record."""
    return _decide(proposal, ProposedTerm.State.REFUSED, by)


def _decide(proposal: ProposedTerm, state: ProposedTerm.State, by: Person) -> ProposedTerm:
    proposal = ProposedTerm.objects.select_for_update(no_key=True, of=("self",)).get(pk=proposal.pk)
    rules.may_decide_proposed_term(by, proposal).or_raise()
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    record(f"term_{state}", about=proposal, by=by, bodies=[proposal.office.body_id])
    return proposal


def _values(term: Membership | ProposedTerm) -> dict[str, Any]:
    return {name: getattr(term, name) for name in MEMBERSHIP_FIELDS}
