"""What did not change is not asked again: after a leader left, every other field can still be changed.

Each door sends back what it showed, with one field typed into.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from committees import actions as committee_actions
from committees.models import Absence, Body, Membership, Person
from committees.roles import Role
from imports import actions as import_actions
from notices import actions as notice_actions
from notices.models import CalendarDay, Policy
from notices.policy import schedule as policies
from portal.shared.days import today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.lists import sheet
from tasks.models import Order, Part, Task
from tasks.orders import actions as order_actions
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person, task_below
from tests.support.shown import as_shown

pytestmark = pytest.mark.django_db
People = dict[str, Person]
DAY = timedelta(days=1)
CONTROL = "Cấp tỉnh\x07"
"""What no door takes, as an older portal may have kept it."""


@pytest.fixture
def task(task_at: TaskAt, order: Order, people: People) -> Task:
    """At work; its leader in charge left yesterday, and the account is locked."""
    task = task_at("in_progress", order=order, number="4")
    actions.name_people(task=task, by=people["officer"], leader=people["lead_head"], contact=None)
    committee_actions.close_account(person=people["lead_head"], by=people["admin"], last_day=today() - DAY)
    task.refresh_from_db()
    return task


def signed_in(person: Person) -> Client:
    Person.objects.filter(pk=person.pk).update(language="en", is_staff=True)
    client = Client()
    client.force_login(person)
    return client


def later() -> date:
    return today() + 40 * DAY


# --- a task whose leader left ---------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["due_on", "contact", "order", "deliverable", "leader", "priority"])
def test_any_field_changes_after_a_leader_left(
    task: Task, people: People, bodies: Bodies, field: str
) -> None:
    other = Order.objects.create(body=bodies.committee, number="12-KH/BCĐ", kind=Order.Kind.PLAN)
    value: Any = {
        "due_on": later(),
        "contact": people["officer"],
        "order": other,
        "deliverable": "Bản đồ",
        "leader": None,
        "priority": "urgent",
    }[field]
    actions.edit_task(task=task, values={field: value}, by=people["secretary"])
    task.refresh_from_db()
    assert getattr(task, field) == value


def test_the_page_shows_who_left_and_keeps_them(task: Task, people: People) -> None:
    client, address = signed_in(people["secretary"]), f"/tasks/{task.pk}/edit/"
    sent = as_shown(client, address, due_on=f"{later():%d/%m/%Y}")
    assert sent["leader"] == str(people["lead_head"].pk)
    assert client.post(address, sent).status_code == 302
    task.refresh_from_db()
    assert (task.due_on, task.leader) == (later(), people["lead_head"])


def test_the_api_changes_another_field(task: Task, people: People) -> None:
    api, day = Api(people["secretary"]), later()
    answer = api.patch(f"tasks/{task.pk}/", version=task.version, due_on=day)
    assert (answer.status_code, answer.json()["due_on"]) == (200, f"{day}")
    # A client that sends back all that it read names the leader too.
    again = {"leader": "lead_head", "deliverable": "Bản đồ", "version": answer.json()["version"]}
    assert api.patch(f"tasks/{task.pk}/", **again).json()["deliverable"] == "Bản đồ"
    refused = api.patch(f"tasks/{task.pk}/", version=again["version"] + 1, contact="lead_head")
    assert (refused.status_code, list(refused.json())) == (400, ["contact"])


def test_the_admin_changes_another_field(task: Task, people: People) -> None:
    client, address = signed_in(people["secretary"]), url(Task, "change", task.pk)
    sent = as_shown(client, address, deliverable="Bản đồ")
    assert sent["leader"] == str(people["lead_head"].pk)
    assert client.post(address, sent).status_code == 302
    task.refresh_from_db()
    assert (task.deliverable, task.leader) == ("Bản đồ", people["lead_head"])


def returned(task: Task, people: People, **cells: Any) -> None:
    """The exported sheet of the task comes back with these cells changed, and is written."""
    row = {"row": 1, "state": "", **sheet.values_of(task), **cells}
    book, kept = Workbook(), BytesIO()
    book.worksheets[0].append([str(column.head) for column in sheet.COLUMNS])
    book.worksheets[0].append([row[column.name] for column in sheet.COLUMNS])
    book.save(kept)
    assert task.order is not None
    file = SimpleUploadedFile("nhiem-vu.xlsx", kept.getvalue())
    imported = import_actions.start_import(order=task.order, file=file, by=people["secretary"])
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert [row.problems for row in imported.rows.all()] == [[]]
    import_actions.write_import(imported=imported, by=people["secretary"])
    task.refresh_from_db()


def test_a_sheet_that_comes_back_changes_another_field(task: Task, people: People) -> None:
    returned(task, people, deliverable="Bản đồ", due=later())
    assert (task.deliverable, task.due_on, task.leader) == ("Bản đồ", later(), people["lead_head"])


def test_the_contact_is_named_although_the_leader_left(task: Task, people: People) -> None:
    client, address = signed_in(people["officer"]), f"/tasks/{task.pk}/name-people/"
    sent = as_shown(client, address, contact=people["officer"].pk)
    assert sent["leader"] == str(people["lead_head"].pk)
    assert client.post(address, sent).status_code == 302
    task.refresh_from_db()
    assert (task.leader, task.contact) == (people["lead_head"], people["officer"])
    api, address = Api(people["officer"]), f"tasks/{task.pk}/name-people/"
    assert api.post(address, leader="lead_head", contact=None).status_code == 200
    assert list(api.post(address, contact="lead_head").json()) == ["contact"]
    with pytest.raises(ValidationError):
        actions.name_people(task=task, by=people["officer"], leader=None, contact=people["lead_head"])


def test_whoever_left_is_not_named_anew(task: Task, people: People) -> None:
    for values in ({"contact": people["lead_head"]}, {"leader": people["outsider"]}):
        with pytest.raises(ValidationError) as refused:
            actions.edit_task(task=task, values=values, by=people["secretary"])
        assert set(refused.value.message_dict) == set(values)


# --- other things that ended ----------------------------------------------------------------------------


def test_a_task_whose_lead_body_was_dissolved(task: Task, people: People, bodies: Bodies) -> None:
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=today())
    actions.edit_task(task=task, values={"deliverable": "Bản đồ"}, by=people["secretary"])
    task.refresh_from_db()
    assert task.deliverable == "Bản đồ"


def test_a_body_that_helps_was_dissolved(task: Task, people: People, bodies: Bodies) -> None:
    Body.objects.filter(pk=bodies.helper.pk).update(dissolved_on=today())
    client, address = signed_in(people["secretary"]), f"/tasks/{task.pk}/edit/"
    assert client.post(address, as_shown(client, address, deliverable="Bản đồ")).status_code == 302
    assert [part.body for part in Part.objects.filter(task=task)] == [bodies.helper]
    # One more who helps does not ask after the other; a dissolved one is not chosen anew.
    returned(
        Task.objects.get(pk=task.pk), people, coordinating=f"{bodies.helper.brief}; {bodies.sister.brief}"
    )
    assert {part.body for part in Part.objects.filter(task=task)} == {bodies.helper, bodies.sister}
    asked = [PartSpec(Body.objects.get(pk=bodies.helper.pk), "coordinating", "Việc khác")]
    with pytest.raises(ValidationError) as refused:
        actions.edit_task(task=task, values={}, parts=asked, by=people["secretary"])
    assert set(refused.value.message_dict) == {"parts"}


def test_a_cycle_that_runs_past_the_day_above(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    above = task_at("in_progress", due_on=today() + 300 * DAY)
    below = task_below(above, people, title="Báo cáo", due_on=above.due_on)
    cycle = Cycle("month", 5, today(), today() + 200 * DAY)
    actions.edit_task(
        task=below, values={"due_kind": "recurring", "due_on": None}, cycle=cycle, by=people["secretary"]
    )
    Task.objects.filter(pk=above.pk).update(due_on=today() + 100 * DAY)
    edited = actions.edit_task(
        task=below, values={"deliverable": "Bảng số"}, cycle=cycle, by=people["secretary"]
    )
    assert edited.deliverable == "Bảng số"
    longer = Cycle("month", 5, today(), today() + 250 * DAY)
    with pytest.raises(ValidationError) as refused:
        actions.edit_task(task=below, values={}, cycle=longer, by=people["secretary"])
    assert set(refused.value.message_dict) == {"until"}


def test_a_value_that_no_door_would_take_today_blocks_no_other(task: Task, people: People) -> None:
    Task.objects.filter(pk=task.pk).update(authority=CONTROL)
    client, address = signed_in(people["secretary"]), f"/tasks/{task.pk}/edit/"
    assert client.post(address, as_shown(client, address, deliverable="Bản đồ")).status_code == 302
    address = url(Task, "change", task.pk)
    assert client.post(address, as_shown(client, address, deliverable="Bản vẽ")).status_code == 302
    task.refresh_from_db()
    assert (task.deliverable, task.authority) == ("Bản vẽ", CONTROL)
    with pytest.raises(ValidationError) as refused:
        actions.edit_task(task=task, values={"authority": f"{CONTROL}, xã"}, by=people["secretary"])
    assert set(refused.value.message_dict) == {"authority"}


# --- orders, bodies, people, policies, absences ---------------------------------------------------------


def test_an_order_with_a_value_of_old(order: Order, people: People) -> None:
    Order.objects.filter(pk=order.pk).update(issuer=CONTROL)
    client = signed_in(people["secretary"])
    for address, signer in (
        (f"/orders/{order.pk}/edit/", "Nguyễn Văn A"),
        (url(Order, "change", order.pk), "Trần Thị B"),
    ):
        assert client.post(address, as_shown(client, address, signer=signer)).status_code == 302
        order.refresh_from_db()
        assert (order.signer, order.issuer) == (signer, CONTROL)
    answer = Api(people["secretary"]).patch(f"orders/{order.pk}/", version=order.version, signer="Lê C")
    assert answer.status_code == 200
    order.refresh_from_db()
    order.issuer = f"{CONTROL}!"
    with pytest.raises(ValidationError):
        order_actions.save_order(order=order, by=people["secretary"])


def test_a_number_that_is_taken_is_still_refused(order: Order, people: People, bodies: Bodies) -> None:
    """The pair of a changed and an unchanged field is asked whole."""
    values = {"body": bodies.committee, "kind": Order.Kind.PLAN, "issued_on": order.issued_on}
    other = order_actions.save_order(order=Order(number="12-KH/BCĐ", **values), by=people["secretary"])
    client, address = signed_in(people["secretary"]), f"/orders/{other.pk}/edit/"
    refused = client.post(address, as_shown(client, address, number=order.number))
    assert refused.status_code == 200
    assert "already has an order with this number and date" in refused.content.decode()


def test_a_body_with_a_code_of_old(bodies: Bodies, people: People) -> None:
    Body.objects.filter(pk=bodies.lead.pk).update(note=CONTROL)
    client, address = signed_in(people["admin"]), url(Body, "change", bodies.lead.pk)
    assert client.post(address, as_shown(client, address, short_name="Sở KHCN")).status_code == 302
    Body.objects.filter(pk=bodies.committee.pk).update(note=CONTROL)
    answer = Api(people["secretary"]).patch("bodies/COMMITTEE/", place="Nha Trang")
    assert (answer.status_code, answer.json()["place"]) == (200, "Nha Trang")
    address = "/bodies/COMMITTEE/papers/"
    assert signed_in(people["secretary"]).post(address, {"before_means": "that_day"}).status_code == 302
    noted = Body.objects.get(pk=bodies.lead.pk)
    noted.note = f"{CONTROL}!"
    with pytest.raises(ValidationError):
        committee_actions.save_body(body=noted, by=None)


def test_terms_that_overlap_of_old(bodies: Bodies, people: People) -> None:
    person = make_person("twice")
    first = appoint(person, bodies.lead, Role.MEMBER, today() - 90 * DAY, today() + 90 * DAY)
    second = Membership.objects.create(person=person, office=first.office, starts_on=today() - 30 * DAY)
    client, address = signed_in(people["admin"]), url(Membership, "change", second.pk)
    assert client.post(address, as_shown(client, address, decision="12/QĐ")).status_code == 302
    second.refresh_from_db()
    assert second.decision == "12/QĐ"
    second.starts_on = today() - 40 * DAY
    with pytest.raises(ValidationError) as refused:
        committee_actions.save_membership(membership=second, by=None)
    assert set(refused.value.message_dict) == {"starts_on"}


@pytest.fixture
def absence(bodies: Bodies, people: People) -> Absence:
    """Begun three days ago; the deputy's account was locked since."""
    absence = Absence(
        person=people["secretary"], deputy=people["member"], starts_on=today(), ends_on=today() + 10 * DAY
    )
    absence = committee_actions.save_absence(absence=absence, by=people["secretary"])
    Absence.objects.filter(pk=absence.pk).update(starts_on=today() - 3 * DAY)
    Person.objects.filter(pk=people["member"].pk).update(is_active=False)
    return absence


def test_an_absence_whose_deputy_was_locked(absence: Absence, people: People) -> None:
    client, address = signed_in(people["admin"]), url(Absence, "change", absence.pk)
    assert client.post(address, as_shown(client, address, reason="Đi học")).status_code == 302
    absence.refresh_from_db()
    absence.ends_on = today() + 5 * DAY
    committee_actions.save_absence(absence=absence, by=people["secretary"])
    # What is over keeps its days, and takes another reason.
    Absence.objects.filter(pk=absence.pk).update(ends_on=today() - DAY)
    absence.refresh_from_db()
    absence.reason = "Đi công tác"
    committee_actions.save_absence(absence=absence, by=people["secretary"])
    absence.ends_on = today() - 2 * DAY
    with pytest.raises(ValidationError) as refused:
        committee_actions.save_absence(absence=absence, by=people["secretary"])
    assert set(refused.value.message_dict) == {"ends_on"}


def test_a_policy_with_a_kind_of_old(bodies: Bodies, people: People) -> None:
    Policy.objects.create(
        body=bodies.committee, before=[99], after=[1], hour=time(8), muted=["kind_of_old"], version=1
    )
    stored = policies.read_policies([bodies.committee.pk])[bodies.committee.pk]
    api = Api(people["secretary"])
    sent = {**api.get("bodies/COMMITTEE/reminders/").json(), "hour": "09:00"}
    taken = {"before", "on_the_day", "after", "weekly", "hour", "quiet_from", "quiet_until"}
    taken |= {"muted", "escalation", "version"}
    answer = api.send("put", "bodies/COMMITTEE/reminders/", {name: sent[name] for name in taken})
    assert answer.status_code == 200, answer.json()
    now = policies.read_policies([bodies.committee.pk])[bodies.committee.pk]
    assert (now.hour, now.before, now.muted) == (time(9), stored.before, stored.muted)
    wrong = {**{name: sent[name] for name in taken}, "before": [98], "version": 2}
    assert set(api.send("put", "bodies/COMMITTEE/reminders/", wrong).json()) == {"before"}


def test_a_day_of_the_calendar_and_an_account_of_old(people: People) -> None:
    day = CalendarDay.objects.create(day=date(2027, 2, 8), is_working=False, name=CONTROL)
    day.source = "Nghị định"
    notice_actions.save_calendar_day(day=day, by=people["admin"])
    officer = people["officer"]
    Person.objects.filter(pk=officer.pk).update(email="không phải địa chỉ", language="en")
    client = Client()
    client.force_login(officer)
    assert client.post("/profile/", as_shown(client, "/profile/", phone="0901 234 567")).status_code == 302
    officer.refresh_from_db()
    assert officer.phone == "0901 234 567"


def test_a_form_of_a_new_row_is_asked_whole(people: People, bodies: Bodies) -> None:
    make: Callable[..., Body] = make_body
    with pytest.raises(ValidationError):
        make("NEW", bodies.top, note=CONTROL)
