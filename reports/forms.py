"""The choice of a report, its format and what it is counted by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.shared.day_fields import DayFormField
from reports import drafts
from reports.exports import FORMATS
from reports.groupings import GROUPINGS
from reports.models import Export


def _reports() -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in Export.Report.choices]


class ExportForm(forms.Form):
    report = forms.ChoiceField(label=_("Report"), choices=_reports, widget=forms.RadioSelect)
    format = forms.ChoiceField(label=_("Format"), choices=Export.Format, widget=forms.RadioSelect)
    by = forms.ChoiceField(
        label=_("Counted by"),
        choices=[(name, grouping.head) for name, grouping in GROUPINGS.items()],
        required=False,
        help_text=_("For the five-way count."),
    )
    week = forms.ChoiceField(
        label=_("Period of the weekly report"), choices=drafts.Week.choices, required=False
    )
    since = DayFormField(
        label=_("From the day"),
        required=False,
        help_text=_(
            "For the meeting report (empty: from the first day of the quarter), and for a weekly report from"
            " one day to another (empty: from Monday)."
        ),
    )
    until = DayFormField(label=_("To the day"), required=False, help_text=_("Empty: today."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        report, kind = cleaned.get("report"), cleaned.get("format")
        if report and kind and kind not in FORMATS[Export.Report(report)]:
            self.add_error("format", _("This report is a draft to be written on: choose Word."))
        return cleaned

    def data_with_days(self, data: QueryDict) -> QueryDict:
        """The data of the form, its days as an address holds them."""
        data = data.copy()
        for name in ("since", "until"):
            day = self.cleaned_data[name]
            data[name] = day.isoformat() if day else ""
        return data
