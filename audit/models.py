"""Events: one line for every change, append-only, each sealed with the one before it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64


def both_names(by: object, on_behalf_of: object) -> str:
    """Who did something and, where they were somebody's deputy in it, whose."""
    if not on_behalf_of:
        return str(by)
    return str(_("%(by)s, acting for %(name)s") % {"by": by, "name": on_behalf_of})


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, thing: models.Model) -> EventQuerySet:
        """Everything that happened to one row, newest first."""
        return self.filter(about_type=thing._meta.label_lower, about_id=thing.pk)

    def newest_first(self) -> EventQuerySet:
        return self.order_by("-pk")


class Event(models.Model):
    """Who did what to which thing, when, and what it was before and after.

    `digest` is SHA-256 over the previous digest and this line's content, so a changed or missing
    line shows when the chain is counted again from an export (`manage.py verify_audit`).
    """

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
    )
    by_name = models.CharField(_("who, as named then"), max_length=250)
    verb = models.CharField(_("what"), max_length=60, db_index=True)
    about_type = models.CharField(_("about"), max_length=60)
    about_id = models.BigIntegerField(_("which"))
    about_name = models.CharField(_("its name then"), max_length=250)
    body_ids = models.JSONField(_("bodies concerned"), default=list)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)
    break_glass = models.BooleanField(_("superuser"), default=False)
    for_name = models.CharField(_("on behalf of"), max_length=250, blank=True, db_default="")
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)

    objects: ClassVar[models.Manager[Event]] = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("pk",)
        indexes = (models.Index(fields=("about_type", "about_id", "id"), name="event_about"),)

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y %H:%M} {self.by_name}: {self.verb} {self.about_name}"

    @property
    def who(self) -> str:
        """Who acted; where a deputy did, both names."""
        return both_names(self.by_name, self.for_name)

    def seal(self, previous: str) -> str:
        """The digest of this line after the line with digest `previous`."""
        return hashlib.sha256((previous + self.content()).encode()).hexdigest()

    def content(self) -> str:
        """What is sealed: every column but the digest, in one canonical JSON text."""
        line: list[Any] = [
            self.at.isoformat(timespec="microseconds"),
            self.by_id,
            self.by_name,
            self.verb,
            self.about_type,
            self.about_id,
            self.about_name,
            self.body_ids,
            self.before,
            self.after,
            self.reason,
            self.break_glass,
            # Lines from before deputies were written down keep their digest.
            *([self.for_name] if self.for_name else []),
        ]
        return json.dumps(
            line, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
