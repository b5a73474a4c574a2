"""Secret tasks hold no words through any door; restricted ones are not there for whoever is not trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.serializers import CharField

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Absence, Body, Person
from committees.roles import Role
from notices.models import Letter, Notice
from notices.reminding import remind
from notices.seeding import seed
from portal.shared.days import today
from portal.shared.fields import PlainField
from tasks import actions, rules, secrecy
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.api import VERBS
from tasks.cycles import Cycle
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import PLACEHOLDER_TITLE, Order, Progress, Task
from tasks.orders import actions as order_actions
from tasks.urging import actions as urging_actions
from tasks.views.verbs import STEPS as PAGES
from tests.portal.test_matrix import _groups, every_route
from tests.support.api import Api
from tests.support.people import (
    Bodies,
    TaskAt,
    appoint,
    make_body,
    make_person,
    other_than,
    ready_for,
    task_below,
)
from tests.tasks.test_api_tasks import STEPS

DAY = timedelta(days=1)
PLANTED = "Mìn ở cửa biển"
PAPER = "12/BC-UBND"
People = dict[str, Person]


# --- what is a number, what is a day ------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("17", "3a", "2.1", "II.3", "IV", "I.2.a", "12/BC-UBND", "57-NQ/TW", "1131/QĐ-TTg", "11-KH/BCĐ"),
        *("05/2026/NĐ-CP", "315/TB-VPCP", "08-KH/ĐU", "123-TB/TƯ", "44/BC-SNN&MT", "PL1", "A05-2026"),
    ],
)
def test_the_number_of_a_paper(text: str) -> None:
    assert secrecy.is_number(text)


@pytest.mark.parametrize(
    "text",
    [
        *(PLANTED, "12/BC về mìn", "mìn", "kho-đạn", "ke-hoach", "12/ke-hoach", "Kho đạn số 5", "17 ", " 17"),
        *("1" * 41, "12/" + "BC-" * 20, "12/BC\u200bUBND", "12/BC\nUBND", "12/BC\u00a0x", "XE-TANG", "١٢"),
        *(
            "https://x.vn/1",
            "a@b.vn",
            "12/BC_UBND",
            "12/BC-UBNDKHANHHOAVIETNAM",
            "1.2.3.4.5.6",
            "-",
            "",
            "/1",
        ),
    ],
)
def test_no_number_of_a_paper(text: str) -> None:
    assert not secrecy.is_number(text)


@pytest.mark.parametrize("text", ["25/12/2026", "12/2026", "tháng 9/2025", "quý IV/2025", "Q4/2026", "2026"])
def test_a_day_or_period(text: str) -> None:
    assert secrecy.is_day(text)


@pytest.mark.parametrize("text", [PLANTED, "trước khi mìn nổ", "12/2026 ở cửa biển", "", "mìn 12/2026"])
def test_no_day_or_period(text: str) -> None:
    assert not secrecy.is_day(text)


# --- a secret task through every door -----------------------------------------------------------


def holders(text: str) -> set[str]:
    """Every table with a column in which the text stands, whatever kind of column it is."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            if any(text in str(value) for value in row):
                found.add(model._meta.label)
    return found


def refused_fields(act: Callable[[], Any]) -> set[str]:
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert all(str(sentence).strip() for sentence in invalid.value.messages)
    return set(invalid.value.message_dict)


@pytest.fixture
def secret_at(task_at: TaskAt) -> TaskAt:
    """A secret task in any state: what a real one cannot hold was written while it was none."""

    def make(state: str = "in_progress", **values: Any) -> Task:
        task = task_at(state, number="17", **values)
        return made_secret(task)

    return make


def made_secret(task: Task) -> Task:
    empty = (*secrecy.CONTENT_FIELDS, "approval", "risk_remedy", "due_words", "after_event")
    bare: dict[str, Any] = dict.fromkeys(empty, "")
    columns = {**bare, "target": None, "title": f"{PLACEHOLDER_TITLE} 17"}
    Task.objects.filter(pk=task.pk).update(secrecy="secret", **columns)
    for below in task.children.all():
        made_secret(below)
    task.refresh_from_db()
    return task


def new(bodies: Bodies, people: People, parts: Any = (), **values: Any) -> Task:
    task = Task(**{"title": PLANTED, "assigner": bodies.committee, "secrecy": "secret", **values})
    return actions.new_task(task=task, parts=parts, by=people["secretary"])


def plain_words(name: str) -> bool:
    field = Task._meta.get_field(name)
    return isinstance(field, models.CharField | models.TextField) and not field.choices


TEXTS = [name for name in EDITABLE_FIELDS if plain_words(name) and name != "title"]


def test_a_secret_task_is_entered_by_its_number(bodies: Bodies, people: People) -> None:
    for name in TEXTS:
        assert refused_fields(partial(new, bodies, people, **{name: PLANTED})) == {name}, name
    for values in ({"target": 5}, {"number": "17 " + PLANTED}, {"due_words": "ngay " + PLANTED}):
        assert refused_fields(partial(new, bodies, people, **values)) == set(values)
    said = [PartSpec(bodies.helper, "coordinating", PLANTED)]
    assert refused_fields(partial(new, bodies, people, said)) == {"parts"}
    task = new(
        bodies, people, [PartSpec(bodies.helper, "coordinating", PAPER)], number="17", lead=bodies.lead
    )
    assert (task.title, task.search_text) == (f"{PLACEHOLDER_TITLE} 17", "17 nhiem vu mat 17")
    assert holders(PLANTED) == set()


def test_a_secret_task_is_edited_by_its_number(people: People, secret_at: TaskAt) -> None:
    for state in ("draft", "in_progress"):
        task, by = secret_at(state), people["secretary"]
        for name in TEXTS:
            edit = partial(actions.edit_task, task=task, by=by, values={name: PLANTED})
            assert refused_fields(edit) == {name}, name
        edit = partial(actions.edit_task, task=task, by=by, reason=PLANTED, values={"priority": "urgent"})
        assert refused_fields(edit) == {"reason"}
        actions.edit_task(task=task, by=by, values={"title": PLANTED, "number": "18"}, reason=PAPER)
    assert holders(PLANTED) == set()


READY = {**{verb: state for verb, (_who, state, _data, _to) in STEPS.items()}, "edit": "in_progress"}
READY["submit"] = "in_progress"


def ready_secret(verb: str, people: People, task_at: TaskAt) -> Task:
    task = ready_for(verb, task_at(READY[verb], number="17"), people)
    if verb == "submit":
        actions.add_evidence(task=task, by=people["officer"], kind="document", document=PAPER)
    return made_secret(task)


def given(verb: str, task: Task) -> dict[str, Any]:
    """What the verb takes beside words."""
    if verb == "edit":
        return {"version": task.version, "priority": "urgent"}
    if verb == "supersede":
        return {"superseded_by": other_than(task).pk}
    if verb == "set_weights":
        return {"weights": {str(below.pk): 100 for below in task.children.all()}}
    if verb == "set_milestones":
        return {"milestones": [{"due_on": f"{task.due_on}", "words": PAPER}]}
    if verb == "mark_milestone":
        return {"milestone": task.milestones.get().pk, "done_on": None}
    said = STEPS[verb][2] if verb in STEPS else {}
    return {name: said[name] for name in said if name not in words_of(verb)}


def taken(verb: str) -> dict[str, Any]:
    takes: Any = VERBS[verb].takes()
    return dict(getattr(takes, "fields", {}))


def words_of(verb: str) -> list[str]:
    """The fields of a verb over the API in which somebody types; the title of a task is the portal's own."""
    named = [name for name, field in taken(verb).items() if type(field) is CharField]
    return [name for name in named if name != "title" or verb != "edit"]


def test_every_verb_of_the_api_takes_numbers_only(people: People, task_at: TaskAt) -> None:
    """No verb is left out: a new one is asked the same, whatever its fields are called."""
    api = Api(people["admin"])
    for verb in rules.VERBS:
        task = ready_secret(verb, people, task_at)
        address, data = f"tasks/{task.pk}/{verb.replace('_', '-')}/", given(verb, task)
        events = Event.objects.count()
        for name in words_of(verb):
            filled = {one: PAPER for one in words_of(verb) if verb != "edit" and one != "url"}
            answer = api.post(address, **data, **{**filled, name: PLANTED})
            assert (answer.status_code, name in answer.json()) == (400, True), (verb, name, answer.content)
        assert Event.objects.count() == events, verb
        if verb not in ("edit", "flag_risk"):
            numbers = {name: PAPER for name in words_of(verb) if name not in ("title", "url")}
            answer = api.post(address, **data, **numbers)
            assert answer.status_code == 200, (verb, answer.content)
    assert holders(PLANTED) == set()


@pytest.mark.parametrize("door", ["/tasks/{pk}/{verb}/", "/admin/tasks/task/{pk}/do/{verb}/"])
def test_every_page_takes_numbers_only(client: Client, people: People, task_at: TaskAt, door: str) -> None:
    client.force_login(people["admin"])
    for verb in PAGES:
        task = ready_secret(verb, people, task_at)
        address = door.format(pk=task.pk, verb=verb.replace("_", "-"))
        asked = client.get(address)
        assert asked.status_code == 200, verb
        form = asked.context["form"]
        typed = [name for name, field in form.fields.items() if type(field) is PlainField]
        assert not {"file", "url"} & set(form.fields)
        for name in typed:
            assert str(form.fields[name].help_text) in (
                str(secrecy.ONLY_A_NUMBER),
                str(secrecy.LEAVE_EMPTY),
            ), verb
            filled = {"percent": 40, **given(verb, task), **dict.fromkeys(typed, PAPER), "title": PLANTED}
            filled |= {day: f"{task.due_on:%d/%m/%Y}" for day in form.fields if day.startswith("day-")}
            paper = SimpleUploadedFile("ke-hoach.txt", PLANTED.encode())
            link = {"url": f"https://x.vn/{PLANTED}", "file": paper}
            answer = client.post(address, {**filled, **link, name: PLANTED})
            # The rows of milestones are refused together.
            beside = "__all__" if verb == "set_milestones" else name
            assert (answer.status_code, beside in answer.context["form"].errors) == (200, True), (verb, name)
    assert holders(PLANTED) == holders("x.vn") == set()


def test_evidence_is_a_number_and_nothing_else(people: People, secret_at: TaskAt) -> None:
    task, by = secret_at(), people["officer"]
    add = partial(actions.add_evidence, task=task, by=by)
    file = SimpleUploadedFile("ke-hoach.txt", PLANTED.encode())
    assert refused_fields(partial(add, kind="file", file=file)) == {"file"}
    assert refused_fields(partial(add, kind="link", url="https://x.vn/")) == {"url"}
    assert refused_fields(partial(add, kind="document", document=PLANTED)) == {"document"}
    assert refused_fields(partial(add, kind="document", document=PAPER, title=PLANTED)) == {"title"}
    # Nor what the kind does not ask for.
    assert refused_fields(partial(add, kind="document", document=PAPER, url="https://x.vn/")) == {"url"}
    assert refused_fields(partial(add, kind="document", document=PAPER, file=file)) == {"file"}
    assert add(kind="document", document=PAPER).title == PAPER


def test_a_file_of_a_secret_task_over_the_api(people: People, secret_at: TaskAt) -> None:
    task, client = secret_at(), Client()
    client.force_login(people["officer"])
    for address in (f"/api/tasks/{task.pk}/evidence/", f"/api/tasks/{task.pk}/add-evidence/"):
        for kind in ("file", "document"):
            file = SimpleUploadedFile("mìn.txt", PLANTED.encode())
            answer = client.post(address, {"kind": kind, "file": file, "document": PAPER})
            assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert not task.evidence.exists()


def test_its_progress_is_a_percent(people: People, secret_at: TaskAt) -> None:
    task, officer = secret_at(), Api(people["officer"])
    assert officer.post(f"tasks/{task.pk}/progress/", percent=60).status_code == 200
    note = Progress.objects.get(task=task)
    assert (note.percent, note.note) == (60, "")


def test_the_whole_life_of_a_secret_task(bodies: Bodies, people: People) -> None:
    """It needs no word: every step of it goes by numbers."""
    task = new(bodies, people, number="17", lead=bodies.lead, due_on=today() + 9 * DAY)
    actions.propose(task=task, by=people["secretary"])
    actions.record_approval(task=task, by=people["secretary"], approval="45/TTr")
    actions.accept(task=task, by=people["officer"])
    actions.report_progress(task=task, by=people["officer"], percent=50, note="")
    actions.ask_extension(task=task, by=people["officer"], proposed_on=today() + 20 * DAY, reason=PAPER)
    actions.approve_request(task=task, by=people["head"], decision="46/CV")
    actions.add_evidence(task=task, by=people["officer"], kind="document", document=PAPER)
    actions.submit(task=task, by=people["officer"], report=PAPER)
    actions.confirm(task=task, by=people["secretary"])
    task.refresh_from_db()
    assert (task.state, task.title) == ("completed", f"{PLACEHOLDER_TITLE} 17")
    about = Event.objects.about(task)
    assert {event.about_name for event in about} == {task.title}
    assert all(not event.reason or secrecy.is_number(event.reason) for event in about)


# --- becoming secret, and no longer being so ----------------------------------------------------


@pytest.mark.parametrize("was", ["normal", "restricted"])
def test_what_was_written_cannot_become_secret(
    client: Client, people: People, task_at: TaskAt, was: str
) -> None:
    bare = {"title": "Việc", "number": "3", "parts": []}
    for state in ("draft", "in_progress"):
        task = task_at(state, secrecy=was, **bare)
        edit = partial(actions.edit_task, task=task, values={"secrecy": "secret"}, by=people["secretary"])
        assert refused_fields(edit) == {"secrecy"}
        answer = Api(people["secretary"]).patch(f"tasks/{task.pk}/", secrecy="secret", version=task.version)
        assert (answer.status_code, list(answer.json())) == (400, ["secrecy"])
        client.force_login(people["secretary"])
        page = client.post(f"/tasks/{task.pk}/edit/", posted(client, task) | {"secrecy": "secret"})
        assert (page.status_code, list(page.context["form"].errors)) == (200, ["secrecy"])
        task.refresh_from_db()
        assert (task.secrecy, task.title) == (was, "Việc")


def posted(client: Client, task: Task) -> dict[str, Any]:
    """What the browser would send of the form of this task, unchanged."""
    form = client.get(f"/tasks/{task.pk}/edit/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    shown = {
        name: f"{value:%d/%m/%Y}" if isinstance(value, date) else value for name, value in values.items()
    }
    shown |= {"lead": task.lead.code if task.lead else "", "version": task.version}
    rows = {"parts-TOTAL_FORMS": 0, "parts-INITIAL_FORMS": 0}
    return {name: value for name, value in shown.items() if value is not None} | rows


def test_a_secret_task_is_lowered_with_a_title(client: Client, people: People, secret_at: TaskAt) -> None:
    task, by = secret_at("in_progress", parts=[]), people["secretary"]
    lower = partial(actions.edit_task, task=task, by=by)
    assert refused_fields(partial(lower, values={"secrecy": "normal"})) == {"title"}
    client.force_login(by)
    form = client.get(f"/tasks/{task.pk}/edit/").context["form"]
    assert not set(form.fields) & set(secrecy.CONTENT_FIELDS)
    sent = posted(client, task) | {"secrecy": "restricted", "title": "Lập danh mục"}
    assert client.post(f"/tasks/{task.pk}/edit/", sent).status_code == 302
    task.refresh_from_db()
    assert (task.secrecy, task.title) == ("restricted", "Lập danh mục")
    assert set(secrecy.CONTENT_FIELDS) <= set(client.get(f"/tasks/{task.pk}/edit/").context["form"].fields)
    assert refused_fields(partial(lower, values={"secrecy": "secret"})) == {"secrecy"}
    # A title that only begins like one of a secret task is a title.
    actions.edit_task(task=task, by=by, values={"title": "Nhiệm vụ mật mã quốc gia"})


def test_only_those_who_edit_it_lower_it(people: People, secret_at: TaskAt) -> None:
    task, editors = secret_at(), {"head", "secretary", "admin"}
    values = {"secrecy": "normal", "title": "Việc"}
    for who, person in people.items():
        with transaction.atomic():
            lowered = Api(person).patch(f"tasks/{task.pk}/", **values, version=task.version).status_code
            trusted = {"lead_head", "officer", "helper"}
            assert lowered == (200 if who in editors else 403 if who in trusted else 404), who
            transaction.set_rollback(True)


def test_the_database_keeps_words_out(secret_at: TaskAt) -> None:
    task = secret_at()
    broken: list[dict[str, Any]] = [{name: "x"} for name in secrecy.CONTENT_FIELDS if name != "target"]
    broken += [{"target": 1}, {"title": PLANTED}, {"risk_remedy": "x"}]
    broken += [{name: PLANTED} for name in ("number", "approval", "after_event")]
    for values in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**values)


# --- above and below ----------------------------------------------------------------------------


@pytest.fixture
def hands_down(bodies: Bodies, people: People) -> Person:
    """The secretary of the lead body, who splits its tasks."""
    appoint(people["officer"], bodies.lead, Role.SECRETARY)
    return people["officer"]


def child_of(above: Task, bodies: Bodies, by: Person, level: str = "normal", **values: Any) -> Task:
    title = {} if level == "secret" else {"title": "Việc con"}
    values = {"assigner": bodies.lead, "parent": above, "secrecy": level, **values}
    return actions.new_task(task=Task(**{"title": "", **title, **values}), by=by)


LEVELS = ["normal", "restricted", "secret"]


def test_a_child_is_never_less_secret_than_its_parent(
    bodies: Bodies, people: People, task_at: TaskAt, secret_at: TaskAt, hands_down: Person
) -> None:
    for number, level in enumerate(LEVELS):
        above = secret_at() if level == "secret" else task_at(secrecy=level)
        for lower in LEVELS[:number]:
            assert refused_fields(partial(child_of, above, bodies, hands_down, lower)) == {"secrecy"}
        for same in LEVELS[number:]:
            child = child_of(above, bodies, hands_down, same)
            for lower in LEVELS[:number]:
                values = {"secrecy": lower, "title": "Việc con"}
                lowered = partial(actions.edit_task, task=child, values=values, by=hands_down)
                assert refused_fields(lowered) == {"secrecy"}
        free = actions.new_task(task=Task(title="Khác", assigner=bodies.lead), by=hands_down)
        hung = partial(actions.edit_task, task=free, values={"parent": above}, by=hands_down)
        assert refused_fields(hung) == {"secrecy"} if number else hung()


def test_a_new_child_begins_as_secret_as_the_task_above(
    client: Client, task_at: TaskAt, secret_at: TaskAt, hands_down: Person
) -> None:
    client.force_login(hands_down)
    for level in LEVELS:
        above = secret_at() if level == "secret" else task_at(secrecy=level)
        form = client.get(f"/tasks/new/?parent={above.pk}").context["form"]
        assert form["secrecy"].value() == level


def test_what_was_handed_down_is_raised_with_the_task_above(
    bodies: Bodies, people: People, task_at: TaskAt, hands_down: Person
) -> None:
    above = task_at()
    child = child_of(above, bodies, hands_down)
    grandchild = child_of(child, bodies, hands_down)
    beside = task_at()
    actions.edit_task(task=above, values={"secrecy": "restricted"}, by=people["head"])
    for task, level in ((child, "restricted"), (grandchild, "restricted"), (beside, "normal")):
        task.refresh_from_db()
        assert task.secrecy == level
    event = Event.objects.about(grandchild).latest("pk")
    assert (event.verb, event.before, event.after) == (
        "task_changed",
        {"secrecy": "normal"},
        {"secrecy": "restricted"},
    )
    actions.edit_task(task=above, values={"secrecy": "normal"}, by=people["head"])
    child.refresh_from_db()
    assert child.secrecy == "restricted"


@pytest.fixture
def agency(bodies: Bodies) -> Body:
    """A body below the committee, with one whose office reads restricted tasks and one whose does not."""
    body = make_body("AGENCY", bodies.committee)
    for name, role in (("agency_officer", Role.OFFICER), ("agency_deputy", Role.STANDING_DEPUTY)):
        appoint(make_person(name), body, role)
    return body


HELD = {"restricted": {"title": "Việc kín"}, "secret": {"title": ""}}
TITLES = {"restricted": "Việc kín", "secret": f"{PLACEHOLDER_TITLE} 17"}


def issued(level: str, bodies: Bodies, people: People, cycle: Cycle | None = None, **values: Any) -> Task:
    held = {"number": "17", "assigner": bodies.committee, "secrecy": level, **HELD[level], **values}
    task = actions.new_task(task=Task(**held), by=people["secretary"], cycle=cycle)
    actions.propose(task=task, by=people["secretary"])
    return actions.assign(task=task, by=people["head"], past_deadline=True)


@pytest.mark.parametrize("level", TITLES)
def test_what_is_given_to_many_is_as_secret_as_the_task_above(
    bodies: Bodies, people: People, agency: Body, level: str
) -> None:
    above = issued(level, bodies, people, lead=bodies.lead, due_on=today() + 9 * DAY)
    prepare = partial(
        fan_out_actions.prepare_fan_out, task=above, giver=bodies.committee, by=people["secretary"]
    )
    if level == "secret":
        assert refused_fields(partial(prepare, bodies=[agency], deliverable=PLANTED)) == {"deliverable"}
    title = PLANTED if level == "secret" else ""
    fan_out = prepare(bodies=[agency], due_on=above.due_on, title=title)
    approve = partial(fan_out_actions.record_fan_out_approval, fan_out=fan_out, by=people["secretary"])
    if level == "secret":
        assert refused_fields(partial(approve, approval=PLANTED)) == {"approval"}
    approve(approval="45/TTr")
    Notice.objects.all().delete()
    fan_out_actions.give_fan_out(fan_out.pk)
    child = above.children.get()
    assert (child.secrecy, child.title, child.lead) == (level, TITLES[level], agency)
    told = Notice.objects.filter(about_id=child.pk).values_list("person__username", flat=True)
    assert set(told) == {"agency_officer"}
    assert holders(PLANTED) == set()


@pytest.mark.usefixtures("plain_day")
@pytest.mark.parametrize("level", TITLES)
def test_what_falls_due_in_a_cycle_is_as_secret_as_the_cycle(
    bodies: Bodies, people: People, agency: Body, level: str
) -> None:
    cycle = Cycle("month", 28, today(), today() + 365 * DAY)
    task = issued(level, bodies, people, cycle, lead=agency, due_kind="recurring")
    Notice.objects.all().delete()
    assert actions.make_occurrences(on=today())
    for child in task.children.all():
        assert (child.secrecy, child.title.startswith(TITLES[level])) == (level, True)
        assert (child.title == TITLES[level]) is (level == "secret")
    told = Notice.objects.filter(about_id__in=task.children.values("pk"))
    assert set(told.values_list("person__username", flat=True)) == {"agency_officer"}


def test_a_task_of_many_that_was_restricted_by_itself(
    client: Client, bodies: Bodies, people: People, agency: Body, task_at: TaskAt
) -> None:
    """The page of the fan-out goes on to say that the body has its task, and nothing of it."""
    above = task_at("in_progress")
    chosen: dict[str, Any] = {"giver": bodies.committee, "bodies": [agency], "due_on": above.due_on}
    fan_out = fan_out_actions.prepare_fan_out(task=above, by=people["secretary"], **chosen)
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    fan_out_actions.give_fan_out(fan_out.pk)
    child = above.children.get()
    client.force_login(people["standing_deputy"])
    assert child.code in client.get(fan_out.get_absolute_url()).content.decode()
    actions.edit_task(task=child, values={"secrecy": "restricted"}, by=people["secretary"])
    assert child.code not in client.get(fan_out.get_absolute_url()).content.decode()


def test_a_deputy_reads_what_the_absent_reads_for_those_days_only(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", secrecy="restricted")
    absence = Absence(person=people["head"], deputy=people["member"])
    absence.starts_on, absence.ends_on = today() + DAY, today() + 3 * DAY
    committee_actions.save_absence(absence=absence, by=people["head"])
    seen = [task in Task.objects.visible_to(people["member"], today() + days * DAY) for days in (0, 1, 3, 4)]
    assert seen == [False, True, True, False]


def test_how_many_tasks_name_a_leaver_counts_no_hidden_one(
    client: Client, people: People, task_at: TaskAt
) -> None:
    address, counted = f"/people/{people['officer'].pk}/leave/", []
    client.force_login(people["staff"])
    for level in ("normal", "restricted"):
        task = task_at("in_progress", secrecy=level)
        actions.name_people(task=task, by=people["officer"], leader=None, contact=people["officer"])
        counted.append(client.get(address).context["others"])
    assert counted == [1, 1]


# --- a restricted task is not there -------------------------------------------------------------

UNTRUSTED = ("standing_deputy", "deputy", "assistant", "member", "inspector", "sister", "staff")
UNTRUSTED_OF_LEAD = ("lead_deputy", "lead_member")
WORDS = "Kho xăng dầu"
"""In every text of the hidden tasks, and searched for by those who must not find it."""


@pytest.fixture
def everybody(bodies: Bodies, people: People) -> People:
    """Everybody who is not trusted, one of them an administrator too, so that the admin is asked as well."""
    for name, role in zip(UNTRUSTED_OF_LEAD, (Role.STANDING_DEPUTY, Role.MEMBER), strict=True):
        people[name] = make_person(name)
        appoint(people[name], bodies.lead, role)
    Person.objects.filter(username="assistant").update(is_staff=True)
    return {name: Person.objects.get(pk=people[name].pk) for name in (*UNTRUSTED, *UNTRUSTED_OF_LEAD)}


def lived_through(task: Task, people: People) -> Task:
    """All that can be written about a task: notes, comments, evidence, requests, a report, a sending back."""
    number = {"text": WORDS} if task.secrecy != "secret" else {"text": PAPER}
    said = number["text"]
    actions.report_progress(task=task, by=people["officer"], percent=30, note=said)
    actions.add_comment(task=task, by=people["secretary"], text=said)
    urging_actions.urge(task=task, by=people["secretary"], message=said)
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=(task.due_on or today()) + 3 * DAY, reason=said
    )
    actions.counter_request(
        task=task, by=people["head"], counter_on=(task.due_on or today()) + 2 * DAY, decision=said
    )
    actions.accept_counter(task=task, by=people["officer"])
    actions.add_evidence(task=task, by=people["officer"], kind="document", document=PAPER)
    actions.submit(task=task, by=people["officer"], report=said)
    actions.send_back(task=task, by=people["secretary"], reason=said)
    task.refresh_from_db()
    return task


HIDDEN = {"title": WORDS, "deliverable": WORDS, "description": WORDS, "pillar": WORDS, "number": "99"}


def hide(level: str, state: str, people: People, task_at: TaskAt, **values: Any) -> Task:
    held = HIDDEN if level == "restricted" else {"number": "99"}
    task = task_at("draft", secrecy=level, **held, **values)
    if state == "draft":
        return task
    actions.propose(task=task, by=people["secretary"])
    actions.assign(task=task, by=people["head"], past_deadline=True)
    if state == "recalled":
        actions.recall(task=task, by=people["head"], reason=PAPER)
        return task
    lived_through(task, people)
    if state == "submitted":
        actions.submit(task=task, by=people["officer"], report=PAPER)
    return task


CHANGES = (
    *("healthz", "readyz", "login", "logout", "language", "jsi18n", "autocomplete", "schema", "_add"),
    *("notices_notice_changelist", "notices_letter_changelist"),
)
"""Tells of the machine, asks for more than an address, or shows no row; and who was told, not of what."""


def addresses(bodies: Bodies, order: Order, beside: Task) -> list[str]:
    """Every page that stands alone, whoever adds it, and those that list, count or name tasks."""
    alone = [
        reverse(name)
        for name, pattern in every_route()
        if not pattern.pattern.converters and not _groups(pattern) and not name.endswith(CHANGES)
    ]
    tasks = [
        "q=kho+xang",
        "q=99",
        "view=overdue",
        "state=submitted",
        "mine=decide",
        "mine=open",
        "order=null",
    ]
    tasks += [f"order={order.pk}", "body=LEAD", "pillar=Kho", f"under={beside.pk}", "standing=at_risk"]
    pages = [f"/tasks/?{asked}" for asked in tasks]
    pages += [f"/tasks/{beside.pk}/", f"/tasks/{beside.pk}/below/", f"/tasks/{beside.pk}/set-weights/"]
    pages += [f"/orders/{order.pk}/", "/orders/?q=kho", "/overview/?by=order", "/overview/?by=pillar"]
    pages += [f"/bodies/{body}/" for body in ("COMMITTEE", "LEAD", "HELPER")]
    pages += [f"/api/tasks/{asked}" for asked in ("?q=kho+xang", "?mine=open", f"{beside.pk}/")]
    pages += [f"/api/orders/{order.pk}/", f"/api/tasks/{beside.pk}/above/"]
    admin = ["task/?q=kho", "task/?secrecy__exact=restricted", f"task/{beside.pk}/change/"]
    pages += [f"/admin/tasks/{page}" for page in (*admin, f"task/{beside.pk}/history/")]
    choice = "app_label=tasks&model_name=task&field_name=parent"
    return [*alone, *pages, "/admin/audit/event/?q=Kho", f"/admin/autocomplete/?{choice}&term=kho"]


CHANGING = re.compile(
    r'name="(?:csrfmiddlewaretoken|one_time_key)" value="[^"]*"|"X-CSRFToken": *"[^"]*"|nonce="[^"]*"'
)


def read_by(person: Person, pages: list[str]) -> dict[str, str]:
    """Address → what this person reads there."""
    client = Client()
    client.force_login(person)
    read = {}
    for page in pages:
        if page.startswith("/admin/") and not person.is_staff:
            continue
        answer = client.get(page, follow=False)
        body = CHANGING.sub("", answer.content.decode()) if not answer.streaming else ""
        read[page] = f"{answer.status_code} {body}"
    return read


AT = "2026-11-20 09:00 +07:00"


@pytest.fixture
def at_nine() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def test_lists_do_not_grow_by_what_is_not_for_their_reader(
    at_nine: None,
    bodies: Bodies,
    people: People,
    everybody: People,
    order: Order,
    task_at: TaskAt,
    hands_down: Person,
) -> None:
    """Byte for byte: no row, no count, no option, no notice, no sum."""
    beside = task_at("in_progress", order=order, title="Việc thường")
    shown = task_below(beside, people)
    pages = addresses(bodies, order, beside)
    for person in everybody.values():
        read_by(person, [])  # the first sign-in shows in the list of people
    comparing = ("standing_deputy", "assistant", "inspector", "lead_deputy")
    before = {name: read_by(everybody[name], pages) for name in comparing}
    assert not [page for read in before.values() for page in read if read[page].startswith("500")]
    assert (
        shown.code in before["assistant"][f"/tasks/{beside.pk}/"]
        or shown.title in before["assistant"]["/tasks/"]
    )
    hidden = []
    for level in ("restricted", "secret"):
        for state, above in (
            ("draft", beside),
            ("in_progress", beside),
            ("submitted", None),
            ("recalled", None),
        ):
            days = 5 if level == "secret" else -1
            task = hide(level, state, people, task_at, order=order, parent=above, due_on=today() + days * DAY)
            hidden.append(task)
        hidden.append(child_of(hidden[-2], bodies, hands_down, level, number="98"))
    for name in comparing:
        after = read_by(everybody[name], pages)
        differ = [page for page in after if after[page] != before[name][page]]
        assert not differ, (name, differ)
    assert not Notice.objects.filter(
        person__in=everybody.values(), about_id__in=[task.pk for task in hidden]
    ).exists()


def test_no_address_of_it_answers(
    at_nine: None, people: People, everybody: People, task_at: TaskAt, hands_down: Person, bodies: Bodies
) -> None:
    task = hide("restricted", "in_progress", people, task_at)
    child = child_of(task, bodies, hands_down, "restricted")
    file = actions.add_evidence(
        task=task, by=people["officer"], kind="file", file=SimpleUploadedFile("a.txt", b"x")
    )
    own = [f"/tasks/{task.pk}/evidence/{file.pk}/", f"/tasks/{child.pk}/above/{task.pk}/"]
    for pk in (task.pk, child.pk):
        own += [f"/tasks/{pk}/{page}" for page in ("", "why/", "edit/", "below/", "urge/", "comment/")]
        own += [f"/api/tasks/{pk}/{page}" for page in ("", "comments/", "progress/", "evidence/", "above/")]
        own += [f"/admin/tasks/task/{pk}/{page}" for page in ("change/", "history/", "do/urge/")]
    for name, person in everybody.items():
        said = {page: text[:3] for page, text in read_by(person, own).items()}
        assert set(said.values()) == {"404"}, (name, said)
        nobody = Api(person).post(f"tasks/{task.pk}/comment/", text="x").status_code
        assert nobody == Api(person).post(f"tasks/{task.pk + 1000}/comment/", text="x").status_code == 404


def test_those_who_are_trusted_do_see_them(
    at_nine: None, people: People, order: Order, task_at: TaskAt
) -> None:
    """The comparison above would pass on an empty portal too."""
    beside = task_at("in_progress", order=order)
    task = hide(
        "restricted", "in_progress", people, task_at, order=order, parent=beside, due_on=today() + DAY
    )
    for who in ("head", "secretary", "officer", "lead_head", "helper"):
        read = read_by(people[who], ["/tasks/?q=kho+xang", f"/tasks/{task.pk}/", f"/orders/{order.pk}/"])
        assert all(WORDS in page for page in read.values()), who


def test_an_order_known_only_by_a_restricted_task_stays_unknown(
    at_nine: None, bodies: Bodies, people: People, everybody: People, task_at: TaskAt
) -> None:
    """Whoever reads the tasks of its body reads its register; a body that received the task does not."""
    order = Order(body=bodies.committee, number="99-KH/BCĐ", kind="plan", abstract=WORDS)
    order = order_actions.save_order(order=order, by=people["secretary"])
    hide("restricted", "in_progress", people, task_at, order=order)
    pages = ["/orders/", f"/orders/{order.pk}/", "/api/orders/", "/tasks/?q=99-KH"]
    for who in (*UNTRUSTED_OF_LEAD, "sister", "staff"):
        read = read_by(everybody[who], pages)
        assert not [page for page in read if order.number in read[page].replace("q=99-KH", "")], who
    assert WORDS in read_by(people["officer"], pages)[f"/orders/{order.pk}/"]


# --- letters and notices ------------------------------------------------------------------------


def letters_to(name: str) -> str:
    rows = Letter.objects.filter(person__username=name)
    return " ".join(f"{letter.subject} {letter.text} {letter.html}" for letter in rows)


@pytest.mark.parametrize("level", ["restricted", "secret"])
def test_a_letter_names_code_and_day_only(
    at_nine: None,
    bodies: Bodies,
    people: People,
    everybody: People,
    order: Order,
    task_at: TaskAt,
    level: str,
) -> None:
    seed(2026, 2026)
    Notice.objects.all().delete()
    task = hide(level, "in_progress", people, task_at, order=order, due_on=today() + DAY)
    gone = hide(level, "recalled", people, task_at, order=order)
    remind(today())
    trusted = ("head", "secretary", "officer", "lead_head")
    assert any(task.code in letters_to(who) for who in trusted)
    for who in trusted:
        said = letters_to(who)
        assert not [words for words in (WORDS, PAPER, order.number, "Số 99", "no. 99") if words in said], who
    assert gone.code in letters_to("officer")
    for who in everybody:
        assert not [one.code for one in (task, gone) if one.code in letters_to(who)], who
        assert not Notice.objects.filter(person__username=who).exists(), who
    api = Api(people["officer"])
    told = api.get("notices/").content.decode() + read_by(people["officer"], ["/notices/"])["/notices/"]
    assert task.code in told
    assert WORDS not in told
    assert PAPER not in told


def test_what_was_owed_is_asked_again_once_a_task_is_restricted(
    at_nine: None, people: People, everybody: People, task_at: TaskAt, hands_down: Person
) -> None:
    """Those who lose sight of it find its name nowhere: not in the letter that waits, not on old notices."""
    seed(2026, 2026)
    task = task_at("in_progress", due_on=today() + DAY, **{**HIDDEN, "number": "99/KHO"})
    lived_through(task, people)
    actions.recall(task=task_at("assigned", **HIDDEN), by=people["head"], reason=WORDS)
    losing = ("lead_deputy", "standing_deputy", "deputy")
    assert Notice.objects.filter(person__username__in=losing, about_id=task.pk).exists()
    for one in Task.objects.filter(title=WORDS):
        actions.edit_task(task=one, values={"secrecy": "restricted"}, by=people["secretary"])
    remind(today())
    for name, person in everybody.items():
        assert WORDS not in letters_to(name), name
        assert task.code not in letters_to(name), name
        read = read_by(person, ["/notices/", "/api/notices/", "/", "/tasks/", "/admin/audit/event/"])
        assert not [page for page, said in read.items() if WORDS in said or "99/KHO" in said], name


def test_a_told_notice_forgets_the_name_of_what_is_restricted_since(
    at_nine: None, people: People, everybody: People, task_at: TaskAt
) -> None:
    seed(2026, 2026)
    task = task_at("submitted", **HIDDEN)
    remind(today())
    assert WORDS in letters_to("deputy")
    pages = ["/notices/", "/api/notices/"]
    assert all(WORDS in said for said in read_by(everybody["deputy"], pages).values())
    actions.confirm(task=task, by=people["secretary"])
    Task.objects.filter(pk=task.pk).update(secrecy="restricted")
    assert not [page for page, said in read_by(everybody["deputy"], pages).items() if WORDS in said]


def test_nobody_is_told_who_may_not_read(people: People, everybody: People, task_at: TaskAt) -> None:
    """Not even that something they cannot see was urged, withdrawn or given to another body."""
    task = hide("restricted", "in_progress", people, task_at)
    actions.withdraw(task=task, by=people["secretary"], reason=WORDS)
    told = set(Notice.objects.values_list("person__username", flat=True))
    assert told <= {"head", "secretary", "officer", "lead_head", "helper"}
