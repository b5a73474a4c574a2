"""Fixtures of the tests in this folder."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from committees.models import Person
from imports import actions as import_actions
from imports.models import Import
from tasks.models import Order
from tests.imports.columns.helpers import Read, again
from tests.support.office import saved, sheet


@pytest.fixture
def read(order: Order, people: dict[str, Person]) -> Read:
    """`read(rows, …)`: a file received and read by its job."""
    Person.objects.update(language="en")
    people["secretary"].refresh_from_db()

    def make(rows: list[list[Any]], **others: list[list[Any]]) -> Import:
        file = SimpleUploadedFile("phu-luc.xlsx", sheet(rows, **others).getvalue())
        imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
        return again(imported)

    return make


@pytest.fixture
def secretary(client: Client, people: dict[str, Person]) -> Client:
    Person.objects.update(language="en")
    client.force_login(Person.objects.get(pk=people["secretary"].pk))
    return client


@pytest.fixture
def read_hidden(read: Read, order: Order, people: dict[str, Person]) -> Read:
    """`read_hidden(rows, "D")`: the same with columns that the file hides."""

    def make(rows: list[list[Any]], *letters: str) -> Import:
        book = load_workbook(sheet(rows))
        for letter in letters:
            book.worksheets[0].column_dimensions[letter].hidden = True
        file = SimpleUploadedFile("phu-luc.xlsx", saved(book).getvalue())
        return again(import_actions.start_import(order=order, file=file, by=people["secretary"]))

    return make
