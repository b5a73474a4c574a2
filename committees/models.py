"""People, the bodies they serve on, the offices they hold there, and from which day to which."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from committees.roles import PERMISSIONS, Role, role_label
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import format_day, today
from portal.shared.text import account_key, fold, validate_account_name, validate_one_line, validate_plain

CODE = RegexValidator(
    r"^[A-Z0-9][A-Z0-9.-]{1,39}\Z", _("Use 2 to 40 capital letters, digits, dots and hyphens.")
)


class PersonManager(UserManager["Person"]):
    def beside(self, person: Person, on: date) -> models.QuerySet[Person]:
        """Who can stand in for a person: those who hold an office of their own in one of the same bodies."""
        own = Membership.objects.holding_on(on).filter(absence=None)
        bodies = own.filter(person=person).values("office__body_id")
        beside = own.filter(office__body__in=bodies).values("person_id")
        return self.filter(pk__in=beside, is_active=True).exclude(pk=person.pk)


class AccountKeyField(models.CharField[str, str]):
    """What the database compares account names by; written with every row, rows written in bulk included."""

    def pre_save(self, model_instance: Any, add: bool) -> str:
        model_instance.account_key = account_key(model_instance.username)
        return str(model_instance.account_key)


class Person(AbstractUser):
    """Somebody who signs in. What they may do comes only from the offices they hold today."""

    class Language(models.TextChoices):
        VIETNAMESE = "vi", "Tiếng Việt"
        ENGLISH = "en", "English"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("username"),
        max_length=150,
        unique=True,
        validators=[validate_plain, validate_account_name],
        error_messages={"unique": _("There is an account of this name already.")},
    )
    account_key = AccountKeyField(max_length=300, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, validators=[validate_plain, validate_one_line])
    email = models.EmailField(_("e-mail"), blank=True)
    address_refused_at = models.DateTimeField(_("address refused at"), null=True, editable=False)
    address_answer = models.CharField(
        _("what the mail server said"), max_length=500, blank=True, editable=False
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[validate_plain])
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.VIETNAMESE)
    search_text = models.TextField(editable=False, default="")
    # Everybody knows its password: refused wherever DEBUG is off (committees.backends).
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()
    REQUIRED_FIELDS = ["name", "email"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = self.folded()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text", "account_key"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        alike = Person.objects.filter(account_key=account_key(self.username)).exclude(pk=self.pk)
        # The very same name is said by the column itself.
        if other := alike.exclude(username=self.username).first():
            reason = _("This name cannot be told apart from the account %(name)s. Choose another one.")
            raise ValidationError({"username": reason % {"name": other.username}})

    def folded(self) -> str:
        """What a search for people compares; whoever writes people in bulk sets `search_text` to it."""
        return fold(f"{self.name} {self.username} {self.email}")

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def acting_membership(self, on: date | None = None) -> Membership | None:
        """The first office held on the day (today when not given), in the order of the roles."""
        return self.acting_memberships(on).first()

    def acting_memberships(self, on: date | None = None) -> MembershipQuerySet:
        """Their own first, then those that they hold as a deputy."""
        terms = self.memberships.holding_on(on or today()).select_related("office__body__parent")
        return terms.in_order(own_first=True)


class SentRequest(models.Model):
    """A form or API request that was done, with its answer: whoever sends it again gets the answer again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=bytes)
    messages = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "key", "digest"), name="one_answer_for_a_sent_request"),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.key}"


class PasswordAttempts(models.Model):
    """How many passwords were tried for one account or network since a moment; see `password_attempts`."""

    key = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("password attempts")
        verbose_name_plural = _("password attempts")

    def __str__(self) -> str:
        return f"{self.number} since {self.since:%d/%m/%Y %H:%M}"


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
        terms = Membership.objects.holding_on(on).filter(absence=None)
        people = terms.filter(office__body=body).values("person_id")
        agencies = terms.filter(person__in=people, office__body__kind=Body.Kind.AGENCY)
        reached = Q(path__startswith=body.path) | Q(pk__in=agencies.values("office__body_id"))
        return self.filter(reached).exclude(pk__in=[body.pk, *body.ancestor_ids()])

    def matching(self, words: str) -> BodyQuerySet:
        return self.filter(search_text__contains=fold(words))


# Ministries are older than what they are asked to do.
FIRST_ESTABLISHED = date(1900, 1, 1)


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


class BodyGroupObjectPermission(GroupObjectPermissionBase):
    """guardian's row: this office's group holds this permission on this body."""

    content_object = models.ForeignKey(Body, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        indexes = (models.Index(fields=("permission", "content_object", "group"), name="body_grant"),)


class Office(models.Model):
    """One role in one body: the thing that holds permissions. Its key is its guardian group's key."""

    group = models.OneToOneField(Group, on_delete=models.PROTECT, primary_key=True, editable=False)
    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ("body__path", "role")
        constraints = (
            models.UniqueConstraint(fields=("body", "role"), name="one_office_for_a_role_in_a_body"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.body}"

    def get_role_display(self) -> str:  # type: ignore[no-redef]
        return role_label(Role(self.role), self.body.kind)


class Absence(models.Model):
    """A person is away from one day to another, both included; a deputy holds their offices meanwhile.

    The deputy's rights are dated memberships like all others: one for each term of the absent person.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("who is away"), on_delete=models.PROTECT, related_name="absences"
    )
    deputy = models.ForeignKey(
        Person, verbose_name=_("deputy"), on_delete=models.PROTECT, related_name="stands_in"
    )
    starts_on = DayField(_("from"))
    ends_on = DayField(_("to"), help_text=_("The last day that counts."))
    reason = models.CharField(_("reason"), max_length=250, blank=True, validators=[validate_plain])
    by = models.ForeignKey(
        Person, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(_("entered at"), editable=False)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("-starts_on", "-pk")
        constraints = (
            days_in_range("absence_days_in_range", "starts_on", "ends_on"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="absence_with_another_deputy"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first day."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {format_day(self.starts_on)} – {format_day(self.ends_on)}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def holding_on(self, day: date) -> MembershipQuerySet:
        """Terms that hold on the day, first and last day included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def within(self, first: date, last: date | None) -> MembershipQuerySet:
        """Terms that hold on at least one of the days; no last day is for ever."""
        terms = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
        return terms.filter(starts_on__lte=last) if last else terms

    def with_absence(self, on: date) -> MembershipQuerySet:
        """With whom a deputy stands in for, and until when a holder is away on the day (`away_until`)."""
        away = Absence.objects.filter(person=OuterRef("person"), starts_on__lte=on, ends_on__gte=on)
        terms = self.select_related("person", "office__body", "absence__person")
        return terms.annotate(away_until=Subquery(away.values("ends_on")[:1]))

    def in_order(self, *, own_first: bool = False) -> MembershipQuerySet:
        """Head first, then by the order of the roles and the name; a deputy after whom they stand in for."""
        ranks = [models.When(office__role=role, then=rank) for rank, role in enumerate(Role.values)]
        own = F("absence").asc(nulls_first=True)
        rank = models.Case(*ranks)
        first = (own, rank) if own_first else (rank, own)
        return self.order_by(*first, "person__name", "pk")


class TermFields(models.Model):
    """From which day to which, under which decision, and for what."""

    starts_on = DayField(_("from"))
    ends_on = DayField(_("to"), null=True, blank=True, help_text=_("The last day that counts."))
    position = models.CharField(_("position"), max_length=250, blank=True, validators=[validate_plain])
    position_en = models.CharField(
        _("position in English"), max_length=250, blank=True, validators=[validate_plain]
    )
    decision = models.CharField(_("decision number"), max_length=120, blank=True, validators=[validate_plain])
    fields = models.CharField(
        _("fields in charge"),
        max_length=500,
        blank=True,
        validators=[validate_plain],
        help_text=_("Pillars this person is in charge of, one after another with a semicolon."),
    )

    class Meta:
        abstract = True


class Membership(TermFields):
    """A person holds an office from one day to another, both included, under a decision."""

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="memberships"
    )
    absence = models.ForeignKey(
        Absence,
        verbose_name=_("as deputy during"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="terms",
    )

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("office", "-starts_on", "pk")
        constraints = (
            days_in_range("membership_days_in_range", "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first day."),
            ),
        )
        indexes = (
            models.Index(fields=("person", "starts_on", "ends_on", "office"), name="membership_of_person"),
            models.Index(fields=("office", "starts_on", "ends_on", "person"), name="membership_of_office"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.title}"

    @property
    def title(self) -> str:
        """The position as the decision names it, else the role."""
        if get_language() == "en" and self.position_en:
            return self.position_en
        return self.position or str(self.office.get_role_display())

    def clean(self) -> None:
        """The constraint's sentence, beside the field that a form shows."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day is not before the first day.")})

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def in_charge_of(self, pillar: str) -> bool:
        """Is the pillar one of the fields this person is in charge of?"""
        return bool(pillar) and fold(pillar) in {fold(field) for field in self.fields.split(";")}


class ProposedTerm(TermFields):
    """An administrator's own appointment, or a change of it, until another administrator decides."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for another administrator")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="+")
    term = models.ForeignKey(
        Membership,
        verbose_name=_("term that it changes"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, editable=False)
    proposed_by = models.ForeignKey(
        Person, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    decided_by = models.ForeignKey(
        Person,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        verbose_name = _("proposed term")
        verbose_name_plural = _("proposed terms")
        ordering = ("-pk",)
        constraints = (
            days_in_range("proposed_term_days_in_range", "starts_on", "ends_on"),
            models.UniqueConstraint(
                fields=("person", "office"),
                condition=Q(state="waiting"),
                name="one_waiting_term_for_a_person_and_office",
                violation_error_message=_("This appointment waits already for another administrator."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("person"))),
                name="proposed_term_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposed_term_decided_when_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.office}"
