"""How events about people and bodies read in the admin, and which staff may follow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.admin import OPEN_TO_STAFF
from audit.labels import NAMED_MODELS, PIECE_LABELS, VERB_LABELS
from committees.models import Absence, Body, Membership, Office, Person, ProposedTerm

VERB_LABELS.update(
    {
        "person_entered": _("Person entered"),
        "person_changed": _("Person changed"),
        "profile_changed": _("Own profile changed"),
        "password_set": _("Password set by an administrator"),
        "password_changed": _("Own password changed"),
        "signed_in": _("Signed in"),
        "address_refused": _("Address refused by the mail server"),
        "address_accepted": _("Address trusted again"),
        "body_entered": _("Body entered"),
        "body_changed": _("Body changed"),
        "office_permissions_changed": _("Rights of an office changed"),
        "reset_letter_sent": _("Letter to choose a password sent"),
        "reset_letter_asked": _("Letter for a forgotten password asked for"),
        "membership_entered": _("Person appointed"),
        "term_proposed": _("Own appointment proposed"),
        "term_approved": _("Own appointment approved by another administrator"),
        "term_refused": _("Own appointment refused"),
        "membership_changed": _("Term changed"),
        "membership_removed": _("Term taken back before it began"),
        "absence_entered": _("Absence entered"),
        "absence_changed": _("Absence changed"),
        "absence_ended": _("Absence ended"),
        "person_left": _("Person left"),
        "name_remembered": _("Name in papers remembered"),
        "name_forgotten": _("Name in papers forgotten"),
    }
)
PIECE_LABELS.update(
    {
        "address": _("address"),
        "answer": _("what the mail server said"),
        "permissions": _("rights"),
        "offices": _("offices of the deputy"),
        "last_day": _("last day"),
        "alias": _("name in papers"),
        "body": _("body"),
        "used_by": _("used by"),
    }
)
NAMED_MODELS.update({Person: (), Body: (), Office: ("body",)})
OPEN_TO_STAFF.update(
    model._meta.label_lower for model in (Person, Body, Office, Membership, Absence, ProposedTerm)
)
