"""What shows that the work was done."""

from __future__ import annotations

from django.core.validators import (
    URLValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.text import validate_plain
from tasks.models.common import PLAIN_TEXT, Searchable
from tasks.models.tasks import Task

MAX_EVIDENCE_TITLE_LENGTH = 250
MAX_URL_LENGTH = 500
MAX_DOCUMENT_LENGTH = 120


class Evidence(Searchable):
    """What shows that the work was done: a file, a link or the number of a document."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")
        DOCUMENT = "document", _("document number")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("what it is"), max_length=MAX_EVIDENCE_TITLE_LENGTH, validators=PLAIN_TEXT)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/", blank=True, max_length=250)
    file_name = models.CharField(max_length=250, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0, editable=False)
    url = models.CharField(
        _("link"),
        max_length=MAX_URL_LENGTH,
        blank=True,
        validators=[URLValidator(("http", "https")), validate_plain],
    )
    document = models.CharField(
        _("document number"), max_length=MAX_DOCUMENT_LENGTH, blank=True, validators=PLAIN_TEXT
    )
    by = models.ForeignKey(
        Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(_("when"), editable=False)
    removed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    removed_at = models.DateTimeField(null=True, editable=False)

    SEARCHED = ("title", "file_name", "document")

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="file") & ~Q(file=""))
                | (Q(kind="link") & ~Q(url=""))
                | (Q(kind="document") & ~Q(document="")),
                name="evidence_holds_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True, removed_at__isnull=True)
                | Q(removed_by__isnull=False, removed_at__isnull=False),
                name="evidence_removed_by_and_at",
            ),
        )

    def __str__(self) -> str:
        return self.title
