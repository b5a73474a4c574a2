"""The admin as a door: who comes in, what an edit writes, and that a refusal leaves nothing behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation

from audit.labels import change_lines
from audit.models import Event
from committees import access
from committees.models import Body, BodyGroupObjectPermission, Membership, Office, Person
from committees.roles import DEFAULTS, Role
from notices.models import CalendarDay, Letter, Notice
from portal.shared.days import today
from portal.shared.text import fold
from tasks.models import Order, Task
from tests.support.admin_door import MODELS, one_event, url
from tests.support.people import Bodies, TaskAt, make_body

pytestmark = pytest.mark.once

# Who comes in


def test_signing_in_is_the_portals_own(client: Client, db: None) -> None:
    answer: Any = client.get("/admin/committees/body/")
    assert answer.status_code == 302
    answer = client.get(answer.url)
    assert answer.url == "/accounts/login/?next=/admin/committees/body/"


@pytest.mark.parametrize("model", MODELS)
def test_pages_of_each_model(enter: Any, rows: dict[Any, Any], model: Any) -> None:
    change = url(model, "change", rows[model].pk)
    for name, changelist, page in (("admin", 200, 200), ("staff", 200, 200), ("head", 403, 403)):
        if name == "staff" and model in (Task, Order):
            page = 404  # an administrator sees no task by that alone
        if name == "staff" and model is Notice:
            page = 403
        client = enter(name)
        assert client.get(url(model)).status_code == changelist, name
        assert client.get(change).status_code == page, name
        history = 404 if model is Event and page == 200 else page
        assert client.get(url(model, "history", rows[model].pk)).status_code == history, name
    assert enter("admin").get(url(model) + "?q=Kh%C3%A1nh+h%C3%B2a").status_code == 200


@pytest.mark.parametrize("model", [Person, Body, Membership, Order, Task, CalendarDay])
def test_add_pages(enter: Any, people: dict[str, Person], model: Any) -> None:
    assert enter("admin").get(url(model, "add")).status_code == 200
    assert enter("staff").get(url(model, "add")).status_code == (403 if model in (Order, Task) else 200)
    assert enter("head").get(url(model, "add")).status_code == 403


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "a_00b"])
def test_no_such_row(enter: Any, key: str) -> None:
    for model in MODELS:
        assert enter("admin").get(f"{url(model)}{key}/change/").status_code == 404, model


def test_front_page(enter: Any, rows: dict[Any, Any]) -> None:
    page = enter("admin").get("/admin/").content.decode()
    listed = f"/admin/notices/letter/?state__exact=failed&failure__exact=address_refused&on__exact={today()}"
    assert listed.replace("&", "&amp;") in page
    assert enter("admin").get(listed).status_code == 200
    assert not admin.site.is_registered(Group)
    assert enter("head").get("/admin/").status_code == 403


# What an edit writes


def body_values(body: Body | None = None, **values: Any) -> dict[str, Any]:
    fields = ("code", "kind", "level", "chain", "name_vi", "parent_id", "before_means")
    stored = {name.removesuffix("_id"): getattr(body, name) or "" for name in fields} if body else {}
    usual = {"kind": "agency", "level": "provincial", "chain": "state", "before_means": "day_before"}
    return {**usual, **stored, **values}


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def test_a_body_is_entered_and_changed(enter: Any, people: dict[str, Person], bodies: Bodies) -> None:
    client = enter("staff")
    with one_event("body_entered", people["staff"]) as event:
        given = body_values(code="NEW", name_vi="Sở Nội vụ", parent=bodies.committee.pk)
        assert client.post(url(Body, "add"), given).status_code == 302
    body = Body.objects.get(code="NEW")
    assert body.path.startswith(bodies.committee.path)
    assert body.offices.count() == len(Role)
    assert not event.break_glass
    with one_event("body_changed", people["staff"]) as event:
        client.post(url(Body, "change", body.pk), body_values(body, dissolved_on="01/07/2026"))
    assert event.after == {"dissolved_on": "2026-07-01"}
    before = Event.objects.count()
    client.post(url(Body, "change", body.pk), body_values(body, dissolved_on="01/07/2026"))
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "values, field",
    [
        ({"parent": "COMMITTEE"}, "parent"),
        ({"parent": "LEAD"}, "parent"),
        ({"established_on": "02/01/2026", "dissolved_on": "01/01/2026"}, "dissolved_on"),
        ({"code": "nghệ an"}, "code"),
        ({"code": "LEAD"}, "code"),
        ({"name_vi": "a\x00b"}, "name_vi"),
        ({"name_vi": "x" * 1_000_000}, "name_vi"),
        ({"established_on": "31/02/2026"}, "established_on"),
    ],
)
def test_a_bad_body_is_said_beside_its_field(
    enter: Any, bodies: Bodies, values: dict[str, Any], field: str
) -> None:
    events, body = Event.objects.count(), bodies.committee
    if "parent" in values:
        values = {"parent": Body.objects.get(code=values["parent"]).pk}
    answer = enter("admin").post(url(Body, "change", body.pk), body_values(body, **values))
    assert (answer.status_code, list(errors(answer))) == (200, [field])
    assert Event.objects.count() == events
    assert Body.objects.get(pk=body.pk).__dict__.items() >= {"path": body.path, "code": body.code}.items()


def person_values(**values: Any) -> dict[str, Any]:
    return {"username": "moi", "name": "Người mới", "language": "vi", "is_active": "on", **values}


def test_a_person_is_entered_with_a_password(enter: Any, people: dict[str, Person], client: Client) -> None:
    password = {"new_password": "dai-va-kho-doan-1", "new_password_again": "dai-va-kho-doan-1"}
    assert enter("staff").post(url(Person, "add"), person_values(**password)).status_code == 302
    person = Person.objects.get(username="moi")
    assert person.check_password("dai-va-kho-doan-1")
    verbs = list(Event.objects.about(person).values_list("verb", flat=True))
    assert verbs == ["person_entered", "password_set"]
    assert "dai-va" not in "".join(map(str, Event.objects.values_list("after", "before")))


def test_a_person_without_password_cannot_sign_in(enter: Any, people: dict[str, Person]) -> None:
    enter("staff").post(url(Person, "add"), person_values())
    assert not Person.objects.get(username="moi").has_usable_password()


@pytest.mark.parametrize(
    "password, field",
    [
        ({"new_password": "dai-va-kho-doan-1", "new_password_again": "khac"}, "new_password_again"),
        ({"new_password": "123", "new_password_again": "123"}, "new_password"),
    ],
)
def test_a_bad_password_enters_nobody(
    enter: Any, people: dict[str, Person], password: dict[str, str], field: str
) -> None:
    events = Event.objects.count()
    answer = enter("staff").post(url(Person, "add"), person_values(**password))
    assert (answer.status_code, list(errors(answer))) == (200, [field])
    assert not Person.objects.filter(username="moi").exists()
    assert Event.objects.count() == events


def test_a_password_is_set_anew(enter: Any, people: dict[str, Person]) -> None:
    page = url(Person, "password", people["outsider"].pk)
    client = enter("staff")
    assert client.get(page).status_code == 200
    with one_event("password_set", people["staff"]) as event:
        given = {"new_password": "dai-va-kho-doan-1", "new_password_again": "dai-va-kho-doan-1"}
        assert client.post(page, given).status_code == 302
    assert (event.before, event.after) == ({}, {})
    people["outsider"].refresh_from_db()
    assert people["outsider"].check_password("dai-va-kho-doan-1")
    answer = client.post(page, {"new_password": "123", "new_password_again": "123"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["new_password"])


def test_only_a_superuser_touches_a_superuser(enter: Any, people: dict[str, Person]) -> None:
    boss, client = people["admin"], enter("staff")
    password = {"new_password": "dai-va-kho-doan-1", "new_password_again": "dai-va-kho-doan-1"}
    assert client.post(url(Person, "password", boss.pk), password).status_code == 403
    given = person_values(username="admin", email="mine@demo.invalid")
    assert client.post(url(Person, "change", boss.pk), given).status_code == 403
    assert "is_superuser" not in client.get(url(Person, "change", boss.pk)).content.decode()
    client.post(
        url(Person, "change", people["staff"].pk),
        person_values(username="staff", is_staff="on", is_superuser="on"),
    )
    client.post(url(Person), {"action": "lock", "_selected_action": [boss.pk]})
    boss.refresh_from_db()
    assert (boss.email, boss.is_active, boss.check_password("demo")) == ("admin@demo.invalid", True, True)
    assert not Person.objects.get(username="staff").is_superuser


def test_people_are_locked_in_bulk_but_nobody_locks_themself(enter: Any, people: dict[str, Person]) -> None:
    client = enter("staff")
    chosen = [people["member"].pk, people["staff"].pk]
    answer = client.post(url(Person), {"action": "lock", "_selected_action": chosen}, follow=True)
    assert list(Person.objects.filter(is_active=False)) == [people["member"]]
    assert len(list(answer.context["messages"])) == 2
    client.post(url(Person), {"action": "unlock", "_selected_action": chosen})
    assert not Person.objects.filter(is_active=False).exists()


def test_a_right_edited_for_one_body_changes_that_body_only(
    enter: Any, people: dict[str, Person], bodies: Bodies
) -> None:
    office = bodies.committee.offices.get(role=Role.MEMBER)
    others = BodyGroupObjectPermission.objects.exclude(group_id=office.pk).order_by("pk").values()
    before = list(others)
    page = enter("staff").get(url(Office, "change", office.pk))
    assert page.content.decode().count("checked") == len(DEFAULTS[Role.MEMBER])
    assert not access.allows(people["member"], "confirm_tasks", bodies.committee)
    with one_event("office_permissions_changed", people["staff"]) as event:
        given = {"permissions": ["view_tasks", "confirm_tasks"]}
        assert enter("staff").post(url(Office, "change", office.pk), given).status_code == 302
    assert event.after == {"permissions": ["confirm_tasks", "view_tasks"]}
    assert access.permissions_of(office) == {"view_tasks", "confirm_tasks"}
    assert access.allows(people["member"], "confirm_tasks", bodies.committee)
    assert not access.allows(people["member"], "confirm_tasks", bodies.sister)
    assert list(others) == before
    answer = enter("staff").post(url(Office, "change", office.pk), {"permissions": ["rule_the_world"]})
    assert list(errors(answer)) == ["permissions"]
    assert access.permissions_of(office) == {"view_tasks", "confirm_tasks"}


def term_values(person: Person, office: Office, **values: Any) -> dict[str, Any]:
    return {"person": person.pk, "office": office.pk, "starts_on": "01/01/2026", **values}


def test_a_person_is_appointed_and_a_term_ends(enter: Any, people: dict[str, Person], bodies: Bodies) -> None:
    client, office = enter("staff"), bodies.sister.offices.get(role=Role.HEAD)
    with one_event("membership_entered", people["staff"]) as event:
        assert client.post(url(Membership, "add"), term_values(people["outsider"], office)).status_code == 302
    assert event.body_ids == [bodies.sister.pk]
    term = Membership.objects.get(person=people["outsider"])
    assert client.get(url(Membership) + "?term=now&q=outsider").context["cl"].result_count == 1
    with one_event("membership_changed", people["staff"]):
        client.post(url(Membership), {"action": "end_today", "_selected_action": [term.pk]})
    term.refresh_from_db()
    assert term.ends_on == today()
    assert client.post(url(Membership, "delete", term.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "values, field",
    [
        ({"starts_on": "02/01/2026", "ends_on": "01/01/2026"}, "ends_on"),
        ({"starts_on": "01/06/2026"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "32/01/2026"}, "starts_on"),
        ({"person": "987654"}, "person"),
        ({"office": "head"}, "office"),
        ({"office": "9" * 30}, "office"),
    ],
)
def test_a_bad_term_is_said_beside_its_field(
    enter: Any, people: dict[str, Person], bodies: Bodies, values: dict[str, Any], field: str
) -> None:
    terms, events = list(Membership.objects.values()), Event.objects.count()
    office = bodies.committee.offices.get(role=Role.MEMBER)
    given = {**term_values(people["member"], office), **values}
    answer = enter("staff").post(url(Membership, "add"), given)
    assert (answer.status_code, list(errors(answer))) == (200, [field])
    assert (list(Membership.objects.values()), Event.objects.count()) == (terms, events)


def test_the_calendar_is_kept_through_events(enter: Any, people: dict[str, Person]) -> None:
    client = enter("staff")
    with one_event("calendar_day_entered", people["staff"]):
        client.post(url(CalendarDay, "add"), {"day": "02/09/2030", "name": "Quốc khánh"})
    day = CalendarDay.objects.get(name="Quốc khánh")
    with one_event("calendar_day_changed", people["staff"]) as event:
        given = {"day": "02/09/2030", "name": "Quốc khánh", "is_working": "on"}
        client.post(url(CalendarDay, "change", day.pk), given)
    assert event.after == {"is_working": True}
    answer = client.post(url(CalendarDay, "add"), {"day": "02/09/2030", "name": "Lại"})
    assert list(errors(answer)) == ["day"]
    with one_event("calendar_day_deleted", people["staff"]):
        assert client.post(url(CalendarDay, "delete", day.pk), {"post": "yes"}).status_code == 302
    assert not CalendarDay.objects.filter(pk=day.pk).exists()
    days = [CalendarDay.objects.create(day=date(2031, 1, n), is_working=False, name="x").pk for n in (1, 2)]
    gone = {"action": "delete_selected", "_selected_action": days, "post": "yes"}
    client.post(url(CalendarDay), gone)
    assert not CalendarDay.objects.filter(pk__in=days).exists()
    assert Event.objects.filter(verb="calendar_day_deleted").count() == 3


# What staff do not read


def test_staff_read_no_task_in_letters_notices_and_events(enter: Any, rows: dict[Any, Any]) -> None:
    said = "Lập danh mục điểm lõm sóng"
    letter, task = rows[Letter], rows[Task]
    assert enter("staff").get(url(Letter, "html", letter.pk)).status_code == 403
    pages = [url(Letter), url(Letter, "change", letter.pk), url(Notice), url(Event)]
    pages += [url(model) + "?q=danh+muc" for model in (Task, Order, Event)]
    for page in pages:
        text = enter("staff").get(page).content.decode()
        assert said not in text, page
        assert f"overdue:{task.pk}" not in text, page
    event = Event.objects.about(task).get(verb="task_drafted")
    assert enter("staff").get(url(Event, "change", event.pk)).status_code == 404
    assert "550 no such user" in enter("staff").get(url(Letter, "change", letter.pk)).content.decode()
    found = (
        enter("staff")
        .get("/admin/autocomplete/?app_label=tasks&model_name=task&field_name=parent&term=")
        .json()
    )
    assert found["results"] == []


def test_a_superuser_reads_the_letter_in_its_own_policy(enter: Any, rows: dict[Any, Any]) -> None:
    letter = rows[Letter]
    assert "Lập danh mục" in enter("admin").get(url(Letter, "change", letter.pk)).content.decode()
    answer = enter("admin").get(url(Letter, "html", letter.pk))
    assert answer.content.decode() == letter.html
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("model", [Notice, Letter, Event])
def test_nobody_edits_what_is_only_read(enter: Any, rows: dict[Any, Any], model: Any) -> None:
    for name in ("admin", "staff"):
        client = enter(name)
        assert client.get(url(model, "add")).status_code == 403
        assert client.post(url(model, "change", rows[model].pk), {}).status_code == 403
        assert client.post(url(model, "delete", rows[model].pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Person, Body, Office, Membership, Order, Task])
def test_nothing_is_deleted(enter: Any, rows: dict[Any, Any], model: Any) -> None:
    assert enter("admin").post(url(model, "delete", rows[model].pk), {"post": "yes"}).status_code == 403
    enter("admin").post(
        url(model), {"action": "delete_selected", "_selected_action": [rows[model].pk], "post": "yes"}
    )
    assert model.objects.filter(pk=rows[model].pk).exists()


def test_found_without_marks(enter: Any, people: dict[str, Person], bodies: Bodies) -> None:
    people["member"].name = "Nguyễn Thị Đào"
    people["member"].save()
    client = enter("staff")
    assert [row.pk for row in client.get(url(Person) + "?q=thi+dao").context["cl"].result_list] == [
        people["member"].pk
    ]
    make_body("TECH", name_vi="Ban Công nghệ")
    for words, codes in (
        ("khanh+hoa", ["COMMITTEE"]),
        ("nghe+an", ["SISTER"]),
        ("nghe+ban", ["SISTER", "TECH"]),
    ):
        found = client.get(f"{url(Body)}?q={words}").context["cl"].result_list
        assert sorted(body.code for body in found) == codes
    assert client.get(url(Membership) + "?q=Thị+Đào+Khánh+Hòa").context["cl"].result_count == 1
    ask = "/admin/autocomplete/?app_label=committees&model_name=membership&field_name=office&term="
    assert len(client.get(ask + "khanh+hoa").json()["results"]) == len(Role)
    assert client.get(ask + "a%00b").status_code == 200
    with translation.override("vi"):
        word = fold(str(Role.SECRETARY.label))
    assert len(client.get(ask + f"{word} khanh hoa").json()["results"]) == 1


def test_a_history_reads_in_words(
    enter: Any, people: dict[str, Person], bodies: Bodies, task_at: TaskAt
) -> None:
    task = task_at("submitted")
    with translation.override("en"):
        lines = change_lines(Event.objects.about(task))
    said = {line for of_event in lines.values() for line in of_event}
    assert ("state", "in progress", "waiting for confirmation") in said
    assert ("lead", "–", "Sở Khoa học và Công nghệ") in said
    text = enter("admin").get(url(Task, "history", task.pk)).content.decode()
    assert "Sở Khoa học và Công nghệ" in text
