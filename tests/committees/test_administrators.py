"""What administrators may not do for themselves, and who is told."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import Event
from committees import access, actions, jobs
from committees.models import Absence, PasswordLetter, Person, ProposedTerm
from committees.passwords.actions import send_reset_letter
from committees.roles import PERMISSIONS, Role
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.committees.power_helpers import DAY, People, new_term, only_administrator, refused
from tests.support.admin_door import url
from tests.support.people import Bodies, appoint, make_person

# --- administrators -------------------------------------------------------------------------------


@pytest.mark.parametrize("who, other", [("staff", "admin"), ("admin", "staff")])
def test_an_administrators_own_appointment_waits_for_a_second_one(
    bodies: Bodies, people: People, who: str, other: str
) -> None:
    term = new_term(people[who], bodies.top, Role.HEAD)
    refused(partial(actions.save_membership, membership=term, by=people[who]))
    proposal = actions.appoint(membership=term, by=people[who])
    assert isinstance(proposal, ProposedTerm)
    assert not people[who].memberships.exists()
    waiting = Notice.objects.filter(kind="term_proposed")
    assert [notice.person for notice in waiting] == [people[other]]
    for by in (who, "head", "outsider"):
        refused(partial(actions.approve_term, proposal=proposal, by=people[by]))
    last = Event.objects.latest("pk").pk
    actions.approve_term(proposal=proposal, by=people[other])
    assert people[who].memberships.get().office == term.office
    events = Event.objects.filter(pk__gt=last)
    assert [(event.verb, event.by) for event in events] == [
        ("term_approved", people[other]),
        ("membership_entered", people[other]),
    ]
    with pytest.raises(Refused) as again, transaction.atomic():
        actions.approve_term(proposal=proposal, by=people[other])
    assert again.value.status == 409


def test_the_database_refuses_a_decision_of_ones_own(bodies: Bodies, people: People) -> None:
    term = new_term(people["staff"], bodies.top, Role.HEAD)
    proposal = actions.propose_term(membership=term, by=people["staff"])
    for decided_by, decided_at in ((people["staff"], proposal.proposed_at), (people["admin"], None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProposedTerm.objects.filter(pk=proposal.pk).update(
                state="approved", decided_by=decided_by, decided_at=decided_at
            )
    with pytest.raises(ValidationError), transaction.atomic():
        actions.propose_term(membership=new_term(people["staff"], bodies.top, Role.HEAD), by=people["staff"])
    actions.refuse_term(proposal=proposal, by=people["admin"])
    assert not people["staff"].memberships.exists()


def test_the_only_administrator_breaks_the_glass(bodies: Bodies, people: People) -> None:
    by = only_administrator(people, "staff")
    actions.appoint(membership=new_term(by, bodies.committee, Role.MEMBER), by=by)
    event = Event.objects.get(verb="membership_entered", by=by)
    assert event.break_glass
    told = Notice.objects.filter(kind="appointed", about_id=by.memberships.get().pk)
    assert {notice.person.username for notice in told} == {"head", "secretary"}
    actions.save_membership(membership=new_term(people["outsider"], bodies.committee, Role.MEMBER), by=by)
    assert not Event.objects.latest("pk").break_glass


@pytest.mark.parametrize("how", ["appointed", "corrected", "ended after a day", "ended at once"])
def test_the_only_administrator_as_a_deputy_breaks_the_glass_too(
    bodies: Bodies, people: People, how: str
) -> None:
    """What is changed in the office of somebody whose deputy they are, they hold with them."""
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    away = Absence(person=people["head"], deputy=people["staff"], starts_on=today(), ends_on=today() + DAY)
    actions.save_absence(absence=away, by=people["head"])
    by, theirs = only_administrator(people, "staff"), people["head"].memberships.get(absence=None)
    last = Event.objects.latest("pk").pk
    Notice.objects.filter(kind="appointed").delete()
    match how:
        case "appointed":
            actions.save_membership(membership=new_term(people["head"], bodies.lead, Role.MEMBER), by=by)
        case "corrected":
            theirs.fields = "Dữ liệu"
            actions.save_membership(membership=theirs, by=by)
        case "ended after a day":
            actions.end_membership(membership=theirs, ends_on=today() + DAY, by=by)
        case "ended at once":
            actions.end_membership(membership=theirs, by=by)
    event = Event.objects.get(pk__gt=last, about_type="committees.membership", by=by)
    assert event.break_glass
    told = Notice.objects.filter(kind="appointed", about_id=event.about_id)
    assert told.exists()
    assert all(notice.data["own"] for notice in told)


@pytest.mark.parametrize("how", ["locked", "unmade", "closed"])
def test_nobody_first_makes_themselves_the_only_administrator(
    bodies: Bodies, people: People, how: str
) -> None:
    Person.objects.filter(username="admin").update(is_staff=False, is_superuser=False)
    second, staff = make_person("second", is_staff=True), people["staff"]
    match how:
        case "locked":
            second.is_active = False
            actions.save_person(person=second, by=staff)
        case "unmade":
            second.is_staff = False
            actions.save_person(person=second, by=staff)
        case "closed":
            actions.close_account(person=second, by=staff, last_day=today())
    term = new_term(staff, bodies.committee, Role.HEAD)
    refused(partial(actions.save_membership, membership=term, by=staff))


def test_nobody_gives_rights_to_an_office_they_hold(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    appoint(people["admin"], bodies.committee, Role.OFFICER, starts_on=today() + 9 * DAY)
    for who, role in (("staff", Role.MEMBER), ("admin", Role.OFFICER)):
        office = bodies.committee.offices.get(role=role)
        act = partial(actions.set_office_permissions, office=office, permissions=[*PERMISSIONS])
        refused(partial(act, by=people[who]))
    member = bodies.committee.offices.get(role=Role.MEMBER)
    actions.set_office_permissions(office=member, permissions=["view_tasks"], by=people["admin"])


def test_nobody_moves_a_body_under_their_own(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.sister, Role.INSPECTOR)
    bodies.lead.parent = bodies.sister
    refused(partial(actions.save_body, body=bodies.lead, by=people["staff"]))
    actions.save_body(body=bodies.lead, by=people["admin"])
    assert access.allows(people["staff"], "view_tasks", bodies.lead)


# --- passwords ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "member", "officer", "staff", "admin", "later"])
@pytest.mark.parametrize("by", ["staff", "admin"])
def test_nobody_sets_the_password_of_who_holds_an_office_or_administers(
    bodies: Bodies, people: People, who: str, by: str
) -> None:
    people["later"] = make_person("later")
    appoint(people["later"], bodies.lead, Role.MEMBER, starts_on=today() + 30 * DAY)
    refused(partial(actions.set_password, person=people[who], new_password="dai-va-kho-57", by=people[by]))
    assert Person.objects.get(pk=people[who].pk).check_password("demo")
    actions.set_password(person=people["outsider"], new_password="dai-va-kho-57", by=people[by])


def test_the_admin_has_no_password_form_for_an_officer(enter: Any, people: People) -> None:
    client = enter("staff")
    page = url(Person, "password", people["head"].pk)
    assert client.get(page).status_code == 403
    form = client.get(url(Person, "change", people["head"].pk)).content.decode()
    assert page not in form
    assert url(Person, "reset", people["head"].pk) in form


def reset_link(folder: Path) -> str:
    jobs.send_password_letters()
    (letter,) = folder.glob("*.eml")
    import email
    from email import policy

    message: Any = email.message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert message["To"] == "head@demo.invalid"
    found = re.search(r"https?://\S+/accounts/reset/\S+", message.get_content())
    assert found
    return found[0].removeprefix(portal_settings.PORTAL_URL)


def test_a_letter_lets_them_choose_it_once(
    enter: Any,
    people: People,
    settings: Any,
) -> None:
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    client = enter("staff")
    assert client.post(url(Person, "reset", people["head"].pk)).status_code == 302
    assert Event.objects.get(verb="reset_letter_sent").after == {"email": "head@demo.invalid"}
    link, theirs = reset_link(settings.EMAIL_FILE_PATH), Client()
    assert people["head"].check_password("demo")
    page = theirs.get(link, follow=True)
    assert page.context["validlink"]
    chosen = {"new_password1": "dai-va-kho-doan-57", "new_password2": "dai-va-kho-doan-57"}
    assert theirs.post(page.redirect_chain[-1][0], chosen)["Location"] == "/accounts/login/"
    people["head"].refresh_from_db()
    assert people["head"].check_password("dai-va-kho-doan-57")
    assert Event.objects.latest("pk").verb == "password_changed"
    assert not Client().get(link, follow=True).context["validlink"]


def test_who_came_by_the_letter_is_not_held_back_by_a_stranger(people: People, settings: Any) -> None:
    """The way in for whoever never signed in anywhere, while somebody goes on trying the name."""
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    send_reset_letter(person=people["head"], by=people["staff"])
    theirs, stranger = Client(REMOTE_ADDR="10.1.1.1"), Client(REMOTE_ADDR="10.2.2.2")
    page = theirs.get(reset_link(settings.EMAIL_FILE_PATH), follow=True)
    chosen = {"new_password1": "dai-va-kho-doan-57", "new_password2": "dai-va-kho-doan-57"}
    theirs.post(page.redirect_chain[-1][0], chosen)
    name = people["head"].username
    for _try in range(6):
        held = stranger.post("/accounts/login/", {"username": name, "password": "sai"})
    assert held.status_code == 429
    right = {"username": name, "password": "dai-va-kho-doan-57"}
    assert Client(REMOTE_ADDR="10.1.1.1").post("/accounts/login/", right).status_code == 429
    assert theirs.post("/accounts/login/", right).status_code == 302


def test_a_reset_letter_opens_no_locked_account(people: People, settings: Any) -> None:
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    send_reset_letter(person=people["head"], by=people["staff"])
    link = reset_link(settings.EMAIL_FILE_PATH)
    Person.objects.filter(pk=people["head"].pk).update(is_active=False)
    assert not Client().get(link, follow=True).context["validlink"]


@pytest.mark.parametrize("way", ["Folder", "SMTP"])
def test_an_outage_of_the_mail_server_loses_no_reset_letter(
    people: People, settings: Any, tmp_path: Path, way: str
) -> None:
    settings.EMAIL_BACKEND = f"notices.delivery.mail.{way}Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.EMAIL_FILE_PATH = tmp_path / "file"
    settings.EMAIL_FILE_PATH.write_text("")
    send_reset_letter(person=people["head"], by=people["staff"])
    jobs.send_password_letters()
    letter = PasswordLetter.objects.get()
    assert (letter.attempts, letter.sent_at) == (1, None)
    assert letter.answer
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = (
        "notices.delivery.mail.FolderBackend",
        tmp_path / "mail",
    )
    PasswordLetter.objects.update(next_attempt_at=letter.asked_at)
    assert reset_link(settings.EMAIL_FILE_PATH)
    assert PasswordLetter.objects.get().sent_at


def test_who_changed_the_address_does_not_send_the_letter(people: People) -> None:
    people["head"].email = "mine@demo.invalid"
    actions.save_person(person=people["head"], by=people["staff"])
    refused(partial(send_reset_letter, person=people["head"], by=people["staff"]))
    send_reset_letter(person=people["head"], by=people["admin"])
    for by in ("head", "secretary"):
        refused(partial(send_reset_letter, person=people["member"], by=people[by]))
