"""The filters of my notices."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from notices.models import Notice, NoticeQuerySet


class NoticeFilter(django_filters.FilterSet):
    unread = django_filters.ChoiceFilter(
        label=_("Unread"), choices=[("1", _("only unread ones"))], method="by_unread"
    )

    class Meta:
        model = Notice
        fields: tuple[str, ...] = ()

    def by_unread(self, notices: NoticeQuerySet, name: str, value: str) -> NoticeQuerySet:
        return notices.filter(read_at__isnull=True)
