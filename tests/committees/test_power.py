"""Nobody gives themselves power: no office, no right, no password, by any door and any detour."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Body, Membership, Office, Person, ProposedTerm
from committees.roles import PERMISSIONS, Role
from notices.appointments import (
    compose_appointed,
    compose_break_glass,
    recheck_appointed,
    recheck_break_glass,
)
from notices.calendar import Calendar
from notices.delivery.sender import send_owed
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import SINCE, Bodies, appoint, make_body, make_person

People = dict[str, Person]
DAY = timedelta(days=1)


def new_term(person: Person, body: Body, role: Role) -> Membership:
    return Membership(person=person, office=body.offices.get(role=role), starts_on=today())


def refused(act: Callable[[], Any]) -> str:
    """The sentence of a refusal that left nothing behind."""
    before = (list(Membership.objects.values()), list(ProposedTerm.objects.values()), Event.objects.count())
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act()
    after = (list(Membership.objects.values()), list(ProposedTerm.objects.values()), Event.objects.count())
    assert before == after
    assert refusal.value.status == 403
    return str(refusal.value)


def only_administrator(people: People, who: str) -> Person:
    """As in a small office where there never was another one."""
    Person.objects.filter(is_staff=True).exclude(pk=people[who].pk).update(is_staff=False, is_superuser=False)
    return people[who]


# --- offices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("who", ["head", "secretary", "standing_deputy", "officer"])
def test_nobody_appoints_themselves(bodies: Bodies, people: People, who: str, role: str) -> None:
    for body in (bodies.committee, bodies.lead):
        refused(
            partial(
                actions.save_membership,
                membership=new_term(people[who], body, Role(role)),
                by=people[who],
            )
        )


@pytest.mark.parametrize("who", ["head", "secretary"])
@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2099, 12, 31)},
        {"ends_on": date(2025, 6, 30)},
        {"starts_on": SINCE - DAY},
        {"fields": "Dữ liệu"},
        {"position": "Trưởng ban"},
    ],
)
def test_nobody_extends_or_changes_their_own_office(
    bodies: Bodies, people: People, who: str, change: dict[str, Any]
) -> None:
    term = people[who].memberships.get()
    for name, value in change.items():
        setattr(term, name, value)
    refused(partial(actions.save_membership, membership=term, by=people[who]))


def test_nobody_passes_their_term_on_or_takes_another(bodies: Bodies, people: People) -> None:
    """The person of a term can be exchanged too: neither theirs for another's nor another's for theirs."""
    mine, other = people["secretary"].memberships.get(), people["assistant"].memberships.get()
    mine.person = people["outsider"]
    refused(partial(actions.save_membership, membership=mine, by=people["secretary"]))
    other.person = people["secretary"]
    refused(partial(actions.save_membership, membership=other, by=people["secretary"]))


@pytest.mark.parametrize(
    "by, role, may",
    [
        ("secretary", Role.HEAD, False),
        ("secretary", Role.STANDING_DEPUTY, False),
        ("secretary", Role.DEPUTY, False),
        ("secretary", Role.STANDING_MEMBER, True),
        ("secretary", Role.SECRETARY, True),
        ("secretary", Role.OFFICER, True),
        ("secretary", Role.INSPECTOR, True),
        ("head", Role.HEAD, False),
        ("head", Role.STANDING_DEPUTY, True),
        ("head", Role.DEPUTY, True),
        ("head", Role.SECRETARY, True),
        ("head", Role.ASSISTANT, True),
        ("staff", Role.HEAD, True),
        ("admin", Role.HEAD, True),
        ("above", Role.HEAD, True),
        ("above", Role.MEMBER, False),
        ("inspector", Role.HEAD, False),
        ("sister", Role.MEMBER, False),
    ],
)
def test_nobody_fills_an_office_that_may_do_more(
    bodies: Bodies, people: People, by: str, role: Role, may: bool
) -> None:
    people["above"] = make_person("above")
    appoint(people["above"], bodies.top, Role.SECRETARY)
    term = new_term(people["outsider"], bodies.committee, role)
    act = partial(actions.save_membership, membership=term, by=people[by])
    if may:
        assert act().pk
    else:
        refused(act)


def test_offices_are_compared_by_what_they_may_do_today(bodies: Bodies, people: People) -> None:
    """A member's office that this province lets decide extensions is more than a secretary's."""
    office = bodies.committee.offices.get(role=Role.MEMBER)
    act = partial(
        actions.save_membership,
        membership=new_term(people["outsider"], bodies.committee, Role.MEMBER),
        by=people["secretary"],
    )
    actions.set_office_permissions(
        office=office, permissions=["view_tasks", "decide_extensions"], by=people["admin"]
    )
    assert str(PERMISSIONS["decide_extensions"]) in refused(act)
    actions.set_office_permissions(office=office, permissions=["view_tasks"], by=people["admin"])
    assert act().pk


def test_a_root_body_gets_its_head_from_an_administrator(bodies: Bodies, people: People) -> None:
    appoint(people["deputy"], bodies.top, Role.SECRETARY)
    term = new_term(people["outsider"], bodies.top, Role.HEAD)
    refused(partial(actions.save_membership, membership=term, by=people["deputy"]))
    assert actions.save_membership(membership=term, by=people["staff"]).pk


def test_who_stands_in_decides_nothing_about_the_absent(bodies: Bodies, people: People) -> None:
    away = Absence(person=people["secretary"], deputy=people["assistant"], starts_on=today(), ends_on=today())
    actions.save_absence(absence=away, by=people["secretary"])
    refused(
        partial(
            actions.end_membership,
            membership=people["secretary"].memberships.get(absence=None),
            ends_on=today(),
            by=people["assistant"],
        )
    )


@pytest.mark.parametrize(
    "by, deputy, may",
    [
        ("head", "secretary", True),
        ("secretary", "secretary", False),
        ("secretary", "assistant", False),
        ("staff", "assistant", True),
    ],
)
def test_nobody_becomes_deputy_of_the_head_by_their_own_hand(
    bodies: Bodies, people: People, by: str, deputy: str, may: bool
) -> None:
    away = Absence(person=people["head"], deputy=people[deputy], starts_on=today(), ends_on=today() + DAY)
    act = partial(actions.save_absence, absence=away, by=people[by])
    if may:
        assert act().pk
    else:
        refused(act)
        assert not access.allows(people[deputy], "assign_tasks", bodies.committee)


def test_an_administrator_is_not_their_own_deputy(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    away = Absence(person=people["head"], deputy=people["staff"], starts_on=today(), ends_on=today())
    refused(partial(actions.save_absence, absence=away, by=people["staff"]))
    actions.save_absence(absence=away, by=people["admin"])
    away.ends_on += DAY
    refused(partial(actions.save_absence, absence=away, by=people["staff"]))


def test_who_stands_in_gives_the_absent_no_more_offices(bodies: Bodies, people: People) -> None:
    """The deputy would hold it with them: through the body above, in advance, or as an administrator."""
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    for deputy, first in (("member", 0), ("secretary", 5), ("staff", 9)):
        away = Absence(person=people["head"], deputy=people[deputy], starts_on=today() + first * DAY)
        away.ends_on = away.starts_on
        actions.save_absence(absence=away, by=people["head"])
        for body, role in ((bodies.lead, Role.HEAD), (bodies.committee, Role.OFFICER)):
            term = new_term(people["head"], body, role)
            refused(partial(actions.save_membership, membership=term, by=people[deputy]))


def test_closing_an_account_is_no_way_around(bodies: Bodies, people: People) -> None:
    for by, who in (("secretary", "head"), ("secretary", "deputy"), ("head", "head"), ("staff", "admin")):
        refused(partial(actions.close_account, person=people[who], by=people[by], last_day=today()))
    assert actions.close_account(person=people["assistant"], by=people["secretary"], last_day=today())


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
    actions.send_reset_letter(person=people["head"], by=people["staff"])
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
    actions.send_reset_letter(person=people["head"], by=people["staff"])
    Person.objects.filter(pk=people["head"].pk).update(is_active=False)
    assert not Client().get(reset_link(settings.EMAIL_FILE_PATH), follow=True).context["validlink"]


@pytest.mark.parametrize("way", ["Folder", "SMTP"])
def test_a_reset_letter_that_cannot_leave_is_a_sentence(
    people: People, settings: Any, tmp_path: Path, way: str
) -> None:
    settings.EMAIL_BACKEND = f"notices.delivery.mail.{way}Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.EMAIL_FILE_PATH = tmp_path / "file"
    settings.EMAIL_FILE_PATH.write_text("")
    with pytest.raises(ValidationError, match=r"did not leave|chưa gửi đi được"):
        actions.send_reset_letter(person=people["head"], by=people["staff"])
    assert not Event.objects.filter(verb="reset_letter_sent").exists()


def test_who_changed_the_address_does_not_send_the_letter(people: People) -> None:
    people["head"].email = "mine@demo.invalid"
    actions.save_person(person=people["head"], by=people["staff"])
    refused(partial(actions.send_reset_letter, person=people["head"], by=people["staff"]))
    actions.send_reset_letter(person=people["head"], by=people["admin"])
    for by in ("head", "secretary"):
        refused(partial(actions.send_reset_letter, person=people["member"], by=people[by]))


# --- told -----------------------------------------------------------------------------------------


def test_an_appointment_is_told_to_both_heads_by_notice_and_letter(
    bodies: Bodies, people: People, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people["top_head"] = make_person("top_head")
    appoint(people["top_head"], bodies.top, Role.HEAD)
    term = new_term(people["outsider"], bodies.committee, Role.ASSISTANT)
    actions.save_membership(membership=term, by=people["secretary"])
    told = Notice.objects.filter(kind="appointed", about_id=term.pk)
    assert {notice.person.username for notice in told.all()} == {"head", "top_head"}
    term.position = "Chuyên viên"
    actions.save_membership(membership=term, by=people["secretary"])
    assert told.count() == 2  # words give no rights
    actions.end_membership(membership=term, ends_on=today() + 9 * DAY, by=people["secretary"])
    assert told.count() == 4
    from django.core import mail

    day = next(today() + n * DAY for n in range(1, 20) if Calendar.read().working_day(today() + n * DAY))
    send_owed(day)
    for name in ("head", "top_head"):
        (letter,) = [one for one in mail.outbox if name == _account(one.to[0])]
        assert "Outsider" in str(letter.body)


def test_an_end_at_once_is_told_like_another_last_day(bodies: Bodies, people: People) -> None:
    term = people["assistant"].memberships.get()
    actions.end_membership(membership=term, by=people["secretary"])
    assert {one.person for one in Notice.objects.filter(kind="appointed", about_id=term.pk)} == {
        people["head"]
    }
    Notice.objects.all().delete()
    begun = appoint(people["outsider"], bodies.committee, Role.MEMBER, starts_on=today())
    actions.end_membership(membership=begun, by=people["secretary"])
    assert not Notice.objects.exists()  # taken back: there is nothing of it


@pytest.mark.parametrize(
    "by, expected",
    [
        ("head", {"member", "secretary", "top_head"}),
        ("admin", {"head", "member", "secretary", "top_head"}),
    ],
)
def test_a_deputy_is_told_of_like_another_appointment(
    bodies: Bodies, people: People, by: str, expected: set[str]
) -> None:
    appoint(make_person("top_head"), bodies.top, Role.HEAD)
    away = Absence(person=people["head"], deputy=people["member"], starts_on=today(), ends_on=today() + DAY)
    actions.save_absence(absence=away, by=people[by])
    term = away.terms.get()
    told = Notice.objects.filter(kind="appointed", about_id=term.pk)
    assert {notice.person.username for notice in told.all()} == expected
    notice = told.earliest("pk")
    line = compose_appointed([notice], today())[notice.pk]
    assert (line.title, str(people["head"]) in line.sentence) == (str(people["member"]), True)
    count = told.count()
    away.reason = "Đi công tác"
    actions.save_absence(absence=away, by=people[by])
    assert told.count() == count  # words give no rights
    away.ends_on += DAY
    actions.save_absence(absence=away, by=people[by])
    assert told.count() == 2 * count


def test_the_only_administrator_as_deputy_by_their_own_hand_is_marked_and_told(
    bodies: Bodies, people: People
) -> None:
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    by = only_administrator(people, "staff")
    away = Absence(person=people["head"], deputy=by, starts_on=today(), ends_on=today() + DAY)
    actions.save_absence(absence=away, by=by)
    assert Event.objects.get(verb="absence_entered").break_glass
    told = Notice.objects.filter(kind="appointed", about_id=away.terms.get().pk)
    assert {notice.person.username for notice in told if notice.data["own"]} == {"head", "secretary"}


def told_of_break_glass() -> set[str]:
    """Who is told, each of them once; the sentence says who did it."""
    notices = list(Notice.objects.filter(kind="break_glass").order_by("pk"))
    lines = compose_break_glass(notices, today())
    assert all("Staff" in line.sentence for line in lines.values())
    assert recheck_break_glass(notices, today()) == {}
    people = [notice.person.username for notice in notices]
    assert len(people) == len(set(people))
    return set(people)


def test_rights_for_ones_own_office_are_told_by_notice_and_letter(
    bodies: Bodies, people: People, settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    appoint(make_person("top_head"), bodies.top, Role.HEAD)
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    by, office = only_administrator(people, "staff"), bodies.committee.offices.get(role=Role.MEMBER)
    rights = ["view_tasks", "confirm_tasks"]
    actions.set_office_permissions(office=office, permissions=rights, by=by)
    assert Event.objects.get(verb="office_permissions_changed").break_glass
    assert told_of_break_glass() == {"head", "secretary", "top_head"}
    # The same rights again are no news, nor are those of an office that they do not hold.
    actions.set_office_permissions(office=office, permissions=rights, by=by)
    other = bodies.committee.offices.get(role=Role.INSPECTOR)
    actions.set_office_permissions(office=other, permissions=["view_tasks"], by=by)
    assert Notice.objects.filter(kind="break_glass").count() == 3
    day = next(today() + n * DAY for n in range(1, 20) if Calendar.read().working_day(today() + n * DAY))
    send_owed(day)
    for name in ("head", "secretary", "top_head"):
        (letter,) = [one for one in mailoutbox if name == _account(one.to[0])]
        assert "Staff" in str(letter.body)
    appoint(people["outsider"], bodies.committee, Role.HEAD)
    notices = list(Notice.objects.filter(kind="break_glass"))
    people["head"].memberships.all().delete()
    dropped = recheck_break_glass(notices, today())
    assert [one.person.username for one in notices if one.pk in dropped] == ["head"]


def test_rights_for_an_office_of_later_are_told_too(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.lead, Role.INSPECTOR, starts_on=today() + 9 * DAY)
    by, office = only_administrator(people, "staff"), bodies.lead.offices.get(role=Role.INSPECTOR)
    actions.set_office_permissions(office=office, permissions=["view_tasks", "confirm_tasks"], by=by)
    assert told_of_break_glass() == {"lead_head", "head"}


def test_a_body_moved_under_ones_own_is_told_to_all_heads_around_it(bodies: Bodies, people: People) -> None:
    """That of the body, of the one above from now on, and of the one that loses it."""
    appoint(make_person("sister_head"), bodies.sister, Role.HEAD)
    appoint(people["staff"], bodies.sister, Role.INSPECTOR)
    by = only_administrator(people, "staff")
    left = bodies.lead.parent
    bodies.lead.parent = bodies.sister
    actions.save_body(body=bodies.lead, by=by)
    assert Event.objects.get(verb="body_changed").break_glass
    assert left == bodies.committee
    assert told_of_break_glass() == {"lead_head", "sister_head", "head", "secretary"}
    bodies.lead.name_en = "Another name"
    actions.save_body(body=bodies.lead, by=by)
    assert told_of_break_glass() == {"lead_head", "sister_head", "head", "secretary"}


def test_a_letter_to_an_address_that_one_changed_is_told(
    bodies: Bodies, people: People, mailoutbox: Any
) -> None:
    by = only_administrator(people, "staff")
    people["member"].email = "staff2@demo.invalid"
    actions.save_person(person=people["member"], by=by)
    actions.send_reset_letter(person=people["member"], by=by)
    assert Event.objects.get(verb="reset_letter_sent").break_glass
    assert told_of_break_glass() == {"head", "secretary"}


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("act", ["appointed", "rights", "moved"])
def test_of_a_body_without_a_head_the_nearest_above_hear(
    bodies: Bodies, people: People, depth: int, act: str
) -> None:
    by, body = only_administrator(people, "staff"), bodies.committee
    for level in range(depth + 1):
        body = make_body(f"DEEP{level}", body)
    kind = "appointed" if act == "appointed" else "break_glass"
    match act:
        case "appointed":
            actions.save_membership(membership=new_term(by, body, Role.HEAD), by=by)
        case "rights":
            appoint(by, body, Role.HEAD)
            office = body.offices.get(role=Role.HEAD)
            actions.set_office_permissions(office=office, permissions=["view_tasks"], by=by)
        case "moved":
            appoint(by, body, Role.HEAD)
            free = make_body("FREE", None)
            free.parent = body
            actions.save_body(body=free, by=by)
    told = Notice.objects.filter(kind=kind)
    assert [one.person.username for one in told] == ["head"]
    recheck = recheck_appointed if act == "appointed" else recheck_break_glass
    assert recheck(list(told), today()) == {}
    # Whoever appoints another there goes on telling two levels and no more.
    actions.save_membership(membership=new_term(people["outsider"], body, Role.MEMBER), by=by)
    term = people["outsider"].memberships.get()
    assert not Notice.objects.filter(kind="appointed", about_id=term.pk).exists()


def _account(address: str) -> str:
    found = re.search(r"(\w+)@", address)
    assert found
    return found[1]


# --- the doors of an administrator ----------------------------------------------------------------


def test_every_door_of_an_administrator_proposes(
    enter: Any,
    bodies: Bodies,
    people: People,
) -> None:
    client, office = enter("staff"), bodies.top.offices.get(role=Role.HEAD)
    added = {"person": people["staff"].pk, "office": office.pk, "starts_on": "01/01/2026"}
    assert "proposedterm" in client.post(url(Membership, "add"), added)["Location"]
    typed = {"person": "staff", "role": "member", "starts_on": "01/01/2026"}
    assert client.post("/bodies/COMMITTEE/appoint/", typed).status_code == 302
    answer = Api(people["staff"]).post(
        "memberships/", person="staff", body="COMMITTEE", role="officer", starts_on="2026-01-01"
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert not people["staff"].memberships.exists()
    waiting = list(ProposedTerm.objects.order_by("pk"))
    assert len(waiting) == 3
    chosen = {"action": "approve", "_selected_action": [one.pk for one in waiting]}
    client.post(url(ProposedTerm), chosen)
    assert not people["staff"].memberships.exists()
    enter("admin").post(url(ProposedTerm), chosen)
    assert people["staff"].memberships.count() == 3


# --- every detour ---------------------------------------------------------------------------------


def power(person: Person) -> set[tuple[str, str]]:
    """All that an account may do today and next month, flags and reading from above included."""
    person = Person.objects.get(pk=person.pk)
    found = {("flag", name) for name in ("is_staff", "is_superuser") if getattr(person, name)}
    if person.is_superuser:
        return found
    for day in (today(), today() + 30 * DAY):
        for pk, names in access.grants(person, day).items():
            found |= {(str(pk), name) for name in names}
        for name in access.READING:
            found |= {(str(body.pk), name) for body in access.bodies(person, name, day)}
    return found


def moves(me: Person, everybody: list[Person]) -> Iterator[Callable[[], Any]]:
    """Whatever a person could try alone; most of it is refused."""
    bodies = list(Body.objects.all())
    me = Person.objects.get(pk=me.pk)
    for office in Office.objects.select_related("body"):
        for person in (me, *everybody):
            term = Membership(person=person, office=office, starts_on=today())
            yield partial(actions.appoint, membership=term, by=me)
        yield partial(actions.set_office_permissions, office=office, permissions=[*PERMISSIONS], by=me)
    for term in Membership.objects.filter(absence=None):
        yield partial(actions.end_membership, membership=term, ends_on=today() + 400 * DAY, by=me)
        for office in Office.objects.filter(body=term.office.body_id):
            changed = Membership.objects.get(pk=term.pk)
            changed.office = office
            yield partial(actions.appoint, membership=changed, by=me)
        taken = Membership.objects.get(pk=term.pk)
        taken.person = me
        yield partial(actions.appoint, membership=taken, by=me)
    for person in everybody:
        away = Absence(person=person, deputy=me, starts_on=today(), ends_on=today() + 60 * DAY)
        yield partial(actions.save_absence, absence=away, by=me)
        yield partial(actions.close_account, person=person, by=me, last_day=today())
        yield partial(actions.set_password, person=person, new_password="dai-va-kho-57", by=me)
    for absence in Absence.objects.all():
        absence.ends_on += 60 * DAY
        yield partial(actions.save_absence, absence=absence, by=me)
    for proposal in ProposedTerm.objects.all():
        yield partial(actions.approve_term, proposal=proposal, by=me)
    for body in bodies:
        for parent in bodies:
            moved = Body.objects.get(pk=body.pk)
            moved.parent = parent
            yield partial(actions.save_body, body=moved, by=me)
    for name in ("is_staff", "is_superuser"):
        own = Person.objects.get(pk=me.pk)
        setattr(own, name, True)
        yield partial(actions.save_person, person=own, by=me)
    for person in everybody:
        person = Person.objects.get(pk=person.pk)
        person.is_active = person.is_staff = False
        yield partial(actions.save_person, person=person, by=me)


@pytest.mark.parametrize(
    "who", ["secretary", "head", "officer", "deputy", "assistant", "staff", "serving_staff", "standing_in"]
)
def test_no_sequence_of_ones_own_acts_gives_power(bodies: Bodies, people: People, who: str) -> None:
    """Walks through what is allowed, chosen by chance with a fixed seed; each step is taken alone."""
    people["serving_staff"] = make_person("serving_staff", is_staff=True)
    appoint(people["serving_staff"], bodies.sister, Role.INSPECTOR)
    people["standing_in"] = make_person("standing_in")
    appoint(people["standing_in"], bodies.committee, Role.MEMBER)
    away = Absence(person=people["head"], deputy=people["standing_in"], starts_on=today(), ends_on=today())
    actions.save_absence(absence=away, by=people["head"])
    me, others = people[who], [people[name] for name in ("head", "member", "lead_head", "admin", "outsider")]
    chance, before, taken = random.Random(57), power(me), 0
    passwords = {person.pk: person.password for person in others if person.username != "outsider"}
    for _walk in range(4):
        with transaction.atomic():
            for _step in range(3):
                choices = list(moves(me, [one for one in others if one != me]))
                for act in chance.sample(choices, 40):
                    try:
                        with transaction.atomic():
                            act()
                    except (Refused, ValidationError):
                        continue
                    taken += 1
                    gained = power(me) - before
                    assert not gained, (act, gained)
            stored = dict(Person.objects.filter(pk__in=passwords).values_list("pk", "password"))
            assert all(
                stored[pk] == password or not Person.objects.get(pk=pk).is_active
                for pk, password in passwords.items()
            )
            transaction.set_rollback(True)
    assert taken or who in ("officer", "deputy", "assistant")
