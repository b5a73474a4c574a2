"""A sheet that left the portal and comes back: shown cell by cell, and applied through actions."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from openpyxl import Workbook, load_workbook

from audit.models import Event
from committees.models import Person
from imports import actions as import_actions
from imports import meaning
from imports.models import Import
from imports.problems import problem_sentence
from portal.shared.days import today
from reports.actions import ask_export, make_export
from tasks import actions
from tasks.lists import sheet
from tasks.models import Order, Task
from tests.support.office import converted
from tests.support.people import Bodies, TaskAt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_here")]
People = dict[str, Person]
Cells = dict[str, Any]
Comes = Callable[..., Import]


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


def exported(tasks: list[Task], change: Callable[[list[Cells]], None] = lambda rows: None) -> bytes:
    """The sheet of these tasks, its cells as somebody left them, some rows under the title of a report."""
    rows = [{"row": place, "state": "", **sheet.values_of(task)} for place, task in enumerate(tasks, start=1)]
    change(rows)
    book, kept = Workbook(), BytesIO()
    book.worksheets[0].append(["BÁO CÁO"])
    book.worksheets[0].append([str(column.head) for column in sheet.COLUMNS])
    for row in rows:
        book.worksheets[0].append([row[column.name] for column in sheet.COLUMNS])
    book.save(kept)
    return kept.getvalue()


@pytest.fixture
def comes_back(order: Order, people: People) -> Comes:
    """`comes_back(tasks, change)`: the import of their sheet, read."""

    def make(tasks: list[Task], change: Callable[[list[Cells]], None] = lambda rows: None) -> Import:
        file = SimpleUploadedFile("nhiem-vu.xlsx", exported(tasks, change))
        imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
        import_actions.read_import(imported.pk)
        imported.refresh_from_db()
        return imported

    return make


@pytest.fixture
def tasks(order: Order, task_at: TaskAt) -> list[Task]:
    titles = ("Lập danh mục điểm lõm sóng", "Xây dựng nền tảng", "-5 % thời gian xử lý")
    drafts = [
        task_at("draft", order=order, number=str(place), title=title, pillar="Hạ tầng số")
        for place, title in enumerate(titles, start=1)
    ]
    return [*drafts, task_at("in_progress", order=order, number="4", title="Đang thực hiện")]


def doubts(imported: Import) -> list[str]:
    return [problem["code"] for row in imported.rows.all() for problem in row.problems]


# --- untouched ------------------------------------------------------------------------------------------


def test_an_untouched_file_changes_nothing_and_says_so(
    client: Client, comes_back: Comes, tasks: list[Task], people: People
) -> None:
    imported = comes_back(tasks)
    assert (imported.state, imported.total, imported.rows.count()) == ("ready", 4, 0)
    Person.objects.filter(username="secretary").update(language="en")
    client.force_login(people["secretary"])
    said = html.unescape(client.get(imported.get_absolute_url()).content.decode())
    assert "Nothing in this file is different." in said
    events = Event.objects.count()
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert Event.objects.count() == events


def test_rows_in_another_order_and_columns_left_out_change_nothing(
    comes_back: Comes, tasks: list[Task]
) -> None:
    def turned(rows: list[Cells]) -> None:
        rows.reverse()

    assert comes_back(tasks, turned).rows.count() == 0


# --- changed --------------------------------------------------------------------------------------------


@pytest.mark.once
def test_each_cell_that_differs_is_applied_as_an_edit(
    comes_back: Comes, tasks: list[Task], people: People, bodies: Bodies
) -> None:
    day = today() + timedelta(days=12)

    def change(rows: list[Cells]) -> None:
        rows[0] |= {"title": "Lập danh mục điểm lõm sóng, vùng trũng", "due": day, "deliverable": "Bản đồ"}
        rows[1] |= {"lead": f"{bodies.helper.brief}; {bodies.lead.brief}", "coordinating": ""}

    imported = comes_back(tasks, change)
    first, _second = imported.rows.all()
    assert [name for name, _was, _becomes in first.values["changes"]] == ["title", "deliverable", "due"]
    assert first.values["changes"][0][1:] == [tasks[0].title, "Lập danh mục điểm lõm sóng, vùng trũng"]
    last = Event.objects.latest("pk").pk
    import_actions.write_import(imported=imported, by=people["secretary"])
    for task in tasks:
        task.refresh_from_db()
    assert (tasks[0].due_on, tasks[0].deliverable) == (day, "Bản đồ")
    assert tasks[1].lead == bodies.helper
    assert [(part.body, part.kind) for part in tasks[1].parts.all()] == [(bodies.lead, "co_lead")]
    assert tasks[2].version == 0
    verbs = list(Event.objects.filter(pk__gt=last).values_list("verb", flat=True))
    assert sorted(verbs) == ["import_written", "task_changed", "task_changed"]
    assert comes_back(tasks).rows.count() == 0, "what it says now is what an export says"


def test_a_new_row_becomes_a_draft_beside_the_changes(
    comes_back: Comes, tasks: list[Task], people: People
) -> None:
    def change(rows: list[Cells]) -> None:
        rows[0]["title"] = "Khác"
        empty = dict.fromkeys(rows[0], "")
        rows.append({**empty, "title": "Việc hoàn toàn mới", "number": "9", "due": date(2027, 6, 30)})

    imported = comes_back(tasks, change)
    import_actions.write_import(imported=imported, by=people["secretary"])
    (draft,) = imported.drafts()
    assert (draft.title, draft.number, draft.due_on) == ("Việc hoàn toàn mới", "9", date(2027, 6, 30))


# --- refused --------------------------------------------------------------------------------------------


def changed(name: str, value: Any, place: int = 0) -> Callable[[list[Cells]], None]:
    def change(rows: list[Cells]) -> None:
        rows[place][name] = value

    return change


@pytest.mark.once
@pytest.mark.parametrize(
    "name, value, place, code",
    [
        ("percent", 90, 0, "fixed_cell"),
        ("order", "99-KH", 0, "fixed_cell"),
        ("due", "31/6/2026", 0, "due_no_such_day"),
        ("lead", "Cơ quan không có thật", 0, "unknown_body"),
        ("lead", "Sở Tài chính", 3, "lead_of_issued"),
        ("due", "30/6/2020", 3, "due_passed"),
        ("due", date(2020, 1, 1), 3, "due_passed"),
        ("due", "Quý II/2020", 3, "due_passed"),
    ],
)
def test_what_a_file_cannot_change_says_so(
    comes_back: Comes,
    tasks: list[Task],
    people: People,
    name: str,
    value: Any,
    place: int,
    code: str,
) -> None:
    imported = comes_back(tasks, changed(name, value, place))
    assert code in doubts(imported)
    before = Event.objects.count()
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert Event.objects.count() == before


def test_a_passed_deadline_of_a_draft_is_taken_from_a_file(
    comes_back: Comes, tasks: list[Task], people: People
) -> None:
    """It is asked about when the draft is given."""
    imported = comes_back(tasks, changed("due", date(2020, 6, 30)))
    assert doubts(imported) == []
    import_actions.write_import(imported=imported, by=people["secretary"])
    tasks[0].refresh_from_db()
    assert tasks[0].due_on == date(2020, 6, 30)


def test_a_deadline_that_passes_before_the_file_is_written_is_asked_about_too(
    comes_back: Comes, tasks: list[Task], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = today()
    imported = comes_back(tasks, changed("due", day, 3))
    assert doubts(imported) == []
    monkeypatch.setattr("tasks.actions.deadlines.today", lambda: day + timedelta(days=1))
    with pytest.raises(ValidationError) as refused, translation.override("en"):
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert "has already passed" in refused.value.messages[0]


def test_why_a_task_cannot_be_changed_is_told_as_its_reader_reads(
    comes_back: Comes, task_at: TaskAt, order: Order
) -> None:
    """Kept as code and values: whoever looks reads it in their own language, not in that of the sender."""
    task = task_at("submitted", order=order, number="9")

    def change(rows: list[Cells]) -> None:
        rows[0] |= {"title": "Khác"}

    (row,) = comes_back([task], change).rows.all()
    (problem,) = [one for one in meaning.problems_of(row) if one.code == "not_now"]
    assert problem.values == {"code": task.code, "state": "submitted"}
    shown = {}
    for language in ("en", "vi"):
        with translation.override(language):
            shown[language] = problem_sentence(problem)
    assert shown["en"] == (
        f"{task.code} cannot be changed now, it is: waiting for confirmation. Leave the row out."
    )
    assert (
        shown["vi"]
        == f"Hiện không sửa được nhiệm vụ {task.code}, trạng thái: chờ xác nhận. Hãy bỏ dòng này ra."
    )


def test_a_row_that_changed_meanwhile_is_refused(
    comes_back: Comes, tasks: list[Task], people: People, order: Order
) -> None:
    by = people["secretary"]
    file = exported(tasks, changed("title", "Của tệp"))
    actions.edit_task(task=tasks[0], values={"deliverable": "Của người khác"}, by=people["assistant"])
    imported = import_actions.start_import(order=order, file=SimpleUploadedFile("a.xlsx", file), by=by)
    import_actions.read_import(imported.pk)
    assert "stale_row" in doubts(imported)
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=by)
    tasks[0].refresh_from_db()
    assert (tasks[0].title, tasks[0].deliverable) == ("Lập danh mục điểm lõm sóng", "Của người khác")


@pytest.mark.once
def test_what_changes_between_reading_and_writing_is_refused_too(
    comes_back: Comes, tasks: list[Task], people: People
) -> None:
    """All or nothing: the other row is not written either."""

    def change(rows: list[Cells]) -> None:
        rows[0]["title"], rows[1]["title"] = "Một", "Hai"

    imported = comes_back(tasks, change)
    assert doubts(imported) == []
    actions.edit_task(task=tasks[1], values={"deliverable": "Khác"}, by=people["assistant"])
    with pytest.raises(ValidationError) as refused:
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert re.search(r"\b4\b", refused.value.messages[0]), "the row of the file"
    tasks[0].refresh_from_db()
    assert tasks[0].title == "Lập danh mục điểm lõm sóng"


@pytest.mark.once
def test_a_task_that_its_writer_no_longer_sees_is_refused_by_its_row(
    comes_back: Comes, tasks: list[Task], people: People
) -> None:
    imported = comes_back([tasks[0]], changed("title", "Một"))
    assert doubts(imported) == []
    actions.edit_task(task=tasks[0], values={"secrecy": "restricted"}, by=people["secretary"])
    assistant = people["assistant"]
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        import_actions.write_import(imported=imported, by=assistant)
    assert "You no longer see this task. Leave the row out." in refused.value.messages[0]
    tasks[0].refresh_from_db()
    assert tasks[0].title == "Lập danh mục điểm lõm sóng"


def test_a_task_of_others_is_not_told_of(
    comes_back: Comes, tasks: list[Task], people: People, bodies: Bodies
) -> None:
    other = Task(title="Việc của nơi khác", assigner=bodies.sister)
    other = actions.new_task(task=other, by=people["sister"])
    imported = comes_back([other], changed("title", "Chiếm lấy"))
    (row,) = imported.rows.all()
    assert doubts(imported) == ["no_such_task"]
    assert row.values["changes"] == []
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=people["secretary"])


def test_what_a_colleague_may_not_see_of_it_is_not_shown_to_them(
    client: Client, comes_back: Comes, task_at: TaskAt, order: Order, people: People
) -> None:
    titles = {"title": "Việc hạn chế", "deliverable": "Báo cáo kín", "secrecy": "restricted"}
    task = task_at("draft", order=order, parts=[], **titles)

    def change(rows: list[Cells]) -> None:
        rows[0] |= {"title": "Việc hạn chế mới", "deliverable": "Khác", "percent": 5}

    imported = comes_back([task], change)
    for who, sees in (("secretary", True), ("assistant", False)):
        client.force_login(people[who])
        said = html.unescape(client.get(imported.get_absolute_url()).content.decode())
        assert task.code in said
        assert [words in said for words in ("Việc hạn chế", "Báo cáo kín")] == [sees, sees]


def test_the_page_says_which_rows_cannot_be_written(
    client: Client, comes_back: Comes, tasks: list[Task], people: People
) -> None:
    imported = comes_back(tasks, changed("percent", 90))
    Person.objects.filter(username="secretary").update(language="en")
    client.force_login(people["secretary"])
    said = html.unescape(client.get(imported.get_absolute_url()).content.decode())
    assert "1 row cannot be written: leave it out, or send a corrected file." in said
    assert "not certain: its draft" not in said


def test_the_page_shows_was_and_becomes(
    client: Client, comes_back: Comes, tasks: list[Task], people: People
) -> None:
    imported = comes_back(tasks, changed("title", "Tên mới"))
    client.force_login(people["secretary"])
    said = html.unescape(client.get(imported.get_absolute_url()).content.decode())
    assert "<del>Lập danh mục điểm lõm sóng</del> → <ins>Tên mới</ins>" in said
    url = f"{imported.get_absolute_url()}rows/1/"
    assert client.post(f"{url}leave-out/", {"out": "1"}).status_code == 302
    assert client.get(url).status_code == 302, "nothing to correct on a page of its own"


# --- for real -------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("language", ["vi", "en"])
def test_out_of_the_portal_through_libreoffice_and_back(
    language: str, tasks: list[Task], people: People, order: Order, tmp_path: Path
) -> None:
    """The portal's own Excel file, saved by LibreOffice untouched; then with one cell of it changed."""
    by = people["secretary"]
    by.language = language
    by.save(update_fields=["language"])
    with translation.override(language):
        export = ask_export(by=by, report="list", format="xlsx", data=QueryDict(f"order={order.pk}"))
        made = make_export(export.pk, tell=False)
    assert made is not None
    made.refresh_from_db()
    content = made.file.open("rb").read()
    kept = converted({"nhiem-vu.xlsx": content}, "xlsx", tmp_path)["nhiem-vu.xlsx"].read_bytes()
    for file in (content, kept):
        imported = sent(file, order, by)
        assert (imported.state, imported.total, imported.rows.count()) == ("ready", 4, 0), imported.problem
    book = load_workbook(BytesIO(kept))
    (cell,) = (cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == tasks[0].title)
    cell.value = "Tên sửa trong tệp"
    changed_file = BytesIO()
    book.save(changed_file)
    imported = sent(changed_file.getvalue(), order, by)
    import_actions.write_import(imported=imported, by=by)
    tasks[0].refresh_from_db()
    assert tasks[0].title == "Tên sửa trong tệp"
    assert [task.version for task in Task.objects.filter(order=order, version__gt=0, state="draft")] == [1]


def sent(file: bytes, order: Order, by: Person) -> Import:
    imported = import_actions.start_import(order=order, file=SimpleUploadedFile("nhiem-vu.xlsx", file), by=by)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    return imported
