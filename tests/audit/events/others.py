"""Rows of received files, exports, letters and the working calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from imports import actions as import_actions
from notices import actions as notice_actions
from notices.models import CalendarDay
from notices.policy import actions as policy_actions
from notices.policy.schedule import DEFAULT
from reports import actions as report_actions
from tests.audit.world import Row
from tests.support.imports import TABLE

OTHER_EVENTS: dict[str, Row] = {
    "imports.start_import": (
        "secretary",
        "import_started",
        lambda w, by: partial(
            import_actions.start_import, order=w.order, file=SimpleUploadedFile("a.xlsx", TABLE), by=by
        ),
    ),
    "imports.correct_row": (
        "secretary",
        "import_row_corrected",
        lambda w, by: partial(
            import_actions.correct_row, imported=w.imported(), position=1, values={"title": "Sửa"}, by=by
        ),
    ),
    "imports.leave_out": (
        "secretary",
        "import_row_left_out",
        lambda w, by: partial(import_actions.leave_out, imported=w.imported(), position=1, by=by),
    ),
    "imports.name_body": (
        "secretary",
        "import_body_named",
        lambda w, by: partial(
            import_actions.name_body, imported=w.imported(), words="Sở lạ", body=w.bodies.lead, by=by
        ),
    ),
    "imports.name_columns": (
        "secretary",
        "import_columns_named",
        lambda w, by: partial(
            import_actions.name_columns, imported=w.imported(), meanings={"kinh phi": "note"}, by=by
        ),
    ),
    "imports.forget_column": (
        "secretary",
        "column_forgotten",
        lambda w, by: partial(import_actions.forget_column, meaning=w.meaning(), by=by),
    ),
    "imports.undo_import": (
        "secretary",
        "import_undone",
        lambda w, by: partial(
            import_actions.undo_import,
            imported=import_actions.write_import(imported=w.imported(), by=w.people["secretary"]),
            by=by,
        ),
    ),
    "imports.drop_import": (
        "secretary",
        "import_dropped",
        lambda w, by: partial(import_actions.drop_import, imported=w.imported(), by=by),
    ),
    "reports.ask_export": (
        "member",
        "export_asked",
        lambda w, by: partial(
            report_actions.ask_export, by=by, report="list", format="xlsx", data=QueryDict("standing=overdue")
        ),
    ),
    "reports.ask_export_again": (
        "member",
        "export_asked",
        lambda w, by: partial(report_actions.ask_export_again, by=by, export=w.failed_export(by)),
    ),
    "notices.save_calendar_day": (
        "staff",
        "calendar_day_entered",
        lambda w, by: partial(
            notice_actions.save_calendar_day,
            day=CalendarDay(day=date(2031, 9, 2), is_working=False, name="Quốc khánh"),
            by=by,
        ),
    ),
    "notices.send_again": (
        "staff",
        "letter_sent_again",
        lambda w, by: partial(notice_actions.send_again, letter=w.failed_letter(), by=by),
    ),
    "notices.delete_calendar_day": (
        "staff",
        "calendar_day_deleted",
        lambda w, by: partial(
            notice_actions.delete_calendar_day,
            day=CalendarDay.objects.create(day=date(2031, 9, 3), is_working=False, name="Nghỉ bù"),
            by=by,
        ),
    ),
    "notices.save_policy": (
        "secretary",
        "reminder_policy_changed",
        lambda w, by: partial(
            policy_actions.save_policy,
            body=w.bodies.committee,
            wanted=replace(DEFAULT, before=(9, 3)),
            by=by,
        ),
    ),
}
