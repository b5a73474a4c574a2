"""Columns that the file hides: read by nobody until somebody says what they mean."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from committees.models import Person
from imports import actions as import_actions
from tests.imports.columns.helpers import TWO_DAYS, Read, again, days, text_of, url

pytestmark = [pytest.mark.usefixtures("in_english", "read_here"), pytest.mark.django_db, pytest.mark.once]


def test_what_a_hidden_column_means_can_be_said(read_hidden: Read, secretary: Client) -> None:
    imported = read_hidden(TWO_DAYS, "D", "F")
    page = secretary.get(imported.get_absolute_url())
    assert "The column “Kinh phí” is hidden and was not read" in text_of(page)
    assert days(imported) == ["2027-09-30"]
    asked = page.context["columns_form"].columns
    place = [one.name for one in asked].index("Kinh phí")
    secretary.post(url(imported), {"version": imported.version, f"column_{place}": "note"})
    (row,) = again(imported).rows.all()
    assert (row.values["description"], row.values["due_on"]) == ("500 triệu", "2027-09-30")
    words = text_of(secretary.get(imported.get_absolute_url()))
    assert "The column “Kinh phí” is hidden" not in words
    assert "The column “Kinh phí” is read as somebody said" in words
    assert "The column “Thời hạn” is hidden" in words


def test_a_hidden_column_stands_in_for_one_that_is_seen(read_hidden: Read, people: dict[str, Person]) -> None:
    """Of two with one heading each has a key of its own."""
    rows = [
        ["Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Thời hạn"],
        ["Lập danh mục", "Sở Y tế", "30/6/2027", "30/9/2027"],
    ]
    imported = read_hidden(rows, "C")
    assert days(imported) == ["2027-09-30"]
    meanings = {"thoi han (hidden)": "due", "thoi han": ""}
    with pytest.raises(ValidationError):
        import_actions.name_columns(imported=imported, meanings=meanings, by=people["secretary"])
    hidden = {"thoi han (hidden)": "due"}
    import_actions.name_columns(imported=imported, meanings=hidden, by=people["secretary"])
    assert days(again(imported)) == ["2027-06-30"]
    import_actions.name_columns(
        imported=imported, meanings={"thoi han (hidden)": None}, by=people["secretary"]
    )
    assert days(again(imported)) == ["2027-09-30"]


def test_what_was_said_of_a_column_that_is_seen_brings_no_hidden_one_to_light(
    read: Read, read_hidden: Read, people: dict[str, Person]
) -> None:
    by = people["secretary"]
    imported = read(TWO_DAYS)
    import_actions.name_columns(imported=imported, meanings={"kinh phi": "note"}, by=by, remember=True)
    other = read_hidden(TWO_DAYS, "D", "F")
    assert "500 triệu" not in str(other.rows.get().values)
    # What was said of a hidden one is remembered for the hidden ones of the next file.
    hidden = {"kinh phi (hidden)": "note"}
    import_actions.name_columns(imported=other, meanings=hidden, by=by, remember=True)
    assert again(other).rows.get().values["description"] == "500 triệu"
    assert read_hidden(TWO_DAYS, "D", "F").rows.get().values["description"] == "500 triệu"


def test_a_hidden_column_of_computed_cells_is_refused_once_it_is_meant(
    read_hidden: Read, people: dict[str, Person]
) -> None:
    """Before that they are nobody's business."""
    rows = [["Nhiệm vụ", "Cơ quan chủ trì", "Ghi chú"], ["Lập danh mục", "Sở Y tế", "=1+1"]]
    imported = read_hidden(rows, "C")
    assert imported.state == "ready"
    meanings = {"ghi chu (hidden)": "note"}
    import_actions.name_columns(imported=imported, meanings=meanings, by=people["secretary"])
    imported = again(imported)
    assert (imported.state, imported.problem) == ("failed", "computed")
