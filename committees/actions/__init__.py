"""What changes people, bodies, offices and memberships: one function, one transaction, one event."""

from committees.actions.absences import end_absence, save_absence
from committees.actions.accounts import (
    change_own_password,
    note_sign_in,
    save_own_profile,
    save_person,
    set_password,
)
from committees.actions.addresses import accept_address
from committees.actions.aliases import forget_alias, remember_alias, save_paper_settings
from committees.actions.bodies import open_offices, save_body, set_office_permissions
from committees.actions.leaving import close_account, close_demo_account
from committees.actions.proposals import appoint, approve_term, propose_term, refuse_term
from committees.actions.terms import end_membership, save_membership

__all__ = [
    "accept_address",
    "appoint",
    "approve_term",
    "change_own_password",
    "close_account",
    "close_demo_account",
    "end_absence",
    "end_membership",
    "forget_alias",
    "note_sign_in",
    "open_offices",
    "propose_term",
    "refuse_term",
    "remember_alias",
    "save_absence",
    "save_body",
    "save_membership",
    "save_own_profile",
    "save_paper_settings",
    "save_person",
    "set_office_permissions",
    "set_password",
]
