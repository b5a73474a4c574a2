"""What a received file holds and nobody could read: named on its page, and answered there."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from audit.versions import StaleVersion
from committees.models import Person
from imports import actions as import_actions
from imports.actions import files as importing
from imports.models import ColumnMeaning, Import
from imports.reading.column_answers import remembered_answers
from imports.reading.passed_over import passed_over_to_json
from imports.types import PassedOver
from portal.shared.verdicts import Refused
from tasks.models import Order
from tests.imports.columns.helpers import INDICATORS, TWO_DAYS, Read, again, codes, days, text_of, url
from tests.support.imports import checked, read_as, workbook
from tests.support.office import HEADER
from tests.support.people import Bodies

pytestmark = [pytest.mark.usefixtures("in_english", "read_here"), pytest.mark.django_db, pytest.mark.once]


def test_the_page_names_what_was_not_read_and_asks(read: Read, secretary: Client) -> None:
    imported = read(TWO_DAYS, Chỉ_tiêu=INDICATORS)
    assert (days(imported), codes(imported)) == ([None], ["two_columns"])
    page = secretary.get(imported.get_absolute_url())
    words = text_of(page)
    assert "Several columns may be the same: Thời hạn; Thời hạn điều chỉnh" in words
    assert "None of them was taken." in words
    assert "The column “Kinh phí” was not read" in words
    assert "The sheet “Chỉ_tiêu” was not read" in words
    form = page.context["columns_form"]
    assert [key for key, _label in form.fields["column_0"].choices] == [
        *("", "thoi han", "thoi han dieu chinh", "-")
    ]
    assert ("chi tieu", "The task stands in “Chỉ tiêu (B)”") in form.fields["column_2"].choices


def test_many_other_tables_do_not_stand_before_the_rows(read: Read, secretary: Client) -> None:
    for count, is_open in ((3, True), (4, False)):
        imported = read(TWO_DAYS, **{f"Biểu_{n}": INDICATORS for n in range(count)})
        page = secretary.get(imported.get_absolute_url()).content.decode()
        assert (f"{count} sheets or tables without tasks" in page, "<details open>" in page) == (
            True,
            is_open,
        )


def test_an_answer_sends_the_file_to_be_read_again_in_the_background(
    read: Read, secretary: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = read(TWO_DAYS)
    queued: list[Any] = []
    monkeypatch.setattr("imports.actions.column_meanings.queue", lambda job, pk: queued.append((job, pk)))
    with monkeypatch.context() as patched:
        patched.setattr(importing, "read_tables", lambda *_args: pytest.fail("read while somebody waits"))
        sent = {"version": imported.version, "column_0": "thoi han dieu chinh", "column_1": "note"}
        answer = secretary.post(url(imported), {**sent, "remember": "on"}, follow=True)
    assert queued == [("imports.jobs.read_import", imported.pk)]
    imported.refresh_from_db()
    assert (imported.state, imported.rows.count()) == ("reading", 0)
    assert "The file is being read" in text_of(answer)
    again(imported)
    (row,) = imported.rows.all()
    assert (row.values["due_on"], row.values["description"], row.problems) == (
        *("2027-09-30", "500 triệu"),
        [],
    )
    event = Event.objects.get(verb="import_columns_named")
    assert event.after == {"Thời hạn điều chỉnh": "due", "Kinh phí": "note"}
    page = text_of(secretary.get(imported.get_absolute_url()))
    assert "The column “Thời hạn” was not read" in page
    assert "The column “Kinh phí” is read as somebody said" in page


def test_what_was_said_is_remembered_for_the_body_and_its_headings(
    read: Read, secretary: Client, bodies: Bodies, people: dict[str, Person]
) -> None:
    imported = read(TWO_DAYS)
    import_actions.name_columns(
        imported=imported, meanings={"thoi han dieu chinh": "due"}, by=people["secretary"], remember=True
    )
    later = read([[words.upper() for words in TWO_DAYS[0]], *TWO_DAYS[1:]])
    assert (days(later), codes(later)) == (["2027-09-30"], [])
    meaning = ColumnMeaning.objects.get()
    assert (meaning.body, meaning.heading, meaning.field) == (
        *(bodies.committee, "Thời hạn điều chỉnh", "due"),
    )
    assert Event.objects.filter(verb="columns_remembered").count() == 1
    other = Order.objects.create(body=bodies.lead, number="1/KH", kind="plan", issued_on=date(2026, 1, 1))
    assert remembered_answers(other.body) == {}
    papers = text_of(secretary.get("/bodies/COMMITTEE/papers/"))
    assert "Thời hạn điều chỉnh Deadline" in papers
    assert secretary.post(f"/bodies/COMMITTEE/papers/columns/{meaning.pk}/forget/").status_code == 302
    assert codes(read(TWO_DAYS)) == ["two_columns"]


def test_an_answer_is_taken_back_where_it_was_given(read: Read, people: dict[str, Person]) -> None:
    by = people["secretary"]
    imported = read(TWO_DAYS)
    import_actions.name_columns(imported=imported, meanings={"kinh phi": "deliverable"}, by=by, remember=True)
    assert again(imported).rows.get().values["deliverable"] == "500 triệu"
    import_actions.name_columns(imported=imported, meanings={"kinh phi": None}, by=by, remember=True)
    assert again(imported).rows.get().values["deliverable"] == ""
    assert (imported.columns, ColumnMeaning.objects.count()) == ({}, 0)


def test_none_of_two_columns_may_be_meant(read: Read, secretary: Client) -> None:
    imported = read(TWO_DAYS)
    secretary.post(url(imported), {"version": imported.version, "column_0": "-", "remember": "on"})
    again(imported)
    assert (days(imported), codes(imported)) == ([None], ["no_due"])
    assert ColumnMeaning.objects.count() == 0, "the next file may have only one of them"


def test_of_two_answers_for_one_field_the_last_counts(
    read: Read, secretary: Client, people: dict[str, Person]
) -> None:
    by, imported = people["secretary"], read(TWO_DAYS)
    both = {"thoi han": "due", "thoi han dieu chinh": "due"}
    import_actions.name_columns(imported=imported, meanings=both, by=by, remember=True)
    assert codes(again(imported)) == ["two_columns"]
    sent = {"version": imported.version, "column_0": "thoi han dieu chinh", "remember": "on"}
    secretary.post(url(imported), sent)
    assert days(again(imported)) == ["2027-09-30"]
    assert days(read(TWO_DAYS)) == ["2027-09-30"]


def test_a_heading_as_long_as_a_page_can_be_remembered(read: Read, people: dict[str, Person]) -> None:
    imported = read([[*TWO_DAYS[0][:4], "Ghi rõ " * 200], ["1", "Việc", "Sở A", "2027", "thêm"]])
    (one,) = imported.passed_over
    key = one["columns"][0]["key"]
    import_actions.name_columns(
        imported=imported, meanings={key: "note"}, by=people["secretary"], remember=True
    )
    assert again(imported).rows.get().values["description"] == "thêm"
    assert len(ColumnMeaning.objects.get().heading) <= 250


def test_where_no_table_of_tasks_is_found_somebody_can_say_where_it_is(
    order: Order, people: dict[str, Person], secretary: Client
) -> None:
    imported = read_as(order, [], people["secretary"])
    imported.file.save("a.xlsx", SimpleUploadedFile("a.xlsx", workbook(*INDICATORS)))
    Import.objects.update(state="reading")
    again(imported)
    assert (imported.state, imported.problem) == ("failed", "no_table")
    page = secretary.get(imported.get_absolute_url())
    assert "The sheet “Sheet” was not read" in text_of(page)
    secretary.post(url(imported), {"version": imported.version, "column_0": "chi tieu"})
    again(imported)
    assert (imported.state, imported.problem) == ("ready", "")
    assert [row.values["title"] for row in imported.rows.all()] == ["100% hồ sơ"]


def test_of_a_table_whose_headings_nobody_knows_each_column_can_be_said(
    read: Read, people: dict[str, Person]
) -> None:
    rows = [["Đầu việc", "Ai lo", "Xong khi nào"], ["Lập danh mục", "Sở Y tế", "30/6/2027"]]
    imported = read(rows)
    assert (imported.state, imported.problem) == ("failed", "no_table")
    by = people["secretary"]
    import_actions.name_columns(imported=imported, meanings={"dau viec": "title"}, by=by)
    imported = again(imported)
    assert (imported.state, days(imported)) == ("ready", [None])
    asked = {"ai lo": "lead", "xong khi nao": "due"}
    import_actions.name_columns(imported=imported, meanings=asked, by=by)
    (row,) = again(imported).rows.all()
    read_as = (row.values["title"], row.values["due_on"], row.read["lead"])
    assert read_as == ("Lập danh mục", "2027-06-30", "Sở Y tế")


def test_an_answer_that_leaves_no_task_can_be_changed(read: Read, people: dict[str, Person]) -> None:
    imported = read([[*HEADER, "Kinh phí"], ["1", "Việc", "Sở A", "", "", "2027", "5"]])
    Import.objects.update(columns={"nhiem vu": ""}, state="reading")
    assert again(imported).state == "failed"
    import_actions.name_columns(imported=imported, meanings={"nhiem vu": None}, by=people["secretary"])
    assert (again(imported).state, imported.rows.count()) == ("ready", 1)


def test_a_wrong_answer_changes_nothing(read: Read, secretary: Client, people: dict[str, Person]) -> None:
    imported = read(TWO_DAYS)
    before = (imported.version, imported.columns, list(imported.rows.values()))
    for sent, words in (
        ({}, "Say of one column at least what it means."),
        ({"column_1": ""}, "Say of one column at least what it means."),
        ({"column_0": "ghi chu"}, "Select a valid choice"),
        ({"column_0": "thoi han", "version": imported.version - 1}, "changed"),
    ):
        answer = secretary.post(url(imported), {"version": imported.version, **sent})
        assert answer.status_code == 200
        assert words in text_of(answer)
    by = people["secretary"]
    for meanings, error in (
        ({"nhiem vu": "due"}, ValidationError),
        ({"kinh phi": "state"}, ValidationError),
        ({}, ValidationError),
    ):
        with pytest.raises(error):
            import_actions.name_columns(imported=imported, meanings=meanings, by=by)
    with pytest.raises(StaleVersion):
        import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=by, version=0)
    with pytest.raises(Refused):
        import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=people["member"])
    imported.refresh_from_db()
    assert (imported.version, imported.columns, list(imported.rows.values())) == before


def test_what_is_written_still_says_what_was_not_read(
    order: Order, people: dict[str, Person], secretary: Client
) -> None:
    imported = read_as(order, [checked()], people["secretary"])
    import_actions.write_import(imported=imported, by=people["secretary"])
    page = secretary.get(imported.get_absolute_url())
    assert "The column “Kinh phí” was not read" in text_of(page)
    assert "columns/" not in page.content.decode()
    assert secretary.post(url(imported), {"version": 1, "column_0": "note"}).status_code == 409


def test_reading_again_has_its_own_tries(read: Read, people: dict[str, Person]) -> None:
    """A file whose reading died once is not given up because somebody answered."""
    imported = read(TWO_DAYS)
    Import.objects.update(tries=importing.MAX_TRIES, read_since=imported.at)
    import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=people["secretary"])
    imported.refresh_from_db()
    assert (imported.tries, imported.read_since) == (0, None)
    assert again(imported).state == "ready"


def test_reading_again_has_its_own_hour(read: Read, people: dict[str, Person]) -> None:
    """A file received yesterday is not given up the minute after somebody answered."""
    imported = read(TWO_DAYS)
    Import.objects.update(at=imported.at - importing.GIVEN_UP_AFTER * 24)
    import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=people["secretary"])
    broken = mock.patch.object(importing, "read_tables", side_effect=OSError("disk"))
    with broken, pytest.raises(OSError, match="disk"):
        import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert imported.state == "reading"
    Import.objects.update(read_again_at=imported.at - importing.GIVEN_UP_AFTER * 2)
    with broken, pytest.raises(OSError, match="disk"):
        import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert imported.state == "failed"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_in_both_languages(language: str, read: Read, secretary: Client) -> None:
    imported = read(TWO_DAYS)
    Person.objects.update(language=language)
    words = text_of(secretary.get(imported.get_absolute_url()))
    expected = {"vi": "Chưa đọc cột “Kinh phí”", "en": "The column “Kinh phí” was not read"}
    assert expected[language] in words


def test_beside_an_answer_the_page_still_names_what_nobody_can_answer(
    read: Read, secretary: Client, people: dict[str, Person]
) -> None:
    imported = read(TWO_DAYS)
    import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=people["secretary"])
    imported = again(imported)
    told = PassedOver("hidden", "Sheet", "Mã ẩn", 1)
    imported.passed_over += passed_over_to_json([told])
    imported.save()
    assert text_of(secretary.get(imported.get_absolute_url())).count("The column “Mã ẩn” is hidden") == 1
