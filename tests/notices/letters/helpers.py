"""What the tests of letters share."""

from datetime import date
from typing import Any

from tasks import actions

TODAY = date(2026, 7, 20)  # a Monday


DUE = date(2026, 7, 16)  # two working days before


def text_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def html_of(message: Any) -> str:
    return str(message.get_body(("html",)).get_content())


def withdrawn(task, people, officer):
    actions.withdraw(task=task, by=people["secretary"], reason="Trùng.")


def submitted(task, people, officer):
    actions.add_evidence(task=task, by=officer, kind="document", document="12/BC")
    actions.submit(task=task, by=officer, report="Xong.")


def completed(task, people, officer):
    submitted(task, people, officer)
    actions.confirm(task=task, by=people["secretary"])
