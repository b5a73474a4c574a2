"""What whoever asked for a large file is told: it is ready, or it could not be made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import labels as words
from notices import drop_reasons, kinds
from notices.drop_reasons import DropReason
from notices.kinds import NEWS, Kind, Line
from notices.models import Notice
from reports.models import Export

READY, FAILED = "export_ready", "export_failed"


class FileReason(DropReason):
    GONE = "file_gone", gettext_lazy("The file is no longer there.")


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    exports = Export.objects.in_bulk({notice.about_id for notice in notices})
    states = {READY: Export.State.READY, FAILED: Export.State.FAILED}
    return {
        notice.pk: FileReason.GONE
        for notice in notices
        if (export := exports.get(notice.about_id)) is None or export.state != states[notice.kind]
    }


def compose(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    exports = Export.objects.in_bulk({notice.about_id for notice in notices})
    return {notice.pk: _line(notice, exports.get(notice.about_id)) for notice in notices}


def _line(notice: Notice, export: Export | None) -> Line:
    url = reverse("reports:files")
    title = export.file_name if export else _("File")
    if export is None or export.state == Export.State.EXPIRED:
        return Line(title, str(FileReason.GONE.label), url)
    if notice.kind == FAILED:
        return Line(title, export.get_problem_display() if export.problem else _("It is made again."), url)
    until = export.expires_at and date_format(localtime(export.expires_at), "DATE_FORMAT")
    return Line(title, _("The file is ready."), url, _("Download it before %(day)s.") % {"day": until})


def register() -> None:
    words.VERB_LABELS["export_asked"] = gettext_lazy("File asked for")
    drop_reasons.register(FileReason)
    kinds.register(
        Kind(READY, gettext_lazy("File ready"), 310, NEWS, recheck, compose),
        Kind(FAILED, gettext_lazy("File could not be made"), 311, NEWS, recheck, compose),
    )
