"""Bodies in their tree, and the other names that papers give them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from committees.models.terms import Membership
from committees.roles import PERMISSIONS
from portal.shared.day_fields import DayField
from portal.shared.text import fold, validate_plain

CODE = RegexValidator(
    r"^[A-Z0-9][A-Z0-9.-]{1,39}\Z", _("Use 2 to 40 capital letters, digits, dots and hyphens.")
)

# Ministries are older than what they are asked to do.
FIRST_ESTABLISHED = date(1900, 1, 1)


class BodyQuerySet(models.QuerySet["Body"]):
    def standing_on(self, day: date) -> BodyQuerySet:
        """Bodies that exist on the day: established (or unknown) and not yet dissolved."""
        established = Q(established_on__isnull=True) | Q(established_on__lte=day)
        return self.filter(established, Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day))

    def below(self, body: Body) -> BodyQuerySet:
        """The whole subtree under a body, without the body itself."""
        return self.filter(path__startswith=body.path).exclude(pk=body.pk)

    def handed_to_by(self, body: Body, on: date) -> BodyQuerySet:
        """Where a body hands its work down to: the bodies below it, and the agencies of its own people."""
        reached = Q(path__startswith=body.path) | Q(pk__in=_agency_ids_of([body], on))
        return self.filter(reached).exclude(pk__in=[body.pk, *body.ancestor_ids()])

    def nearest_first(self, own: Sequence[Body], on: date) -> BodyQuerySet:
        """Those of the province or ministry of these bodies and their people, those above, then the others.

        Each has its `nearness`: 0, 1 or 2.
        """
        above = {pk for body in own for pk in body.ancestor_ids()}
        agencies = Body.objects.filter(pk__in=_agency_ids_of(own, on))
        chains = {pk for body in (*own, *agencies) for pk in (*body.ancestor_ids(), body.pk)}
        houses = Body.objects.filter(pk__in=chains, level__in=(Body.Level.MINISTRY, Body.Level.PROVINCIAL))
        paths = [*houses.values_list("path", flat=True), *(body.path for body in own)]
        inside = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk=None))
        nearness = Case(When(inside, then=0), When(pk__in=above, then=1), default=2)
        return self.annotate(nearness=nearness).order_by("nearness", "path")

    def matching(self, words: str) -> BodyQuerySet:
        """Those whose names hold every one of these words, in any order, with or without marks."""
        return self.filter(*(Q(search_text__contains=word) for word in fold(words).split()))


def _agency_ids_of(bodies: Sequence[Body], on: date) -> models.QuerySet[Any, int]:
    """The agencies in which the people of these bodies hold an office of their own too."""
    terms = Membership.objects.holding_on(on).filter(absence=None)
    people = terms.filter(office__body__in=bodies).values("person_id")
    agencies = terms.filter(person__in=people, office__body__kind=Body.Kind.AGENCY)
    return agencies.values_list("office__body_id", flat=True)


class Body(models.Model):
    """Any organisation that gives or receives tasks. `path` is the zero-padded ids from the root down."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("steering committee")
        WORKING_GROUP = "working_group", _("working group")
        SUPPORT_TEAM = "support_team", _("support team")
        AGENCY = "agency", _("agency")

    class Level(models.TextChoices):
        CENTRAL = "central", _("central")
        GOVERNMENT = "government", _("government")
        MINISTRY = "ministry", _("ministry")
        PROVINCIAL = "provincial", _("provincial")
        COMMUNE = "commune", _("commune")

    class Chain(models.TextChoices):
        PARTY = "party", _("Party")
        STATE = "state", _("State")

    class Before(models.TextChoices):
        """What an order of the body means by "trước ngày 30/6" (before 30 June)."""

        DAY_BEFORE = "day_before", _("the day before")
        THAT_DAY = "that_day", _("that day")

    class Letterhead(models.TextChoices):
        """How the body's own documents look: Decree 30/2020/NĐ-CP, or the Party's form."""

        BY_CHAIN = "", _("by its chain")
        STATE = "state", _("State (Decree 30/2020/NĐ-CP)")
        PARTY = "party", _("Party")

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    level = models.CharField(_("level"), max_length=20, choices=Level)
    chain = models.CharField(_("chain"), max_length=10, choices=Chain)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("superior body"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    path = models.CharField(max_length=200, editable=False, db_index=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=250, validators=[validate_plain])
    name_en = models.CharField(_("name in English"), max_length=250, blank=True, validators=[validate_plain])
    short_name = models.CharField(_("short name"), max_length=80, blank=True, validators=[validate_plain])
    standing_agency = models.ForeignKey(
        "self",
        verbose_name=_("standing agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="serves",
    )
    decision = models.CharField(
        _("establishing decision"), max_length=250, blank=True, validators=[validate_plain]
    )
    established_on = DayField(_("established on"), first=FIRST_ESTABLISHED, null=True, blank=True)
    dissolved_on = DayField(
        _("dissolved on"),
        null=True,
        blank=True,
        help_text=_("The first day on which the body no longer exists."),
    )
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_plain])
    before_means = models.CharField(
        _("“before a day” means"),
        max_length=10,
        choices=Before,
        default=Before.DAY_BEFORE,
        help_text=_("How “trước ngày …” is read in orders of this body."),
    )
    letterhead = models.CharField(
        _("form of documents"), max_length=10, choices=Letterhead, default=Letterhead.BY_CHAIN, blank=True
    )
    place = models.CharField(
        _("place"),
        max_length=80,
        blank=True,
        validators=[validate_plain],
        help_text=_("The place named before the date of its documents, e.g. Hà Nội."),
    )
    search_text = models.TextField(editable=False, default="")

    objects: ClassVar[BodyQuerySet] = BodyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ("path",)
        default_permissions = ("add", "change", "delete", "view")
        permissions = tuple((codename, str(codename)) for codename in PERMISSIONS)
        constraints = (
            models.CheckConstraint(condition=~Q(parent=F("id")), name="body_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True)
                | Q(established_on__isnull=True)
                | Q(dissolved_on__gt=F("established_on")),
                name="body_dissolved_after_established",
                violation_error_message=_("A body is dissolved after the day it was established."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The constraint's sentence, beside the field that a form shows."""
        if self.established_on and self.dissolved_on and self.dissolved_on <= self.established_on:
            raise ValidationError(
                {"dissolved_on": _("A body is dissolved after the day it was established.")}
            )

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_vi

    @property
    def brief(self) -> str:
        """The name where space is short."""
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("bodies:detail", args=[self.code])

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `path` and `search_text` in step; moving a body moves its subtree in the same transaction."""
        self.search_text = fold(f"{self.code} {self.short_name} {self.name_vi} {self.name_en}")
        old = self.path
        if self._state.adding:
            super().save(*args, **kwargs)
            kwargs = {"update_fields": ["path"]}
        self.path = f"{self.parent.path if self.parent else ''}{self.pk:06d}."
        super().save(*args, **kwargs)
        if old and old != self.path:
            self._move_subtree(old)

    def _move_subtree(self, old: str) -> None:
        below = list(Body.objects.filter(path__startswith=old).exclude(pk=self.pk))
        for body in below:
            body.path = self.path + body.path[len(old) :]
        Body.objects.bulk_update(below, ["path"])

    def is_dissolved(self, on: date) -> bool:
        return self.dissolved_on is not None and self.dissolved_on <= on

    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to the parent, read from the path."""
        return [int(part) for part in self.path.split(".")[:-2]]


class Alias(models.Model):
    """Another name of a body in received documents, as one body reads it or, without one, everybody."""

    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.CASCADE, related_name="aliases")
    used_by = models.ForeignKey(
        Body,
        verbose_name=_("used by"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_(
            "“Sở KH&CN” is another body in each province. Empty: the name means the same everywhere."
        ),
    )
    name = models.CharField(_("name"), max_length=250, validators=[validate_plain])
    folded = models.CharField(max_length=250, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ("folded", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("used_by", "folded"),
                name="one_body_for_an_alias",
                violation_error_message=_("This name already stands for a body."),
            ),
            models.UniqueConstraint(
                fields=("folded",),
                condition=Q(used_by__isnull=True),
                name="one_body_for_an_alias_of_all",
                violation_error_message=_("This name already stands for a body."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.name)
        super().save(*args, **kwargs)
