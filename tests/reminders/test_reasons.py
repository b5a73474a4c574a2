"""Reasons in the ledger are codes: code and SQL compare them, and their words may change at any time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation

from committees.models import Person
from notices import drop_reasons
from notices.delivery.recheck import drop_notices
from notices.delivery.sender import send_owed
from notices.drop_reasons import DropReason, ReaderReason
from notices.models import Notice
from notices.public_holidays import fill_years
from portal.shared.days import today
from reminders import weekly_summary as summary
from reports import actions as reports
from reports.models import KEPT, Export
from reports.notice_kinds import READY, FileReason
from tasks import actions
from tasks.drop_reasons import REASON_OF_STATE, STOOD_STILL, TaskReason
from tasks.lifecycle import State
from tests.support.people import TaskAt

pytestmark = pytest.mark.django_db

REASONS = drop_reasons.every()


def notice_for(person: Person, **values: Any) -> Notice:
    values = {"kind": "overdue", "about_type": "tasks.task", "about_id": 1, "on": today(), **values}
    return Notice.objects.create(key=f"{values['kind']}:{Notice.objects.count()}", person=person, **values)


# Every code has words


def test_every_app_registered_its_reasons() -> None:
    kinds: set[type[DropReason]] = {type(reason) for reason in REASONS}
    of_the_apps = {kind for kind in DropReason.__subclasses__() if not kind.__module__.startswith("tests.")}
    assert kinds == of_the_apps >= {ReaderReason, TaskReason, FileReason}
    assert summary.SummaryReason in kinds
    assert set(REASON_OF_STATE) == set(State)
    assert set(STOOD_STILL) <= set(REASONS)


@pytest.mark.parametrize("reason", [*REASONS, *Export.Problem], ids=lambda reason: str(reason.value))
def test_a_code_is_short_and_has_a_sentence_in_both_languages(reason: Any) -> None:
    assert reason.value.replace("_", "").isalpha()
    assert reason.value.islower()
    with translation.override("en"):
        english = str(reason.label)
    with translation.override("vi"):
        vietnamese = str(reason.label)
    assert english.endswith(".")
    assert vietnamese.endswith(".")
    assert english != vietnamese


def test_two_reasons_never_share_a_code() -> None:
    class Another(DropReason):
        GONE = "task_deleted", "Gone."

    with pytest.raises(ValueError, match="task_deleted"):
        drop_reasons.register(Another)


# What a row keeps


def test_each_reason_is_kept_as_its_code_and_read_in_words(people: dict[str, Person]) -> None:
    notices = {notice_for(people["officer"]).pk: reason for reason in REASONS}
    drop_notices(notices)
    for notice in Notice.objects.all():
        reason = notices[notice.pk]
        assert (notice.state, notice.dropped_because) == ("dropped", reason.value)
        assert drop_reasons.label(notice.dropped_because) == str(reason.label)
    Person.objects.filter(pk=people["admin"].pk).update(language="vi")
    client = Client(headers={"accept-language": "vi"})
    client.force_login(people["admin"])
    page = client.get("/admin/notices/notice/?all=").content.decode()
    with translation.override("vi"):
        assert all(str(reason.label) in page for reason in REASONS)


@pytest.mark.parametrize("sentence", ["The task was withdrawn.", "Nhiệm vụ đã thu hồi", "Locked ", " "])
def test_the_database_keeps_no_sentence(people: dict[str, Person], sentence: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        notice_for(people["officer"], state="dropped", dropped_because=sentence)
    export = export_of(people["officer"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(state="failed", problem=sentence)


@pytest.mark.parametrize("state, problem", [("failed", ""), ("ready", "broke"), ("failed", "other")])
def test_a_file_has_a_problem_when_it_failed_and_only_then(
    people: dict[str, Person], state: str, problem: str
) -> None:
    export = export_of(people["officer"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(state=state, problem=problem)


def export_of(person: Person) -> Export:
    return reports.ask_export(by=person, report="list", format="xlsx", data=QueryDict())


# Other words change nothing


@pytest.fixture
def reworded(monkeypatch: Any) -> None:
    for reason in REASONS:
        monkeypatch.setattr(reason, "_label_", f"Another wording of {reason.name}")


def test_what_is_read_in_the_portal_is_still_read(people: dict[str, Person], reworded: None) -> None:
    officer = people["officer"]
    drop_notices({notice_for(officer).pk: reason for reason in REASONS})
    shown = set(Notice.objects.for_person(officer).values_list("dropped_because", flat=True))
    assert shown == {"no_address", "in_portal", "address_refused", "switched_off"}


def test_what_stood_still_is_still_owed_again(
    people: dict[str, Person], task_at: TaskAt, reworded: None
) -> None:
    task = task_at("in_progress")
    Notice.objects.all().delete()
    stopped = notice_for(people["officer"], about_id=task.pk)
    drop_notices({stopped.pk: REASON_OF_STATE[State.SUSPENDED]})
    other = notice_for(people["officer"], about_id=task.pk, step="+3")
    drop_notices({other.pk: TaskReason.LATER_STEP})
    actions.suspend(task=task, by=people["secretary"], reason="Chờ hướng dẫn.")
    actions.resume(task=task, by=people["secretary"])
    states = dict(Notice.objects.filter(kind="overdue").values_list("pk", "state"))
    assert states == {stopped.pk: "owed", other.pk: "dropped"}


def test_a_file_that_expired_is_no_news(people: dict[str, Person]) -> None:
    """On a working day: the letters of a day off wait."""
    day = date(2026, 7, 20)
    fill_years(2026, 2026)
    export = export_of(people["officer"])
    reports.make_export(export.pk, tell=True)
    Notice.objects.exclude(kind=READY).delete()
    Notice.objects.update(on=day)
    reports.expire_exports(now=timezone.now() + KEPT + timedelta(days=1))
    send_owed(day)
    assert set(Notice.objects.values_list("dropped_because", flat=True)) == {FileReason.GONE.value}


# No sentence is read out of a row


TABLES = {("portal/context.py", "label"), ("portal/templatetags/look.py", "word")}
"""Words of a table in the code under a name of their own."""


@pytest.mark.once
def test_nothing_that_a_row_keeps_is_translated() -> None:
    """Whoever translates what a row keeps has kept a sentence."""
    assert set(_translated()) == TABLES


def _translated() -> Iterator[tuple[str, str]]:
    """File and expression of each call for a translation of what is neither a literal nor of a constant."""
    root = Path(settings.BASE_DIR)
    for app in ("audit", "committees", "notices", "tasks", "reports", "portal"):
        for path in root.joinpath(app).rglob("*.py"):
            tree = ast.parse(path.read_text())
            translators = {
                alias.asname or alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
                for alias in node.names
                if "gettext" in alias.name
            }
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in translators:
                    continue
                names = [one.id for one in ast.walk(node.args[0]) if isinstance(one, ast.Name)]
                if names and not any(name.isupper() for name in names):
                    yield str(path.relative_to(root)), ast.unparse(node.args[0])
