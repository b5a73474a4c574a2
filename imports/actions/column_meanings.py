"""What the columns of received files mean, where their headings do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees.models import Body, Person
from committees.rules import may_name_bodies
from imports import rules as import_rules
from imports.actions.common import lock_import
from imports.actions.files import JOB
from imports.models import ColumnMeaning, Import
from imports.reading.column_answers import remembered_answers
from imports.reading.passed_over import ANSWERABLE_FIELDS, headings_in
from portal.shared.background import queue
from tasks.actions.common import refuse_stale


@transaction.atomic
def name_columns(
    *,
    imported: Import,
    meanings: Mapping[str, str | None],
    by: Person,
    remember: bool = False,
    version: int | None = None,
) -> Import:
    """Say what columns of a received file mean; it is read again with that, in the background.

    `meanings`: key of a heading → field, "" where it is not to be read, None for what the heading says.
    """
    imported = lock_import(imported)
    right = import_rules.may_name_columns(by, imported).or_raise()
    refuse_stale(imported, version)
    headings = headings_in(imported)
    if not meanings.keys() <= headings.keys() or not {*meanings.values()} <= {*ANSWERABLE_FIELDS, "", None}:
        raise ValidationError(_("This file has no such column. Open its page again."))
    answers = {**remembered_answers(imported.order.body), **imported.columns}
    new = {key: field for key, field in meanings.items() if field != answers.get(key)}
    if not new:
        raise ValidationError(_("Say of one column at least what it means."))
    before = {headings[key]: answers[key] for key in new if key in answers}
    # What is not read in one file, or read as its heading says, is remembered no more.
    no_longer = [key for key, field in new.items() if not field]
    body = imported.order.body
    for meaning in ColumnMeaning.objects.filter(body=body, key__in=no_longer).select_related("body"):
        forget_column(meaning=meaning, by=by)
    imported.columns |= {key: field for key, field in new.items() if field is not None}
    for key in (key for key, field in new.items() if field is None):
        imported.columns.pop(key, None)
    if remember:
        _remember(body, {key: field for key, field in new.items() if field}, headings, by)
    _read_again(imported)
    after = {headings[key]: field for key, field in new.items()}
    record(
        "import_columns_named",
        about=imported,
        by=by,
        right=right,
        before=before,
        after=after,
        bodies=[body.pk],
    )
    return imported


def _read_again(imported: Import) -> None:
    imported.rows.all().delete()
    imported.state, imported.read_again_at = Import.State.READING, timezone.now()
    imported.problem, imported.problem_values, imported.passed_over = "", {}, []
    imported.tries, imported.read_since = 0, None
    imported.total = imported.checked = 0
    imported.version += 1
    imported.save()
    queue(JOB, imported.pk)


def _remember(body: Body, meanings: Mapping[str, str], headings: Mapping[str, str], by: Person) -> None:
    """Keep the answers for the body's next file, where one without a heading would not be found again."""
    remembered = {key: field for key, field in meanings.items() if headings[key]}
    if not remembered:
        return
    right = may_name_bodies(by, body).or_raise()
    before = dict(ColumnMeaning.objects.filter(body=body, key__in=remembered).values_list("heading", "field"))
    ColumnMeaning.objects.bulk_create(
        [
            ColumnMeaning(body=body, key=key, heading=headings[key], field=field)
            for key, field in remembered.items()
        ],
        update_conflicts=True,
        unique_fields=["body", "key"],
        update_fields=["heading", "field"],
    )
    after = {headings[key]: field for key, field in remembered.items()}
    record(
        "columns_remembered",
        about=body,
        by=by,
        right=right,
        before=before,
        after=after,
        bodies=[body.pk],
    )


@transaction.atomic
def forget_column(*, meaning: ColumnMeaning, by: Person) -> None:
    """A heading means again what it says; files that were read stay as they are."""
    body = meaning.body
    right = may_name_bodies(by, body).or_raise()
    before: dict[str, Any] = {meaning.heading: meaning.field}
    record(
        "column_forgotten",
        about=body,
        by=by,
        right=right,
        before=before,
        after={},
        bodies=[body.pk],
    )
    meaning.delete()
