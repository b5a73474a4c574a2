"""A proposed term is told to the other administrators, as long as there is something to decide on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail

from committees import actions
from committees.models import Person, ProposedTerm
from committees.roles import Role
from notices import kinds
from notices.appointments import AppointmentReason
from notices.delivery.sender import send_owed
from notices.models import Notice
from portal.shared.days import today
from tests.committees.power_helpers import People, new_term
from tests.support.people import Bodies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "plain_day")]


@pytest.fixture
def proposal(bodies: Bodies, people: People) -> ProposedTerm:
    Person.objects.update(language="en")
    people["staff"].refresh_from_db()
    return actions.propose_term(
        membership=new_term(people["staff"], bodies.top, Role.HEAD), by=people["staff"]
    )


def test_a_letter_names_the_office_and_leads_to_the_decision(proposal: ProposedTerm, people: People) -> None:
    send_owed(today())
    [letter] = mail.outbox
    assert letter.to == [people["admin"].email]
    body = str(letter.body)
    assert "An administrator proposes an office for themself: Head" in body
    assert "Appoint as proposed, or refuse it." in body
    assert f"/admin/committees/proposedterm/{proposal.pk}/change/" in body


def refuse(proposal: ProposedTerm, people: People) -> None:
    actions.refuse_term(proposal=proposal, by=people["admin"])


def approve(proposal: ProposedTerm, people: People) -> None:
    actions.approve_term(proposal=proposal, by=people["admin"])


def take_the_right_away(proposal: ProposedTerm, people: People) -> None:
    Person.objects.filter(pk=people["admin"].pk).update(is_staff=False, is_superuser=False)


@pytest.mark.parametrize(
    "happens, reason",
    [
        (refuse, AppointmentReason.DECIDED),
        (approve, AppointmentReason.DECIDED),
        (take_the_right_away, AppointmentReason.NOT_ADMINISTRATOR),
    ],
)
def test_nothing_is_sent_once_there_is_nothing_to_decide(
    proposal: ProposedTerm, people: People, happens: Callable[..., None], reason: AppointmentReason
) -> None:
    proposed = Notice.objects.filter(kind="term_proposed")
    assert [notice.person for notice in proposed] == [people["admin"]]
    happens(proposal, people)
    Notice.objects.exclude(kind="term_proposed").delete()
    send_owed(today())
    assert mail.outbox == []
    assert proposed.values_list("state", "dropped_because").get() == (Notice.State.DROPPED, reason)


def test_an_appointment_that_was_taken_back_is_said_to_be(bodies: Bodies, people: People) -> None:
    """Among the notices of its reader it stands for ever; the row that it was about may be gone."""
    term = actions.save_membership(
        membership=new_term(people["outsider"], bodies.lead, Role.MEMBER), by=people["lead_head"]
    )
    notice = Notice.objects.filter(kind="appointed").first()
    assert notice is not None
    term.delete()
    kind = next(kind for kind in kinds.every() if kind.name == "appointed")
    assert set(kind.recheck([notice], today()).values()) == {AppointmentReason.TAKEN_BACK}
    [line] = kind.compose([notice], today()).values()
    assert (line.title, line.sentence) == ("An appointment", "The term was taken back.")
