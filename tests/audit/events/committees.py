"""Rows of people, bodies, offices and memberships."""

from __future__ import annotations

from datetime import date
from functools import partial

from committees import actions
from committees.models import Body, Membership, Person
from committees.passwords.actions import send_first_letter, send_reset_letter
from committees.roles import Role
from committees.upkeep import actions as upkeep
from portal.shared.days import today
from tests.audit.world import Row, changed
from tests.support.people import SINCE

NEW_BODY = {"code": "NEW", "kind": "agency", "level": "provincial", "chain": "state", "name_vi": "Sở mới"}

COMMITTEE_EVENTS: dict[str, Row] = {
    "committees.save_person": (
        "staff",
        "person_entered",
        lambda w, by: partial(
            actions.save_person, person=Person(username="new", name="Mới", password="x"), by=by
        ),
    ),
    "committees.set_password": (
        "staff",
        "password_set",
        lambda w, by: partial(
            actions.set_password,
            person=w.people["outsider"],
            new_password="một câu rất dài 57",
            by=by,
        ),
    ),
    "committees.send_reset_letter": (
        "staff",
        "reset_letter_sent",
        lambda w, by: partial(send_reset_letter, person=w.people["member"], by=by),
    ),
    "committees.save_own_profile": (
        "member",
        "profile_changed",
        lambda w, by: partial(
            actions.save_own_profile, person=changed(w.people["member"], phone="09"), by=by
        ),
    ),
    "committees.change_own_password": (
        "member",
        "password_changed",
        lambda w, by: partial(actions.change_own_password, person=w.people["member"], password="khác hẳn 57"),
    ),
    "committees.accept_address": (
        "staff",
        "address_accepted",
        lambda w, by: partial(actions.accept_address, person=w.refused("member"), by=by),
    ),
    "committees.note_sign_in": (
        "member",
        "signed_in",
        lambda w, by: partial(actions.note_sign_in, person=w.people["member"], address="192.0.2.1"),
    ),
    "committees.save_body": (
        "staff",
        "body_entered",
        lambda w, by: partial(actions.save_body, body=Body(**NEW_BODY), by=by),
    ),
    "committees.create_body_below": (
        "secretary",
        "body_entered",
        lambda w, by: partial(
            upkeep.create_body_below,
            body=Body(parent=w.bodies.committee, kind="agency", name_vi="Phòng mới"),
            by=by,
        ),
    ),
    "committees.edit_body_below": (
        "secretary",
        "body_changed",
        lambda w, by: partial(upkeep.edit_body_below, body=w.bodies.lead, values={"note": "x"}, by=by),
    ),
    "committees.add_person": (
        "secretary",
        ("person_entered", "membership_entered"),
        lambda w, by: partial(
            upkeep.add_person,
            name="Người mới",
            email="moi@demo.invalid",
            office=w.bodies.committee.offices.get(role=Role.MEMBER),
            starts_on=SINCE,
            by=by,
        ),
    ),
    "committees.change_person": (
        "secretary",
        "person_changed",
        lambda w, by: partial(upkeep.change_person, person=w.people["member"], values={"phone": "09"}, by=by),
    ),
    "committees.send_first_letter": (
        "secretary",
        "reset_letter_sent",
        lambda w, by: partial(send_first_letter, person=w.without_password("member"), by=by),
    ),
    "committees.set_office_permissions": (
        "staff",
        "office_permissions_changed",
        lambda w, by: partial(
            actions.set_office_permissions,
            office=w.bodies.committee.offices.get(role=Role.MEMBER),
            permissions=["view_tasks"],
            by=by,
        ),
    ),
    "committees.save_membership": (
        "secretary",
        "membership_entered",
        lambda w, by: partial(
            actions.save_membership,
            membership=Membership(
                person=w.people["outsider"],
                office=w.bodies.committee.offices.get(role=Role.MEMBER),
                starts_on=SINCE,
            ),
            by=by,
        ),
    ),
    "committees.appoint": (
        "secretary",
        "membership_entered",
        lambda w, by: partial(actions.appoint, membership=w.new_term(w.people["outsider"]), by=by),
    ),
    "committees.propose_term": (
        "staff",
        "term_proposed",
        lambda w, by: partial(actions.propose_term, membership=w.new_term(by), by=by),
    ),
    "committees.refuse_term": (
        "staff",
        "term_refused",
        lambda w, by: partial(actions.refuse_term, proposal=w.proposal(by), by=by),
    ),
    "committees.end_membership": (
        "secretary",
        "membership_changed",
        lambda w, by: partial(actions.end_membership, membership=w.term(), ends_on=date(2026, 6, 30), by=by),
    ),
    "committees.close_account": (
        "staff",
        "person_left",
        lambda w, by: partial(actions.close_account, person=w.people["outsider"], by=by, last_day=today()),
    ),
    "committees.save_paper_settings": (
        "secretary",
        "body_changed",
        lambda w, by: partial(
            actions.save_paper_settings,
            body=w.bodies.committee,
            values={"place": "Nha Trang"},
            by=by,
        ),
    ),
    "committees.remember_alias": (
        "secretary",
        "name_remembered",
        lambda w, by: partial(
            actions.remember_alias,
            body=w.bodies.lead,
            name="Sở KH&CN",
            reader=w.bodies.committee,
            by=by,
        ),
    ),
    "committees.forget_alias": (
        "secretary",
        "name_forgotten",
        lambda w, by: partial(
            actions.forget_alias,
            alias=w.alias(),
            by=by,
        ),
    ),
    "committees.save_absence": (
        "head",
        "absence_entered",
        lambda w, by: partial(actions.save_absence, absence=w.absence(), by=by),
    ),
    "committees.end_absence": (
        "head",
        "absence_ended",
        lambda w, by: partial(
            actions.end_absence,
            absence=actions.save_absence(absence=w.absence(), by=w.people["head"]),
            by=by,
        ),
    ),
}
