"""Secret tasks hold no words through any door; restricted ones are not there for whoever is not trusted."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, models, transaction
from django.test import Client
from rest_framework.serializers import CharField

from audit.models import Event
from portal.shared.days import today
from portal.shared.fields import PlainField
from tasks import actions, secrecy
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.models import PLACEHOLDER_TITLE, Progress, Task
from tasks.verbs import VERBS
from tests.support.admin_door import ready_for_admin
from tests.support.api import Api
from tests.support.people import (
    Bodies,
    TaskAt,
    other_than,
)
from tests.support.verbs import CASES, as_json
from tests.tasks.secrecy.helpers import (
    DAY,
    PAPER,
    PLANTED,
    People,
    holders,
    made_secret,
    refused_fields,
)

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


def ready_secret(verb: str, people: People, task_at: TaskAt) -> Task:
    return made_secret(ready_for_admin(verb, task_at, people, number="17"))


def given(verb: str, task: Task, people: People) -> dict[str, Any]:
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
    said = as_json(CASES[verb].values(task, people))
    return {name: said[name] for name in said if name not in words_of(verb)}


def taken(verb: str) -> dict[str, Any]:
    takes: Any = VERBS[verb].api_input()
    return dict(getattr(takes, "fields", {}))


def words_of(verb: str) -> list[str]:
    """The fields of a verb over the API in which somebody types; the title of a task is the portal's own."""
    named = [name for name, field in taken(verb).items() if type(field) is CharField]
    return [name for name in named if name != "title" or verb != "edit"]


@pytest.mark.once
def test_every_verb_of_the_api_takes_numbers_only(people: People, task_at: TaskAt) -> None:
    """No verb is left out: a new one is asked the same, whatever its fields are called."""
    api = Api(people["admin"])
    for verb in VERBS:
        task = ready_secret(verb, people, task_at)
        address, data = f"tasks/{task.pk}/{verb.replace('_', '-')}/", given(verb, task, people)
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
    for verb, row in VERBS.items():
        if row.has_own_page:
            continue
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
            filled = {
                "percent": 40,
                **given(verb, task, people),
                **dict.fromkeys(typed, PAPER),
                "title": PLANTED,
            }
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
