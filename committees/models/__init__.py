"""People, the bodies they serve on, the offices they hold there, and from which day to which."""

from committees.models.bodies import Alias, Body, BodyQuerySet
from committees.models.offices import BodyGroupObjectPermission, Office
from committees.models.people import AccountKeyField, Person, PersonManager
from committees.models.sign_in import PasswordAttempts, PasswordLetter, PasswordLetterQuerySet, SentRequest
from committees.models.terms import Absence, Membership, MembershipQuerySet, ProposedTerm

__all__ = [
    "Absence",
    "AccountKeyField",
    "Alias",
    "Body",
    "BodyGroupObjectPermission",
    "BodyQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Office",
    "PasswordAttempts",
    "PasswordLetter",
    "PasswordLetterQuerySet",
    "Person",
    "PersonManager",
    "ProposedTerm",
    "SentRequest",
]
