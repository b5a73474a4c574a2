"""Another body leads an issued task: what begins anew, who is told, and how far the old lead still reads."""

from __future__ import annotations

import html
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders import planning as reminders
from tasks import actions, rules
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.lists.duties import Duties, Mine
from tasks.models import Evidence, Part, Recurrence, Task
from tasks.models.tasks import TaskQuerySet
from tasks.pages.former_lead import as_read_by
from tasks.verbs import verdicts
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, ready_for
from tests.support.told import told_by

People = dict[str, Person]
WHY = "Sắp xếp lại bộ máy."
OLD, NEW, LATER = "Đã khảo sát một nửa số xã", "Làm lại từ đầu ở Sở Tài chính", "Bí mật của người sau"


@pytest.fixture
def changed(bodies: Bodies, people: People, task_at: TaskAt) -> Task:
    """The lead worked on it, HELPER took over, worked on, and it was given another name."""
    task = task_at("in_progress", parts=[PartSpec(bodies.sister, "coordinating")])
    actions.report_progress(task=task, by=people["officer"], percent=50, note=OLD)
    actions.add_comment(task=task, by=people["officer"], text="Ý kiến cũ")
    add_file(task, people["officer"], "cu.pdf")
    task = actions.change_lead(task=task, by=people["secretary"], lead=bodies.helper, reason=WHY)
    actions.report_progress(task=task, by=people["helper"], percent=80, note=NEW)
    actions.add_comment(task=task, by=people["helper"], text=LATER)
    add_file(task, people["helper"], "moi.pdf")
    actions.edit_task(
        task=task,
        values={"title": "Tên sau này", "due_on": today() + timedelta(days=9)},
        by=people["head"],
        reason=LATER,
    )
    ask = actions.ask_extension
    ask(task=task, by=people["helper"], proposed_on=today() + timedelta(days=20), reason=LATER)
    return Task.objects.get(pk=task.pk)


def add_file(task: Task, by: Person, name: str) -> None:
    actions.add_evidence(task=task, by=by, kind="file", file=SimpleUploadedFile(name, b"%PDF-1.7"))


# --- what the change does -----------------------------------------------------------------------


def test_it_begins_anew_with_the_new_lead(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", parts=[])
    actions.report_progress(task=task, by=people["officer"], percent=50, note=OLD)
    actions.name_people(task=task, by=people["officer"], leader=people["lead_head"], contact=None)
    due = task.due_on
    task = actions.change_lead(task=task, by=people["head"], lead=bodies.helper, reason=WHY)
    assert (task.state, task.lead, task.leader, task.percent) == ("assigned", bodies.helper, None, 0)
    assert (task.due_on, task.progress.get().note) == (due, OLD)
    part = task.parts.get()
    event = Event.objects.about(task).latest("pk")
    assert (part.body, part.kind) == (bodies.lead, "former_lead")
    assert part.ended_at is not None
    assert part.ended_at >= event.at
    assert (event.verb, event.reason) == ("task_lead_changed", WHY)
    assert (event.before["lead"], event.after["lead"]) == (bodies.lead.pk, bodies.helper.pk)
    assert {bodies.committee.pk, bodies.lead.pk, bodies.helper.pk} <= set(event.body_ids)
    assert rules.may_accept(people["helper"], task)
    assert not rules.may_accept(people["officer"], task)


@pytest.mark.parametrize("state", ["assigned", "in_progress", "suspended"])
def test_from_these_states(state: str, bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = actions.change_lead(task=task_at(state), by=people["head"], lead=bodies.sister, reason=WHY)
    assert (task.state, task.suspended_from) == ("assigned", "")


def test_both_are_told(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", parts=[])
    change = partial(
        actions.change_lead, task=task, by=people["head"], lead=bodies.helper, reason=WHY, note="Xin gấp"
    )
    assert told_by(change) == {
        ("task_assigned", "helper"),
        ("task_taken_away", "lead_head"),
        ("task_taken_away", "officer"),
    }
    assert Notice.objects.get(kind="task_assigned", person=people["helper"]).data["reason"] == "Xin gấp"


def test_the_request_and_the_warning_of_the_old_lead_end(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    task = ready_for("approve_request", task_at("in_progress"), people)
    actions.flag_risk(task=task, by=people["officer"], days=3, remedy="Thêm người")
    task = actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason=WHY)
    assert task.requests.get().state == "cancelled"
    assert (task.risk_days, task.risk_remedy, task.risk_by) == (None, "", None)


def test_who_helped_leaves_its_part_and_who_led_before_leads_again(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    """One row for a body, whatever it was: the database would refuse a second."""
    task, by = task_at("in_progress"), people["head"]
    for lead, former in ((bodies.helper, bodies.lead), (bodies.lead, bodies.helper)):
        task = actions.change_lead(task=task, by=by, lead=lead, reason=WHY)
        assert [(part.body, part.kind) for part in task.parts.all()] == [(former, "former_lead")]
    part = PartSpec(bodies.helper, "coordinating")
    actions.edit_task(task=task, values={}, parts=[part], by=by)
    assert [(part.kind, part.ended_at) for part in task.parts.all()] == [("coordinating", None)]


def test_the_parts_of_a_form_leave_the_former_lead(changed: Task, bodies: Bodies, people: People) -> None:
    actions.edit_task(task=changed, values={}, parts=[], by=people["head"])
    assert [(part.body, part.kind) for part in changed.parts.all()] == [(bodies.lead, "former_lead")]
    client = Client()
    client.force_login(people["head"])
    page = html.unescape(client.get(f"/tasks/{changed.pk}/edit/").content.decode())
    assert "Sở Khoa học và Công nghệ (LEAD)" not in page
    assert 'value="former_lead"' not in page
    wrong = [PartSpec(bodies.sister, "former_lead")]
    with pytest.raises(ValidationError):
        actions.edit_task(task=changed, values={}, parts=wrong, by=people["head"])


def test_a_draft_given_back_to_who_once_led_it(changed: Task, bodies: Bodies, people: People) -> None:
    """Declined by the new lead and issued to the old one again: it reads all of it."""
    changed = actions.change_lead(task=changed, by=people["head"], lead=bodies.sister, reason=WHY)
    task = actions.decline(task=changed, by=people["sister"], reason="Không đúng chức năng.")
    task = actions.edit_task(task=task, values={"lead": bodies.lead}, by=people["secretary"])
    assert not task.parts.filter(body=bodies.lead).exists()


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("the same", {"reason": WHY}, "lead"),
    ("none", {"reason": WHY}, "lead"),
    ("dissolved", {"reason": WHY}, "lead"),
    ("sister", {"reason": " "}, "reason"),
]


@pytest.mark.parametrize("which, values, field", REFUSED)
def test_what_is_refused_leaves_nothing(
    which: str, values: dict[str, Any], field: str, bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    bodies.top.dissolved_on = today()
    bodies.top.save()
    lead = {"the same": bodies.lead, "dissolved": bodies.top, "sister": bodies.sister}.get(which)
    events = Event.objects.count()
    with pytest.raises(ValidationError) as refused:
        actions.change_lead(task=task, by=people["head"], lead=lead, **values)
    assert set(refused.value.message_dict) == {field}
    task.refresh_from_db()
    assert (task.lead, Event.objects.count(), task.parts.count()) == (bodies.lead, events, 1)


@pytest.mark.parametrize("who", ["deputy", "member", "officer", "helper", "sister"])
def test_who_may_not(who: str, bodies: Bodies, people: People, task_at: TaskAt) -> None:
    with pytest.raises(Refused):
        actions.change_lead(task=task_at("in_progress"), by=people[who], lead=bodies.sister, reason=WHY)


def test_every_other_door_points_to_it(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress")
    with pytest.raises(ValidationError) as refused:
        actions.edit_task(task=task, values={"lead": bodies.sister}, by=people["head"])
    assert "lead" in refused.value.message_dict
    answer = Api(people["head"]).patch(f"tasks/{task.pk}/", lead="SISTER", version=task.version)
    assert (answer.status_code, set(answer.json())) == (400, {"lead"})


# --- what the old lead reads --------------------------------------------------------------------


def page(person: Person, address: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def test_the_page_is_as_it_was_then(changed: Task, people: People) -> None:
    shown = page(people["officer"], changed.get_absolute_url())
    assert OLD in shown
    assert "Ý kiến cũ" in shown
    assert "cu.pdf" in shown
    assert WHY in shown
    for later in (NEW, LATER, "moi.pdf", "Tên sau này", "80%"):
        assert later not in shown, later
    for who in ("secretary", "helper", "sister", "inspector", "admin"):
        whole = page(people[who], changed.get_absolute_url())
        for words in (OLD, NEW, LATER, "moi.pdf", "Tên sau này"):
            assert words in whole, (who, words)


def test_the_api_is_as_it_was_then(changed: Task, people: People) -> None:
    old, helping = Api(people["officer"]), Api(people["sister"])
    path = f"tasks/{changed.pk}/"
    detail = old.get(path).json()
    assert (detail["title"], detail["state"], detail["percent"]) == (
        "Lập danh mục điểm lõm sóng",
        "assigned",
        0,
    )
    assert detail["due_on"] == (today() + timedelta(days=30)).isoformat()
    assert detail["requests"] == []
    assert not any(verdict["ok"] for verdict in detail["verdicts"].values())
    for lists, count, whole in (("progress", 1, 2), ("comments", 1, 2), ("evidence", 1, 2)):
        assert len(old.get(f"{path}{lists}/").json()["results"]) == count, lists
        assert len(helping.get(f"{path}{lists}/").json()["results"]) == whole, lists


def test_reading_it_changes_nothing_on_the_row_of_today(changed: Task, people: People) -> None:
    parts = [(part.kind, part.ended_at) for part in changed.parts.all()]
    task = Task.objects.prefetch_related("parts__body", "milestones", "requests").get(pk=changed.pk)
    then = as_read_by(people["officer"], task)
    assert (task.title, task.read_until) == ("Tên sau này", None)
    assert [(part.kind, part.ended_at) for part in task.parts.all()] == parts
    assert then.title != task.title
    lists = [*then.parts.all(), *then.milestones.all(), *then.requests.all()]
    assert {id(row.task) for row in lists} == {id(then)}


def test_the_files_are_those_of_then(changed: Task, people: People) -> None:
    client = Client()
    client.force_login(people["officer"])
    files = {one.file_name: one.pk for one in Evidence.objects.filter(task=changed)}
    for way in ("", "show/"):
        answers = {
            name: client.get(f"/tasks/{changed.pk}/evidence/{pk}/{way}").status_code
            for name, pk in files.items()
        }
        assert answers == {"cu.pdf": 200, "moi.pdf": 404}, way


def test_the_admin_is_as_it_was_then(changed: Task, people: People, enter: Any) -> None:
    Person.objects.update(is_staff=True)
    address = f"/admin/tasks/task/{changed.pk}/"
    for way in ("change/", "history/"):
        shown = html.unescape(enter("officer").get(f"{address}{way}").content.decode())
        assert shown
        assert not [words for words in (NEW, LATER, "moi.pdf", "Tên sau này") if words in shown]
    assert OLD in html.unescape(enter("officer").get(f"{address}change/").content.decode())


def test_it_does_nothing_and_owes_nothing(changed: Task, bodies: Bodies, people: People) -> None:
    officer = people["officer"]
    seen = Task.objects.readable_by(officer)
    assert seen.filter(pk=changed.pk).exists()
    assert not any(verdicts(officer, changed).values())
    duties = Duties.of(officer, today())
    assert not any(seen.filter(duties.q(mine)).exists() for mine in Mine)
    for part, there in (("any", False), ("lead", False), ("co_lead", False), ("former_lead", True)):
        assert seen.filter(TaskQuerySet.part_q(bodies.lead, part)).exists() is there, part
    Notice.objects.all().delete()
    Task.objects.filter(pk=changed.pk).update(due_on=today() - timedelta(days=1), state="in_progress")
    for back in range(7):
        reminders.plan_reminders(today() + timedelta(days=back))
    told = set(Notice.objects.values_list("person__username", flat=True))
    assert "helper" in told
    assert not told & {"officer", "lead_head"}


def test_whoever_oversees_both_reads_on_and_the_later_of_two_ends_counts(
    changed: Task, bodies: Bodies, people: People
) -> None:
    assert as_read_by(people["inspector"], changed).read_until is None
    first = changed.parts.get(body=bodies.lead).ended_at
    assert as_read_by(people["officer"], changed).read_until == first
    changed = actions.change_lead(task=changed, by=people["head"], lead=bodies.sister, reason=WHY)
    assert as_read_by(people["officer"], changed).read_until == first
    assert changed.read_until is None
    assert as_read_by(people["helper"], changed).read_until == changed.parts.get(body=bodies.helper).ended_at
    assert LATER in page(people["helper"], changed.get_absolute_url())


def test_of_a_restricted_task_only_an_office_that_reads_it_goes_on(
    changed: Task, bodies: Bodies, people: People
) -> None:
    """A member of the assigner does not read a restricted task by that; the old lead's office still does."""
    Task.objects.filter(pk=changed.pk).update(secrecy="restricted")
    changed = Task.objects.get(pk=changed.pk)
    office = bodies.committee.offices.get(role="member")
    people["officer"].memberships.create(office=office, starts_on=today())
    assert as_read_by(people["officer"], changed).read_until is not None
    assert NEW not in page(people["officer"], changed.get_absolute_url())


def test_a_task_without_a_former_lead_asks_no_more(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress")
    client = Client()
    client.force_login(people["officer"])
    client.get(task.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(task.get_absolute_url())
    assert len(asked) <= 12
    assert not Part.objects.filter(kind="former_lead").exists()


def test_who_helps_later_is_not_the_old_leads_to_read(changed: Task, bodies: Bodies, people: People) -> None:
    parts = [
        PartSpec(bodies.sister, "co_lead", "Việc thêm sau", today()),
        PartSpec(bodies.top, "coordinating", "Việc của người sau"),
    ]
    actions.edit_task(task=changed, values={}, parts=parts, by=people["head"])
    client = Client()
    client.force_login(people["officer"])
    page = client.get(f"/tasks/{changed.pk}/")
    shown = {part.body: (part.kind, part.work, part.due_on) for part in page.context["task"].parts.all()}
    assert shown == {
        bodies.sister: ("coordinating", "", None),
        bodies.lead: ("former_lead", "", None),
    }
    assert "Việc thêm sau" not in page.content.decode()
    rows = client.get(f"/api/tasks/{changed.pk}/").json()
    assert "Việc của người sau" not in str(rows)


def test_a_suspended_cycle_owes_its_new_lead_nothing_of_before(
    bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    head = Task.DueKind.RECURRING
    cycle = Cycle("week", 5, today() - timedelta(days=100), today() + timedelta(days=100))
    task = actions.new_task(
        task=Task(title="Báo cáo tuần", assigner=bodies.committee, lead=bodies.lead, due_kind=head),
        cycle=cycle,
        by=people["secretary"],
    )
    actions.propose(task=task, by=people["secretary"])
    actions.assign(task=task, by=people["head"])
    actions.suspend(task=task, by=people["head"], reason=WHY)
    Recurrence.objects.update(made_until=today() - timedelta(days=60))
    actions.change_lead(task=task, by=people["secretary"], lead=bodies.helper, reason=WHY)
    actions.make_occurrences(on=today())
    assert not Task.objects.filter(parent=task, due_on__lt=today()).exists()
    assert Task.objects.filter(parent=task).count() <= 1
