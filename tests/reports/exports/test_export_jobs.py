"""The jobs of files: what was left behind is taken up, what is at work or done is not, what is over goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.http import QueryDict
from django.utils import timezone

from reports import actions, jobs
from reports.models import STUCK, Export
from tests.reports.exports.helpers import People

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def asked(people: People, **values: object) -> Export:
    export = actions.ask_export(by=people["officer"], report="list", format="xlsx", data=QueryDict())
    Export.objects.filter(pk=export.pk).update(**values)
    return export


def test_what_was_left_behind_is_taken_up_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    waiting = asked(people, state=Export.State.WAITING)
    dead = asked(people, state=Export.State.MAKING, started_at=now - STUCK - timedelta(minutes=1))
    asked(people, state=Export.State.MAKING, started_at=now)
    asked(people, state=Export.State.FAILED, problem=Export.Problem.BROKE)
    queued: list[int] = []
    monkeypatch.setattr(jobs.make_export, "delay", queued.append)
    jobs.make_exports()
    assert sorted(queued) == [waiting.pk, dead.pk]


def test_a_file_whose_days_are_over_goes_and_its_row_says_so(people: People) -> None:
    export = asked(people, state=Export.State.WAITING)
    jobs.make_export(export.pk)
    export.refresh_from_db()
    assert export.state == Export.State.READY
    name = str(export.file.name)
    assert default_storage.exists(name)
    jobs.expire_exports()
    assert default_storage.exists(name), "its days are not over"
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    jobs.expire_exports()
    export.refresh_from_db()
    assert (export.state, bool(export.file), default_storage.exists(name)) == ("expired", False, False)
