"""The working calendar, what each person must be told, and the letters that told them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Person
from committees.roles import Role
from notices.drop_reasons import READ_IN_PORTAL
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import VIETNAM, format_day
from portal.shared.text import validate_plain


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, a substitute day off, a make-up Saturday."""

    day = DayField(
        _("day"),
        unique=True,
        error_messages={"unique": _("This day is in the calendar already. Change that row instead.")},
    )
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=200, validators=[validate_plain])
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[validate_plain])
    # Entered when the portal filled the year, whatever its source is called today.
    seeded = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = (days_in_range("calendar_day_in_range", "day"),)
        verbose_name = _("calendar day")
        verbose_name_plural = _("working calendar")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{format_day(self.day)} {self.name}"


class Policy(models.Model):
    """How the tasks that a body gave are reminded of; a body without a row follows DESIGN §5.

    Days are working days. `notices.policy.schedule` reads it with the defaults.
    """

    body = models.OneToOneField(
        Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="reminder_policy"
    )
    before = models.JSONField(_("working days before the deadline"), default=list)
    on_the_day = models.BooleanField(_("on the day itself"), default=True)
    after = models.JSONField(_("working days late"), default=list)
    weekly = models.BooleanField(_("then every week"), default=True)
    hour = models.TimeField(_("time of day of the letter"))
    quiet_from = models.TimeField(_("no letter from"), null=True, blank=True)
    quiet_until = models.TimeField(_("no letter until"), null=True, blank=True)
    muted = models.JSONField(_("kinds switched off"), default=list)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("reminder policy")
        verbose_name_plural = _("reminder policies")
        ordering = ("body__path",)

    def __str__(self) -> str:
        return str(self.body)


class EscalationStep(models.Model):
    """So many working days late, somebody above is told too, once."""

    class Side(models.TextChoices):
        LEAD = "lead", _("lead body")
        ASSIGNER = "assigner", _("assigner")

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="escalation")
    days_late = models.PositiveSmallIntegerField(_("working days late"), validators=[MinValueValidator(1)])
    side = models.CharField(_("of which body"), max_length=10, choices=Side)
    role = models.CharField(_("who is told"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        ordering = ("days_late", "side", "role")
        constraints = (
            models.UniqueConstraint(
                fields=("policy", "days_late", "side", "role"),
                name="one_escalation_step_for_a_day_and_role",
                violation_error_message=_("This step is there already."),
            ),
        )

    def __str__(self) -> str:
        return f"+{self.days_late}: {self.get_role_display()} ({self.get_side_display()})"


class Preference(models.Model):
    """How a person wants to be told of a kind; without a row, with the letter of the day."""

    class How(models.TextChoices):
        DAILY = "daily", _("with the letter of the day")
        AT_ONCE = "at_once", _("at once")
        PORTAL = "portal", _("in the portal only")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="preferences",
    )
    kind = models.CharField(_("kind"), max_length=40)
    how = models.CharField(_("how"), max_length=10, choices=How)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = (
            models.UniqueConstraint(fields=("person", "kind"), name="one_preference_for_a_person_and_kind"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"


class LetterFailure(models.TextChoices):
    """What happened at the last attempt to send a letter; the other side's own words stand in `answer`."""

    NOT_WRITTEN = "not_written", _("the portal could not write it")
    BAD_ADDRESS = "bad_address", _("its address cannot stand on a letter")
    NOT_STORED = "not_stored", _("the folder for letters could not be written to")
    UNREACHABLE = "unreachable", _("the mail server could not be reached")
    TURNED_AWAY = "turned_away", _("the mail server did not let the portal sign in")
    BROKEN_OFF = "broken_off", _("the connection ended before the mail server answered")
    PUT_OFF = "put_off", _("the mail server put it off")
    REFUSED = "refused", _("the mail server refused it")
    ADDRESS_REFUSED = "address_refused", _("the mail server says that nobody has this address")


class LetterQuerySet(models.QuerySet["Letter"]):
    def of_day(self, day: date) -> LetterQuerySet:
        """The daily letters of a day."""
        return self.filter(on=day, number=0)

    def at_once_of(self, day: date) -> LetterQuerySet:
        """What went at once on a day, besides the letter of the day."""
        return self.filter(on=day, number__gt=0)

    def given_up(self) -> LetterQuerySet:
        """Failed for good, or so often that nobody tries again."""
        return self.filter(state=Letter.State.FAILED, next_attempt_at__isnull=True)


class Letter(models.Model):
    """One e-mail that carries a person's notices of a day. At most one daily letter per person and day."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        EMPTY = "empty", _("nothing left to say")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="letters"
    )
    on = DayField(_("day"))
    number = models.PositiveSmallIntegerField(
        _("number"), default=0, help_text=_("0 is the letter of the day; 1, 2 … went at once.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    message_id = models.CharField("Message-ID", max_length=120, unique=True)
    address = models.EmailField(_("address"), blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField("HTML", blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    failure = models.CharField(_("what happened"), max_length=20, choices=LetterFailure, blank=True)
    answer = models.TextField(_("the server's answer, or the error"), blank=True)

    objects: ClassVar[LetterQuerySet] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-on", "person")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "on", "number"), name="one_letter_for_a_person_and_day"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="letter_sent_at_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(failure__in=["", *LetterFailure.values]), name="letter_failure_is_a_code"
            ),
            models.CheckConstraint(
                condition=(~Q(state="failed") | ~Q(failure="")) & (~Q(state="sent") | Q(failure="")),
                name="letter_failed_with_a_reason",
            ),
        )
        indexes = (models.Index(fields=("state", "on"), name="letter_to_send"),)

    def __str__(self) -> str:
        return f"{format_day(self.on)} {self.person}"


# From when on a day a notice without an hour of its own is told (DESIGN §5).
DEFAULT_HOUR = time(8)


def _last_day_begun(at: datetime) -> date:
    local = at.astimezone(VIETNAM)
    return local.date() if local.time() >= DEFAULT_HOUR else local.date() - timedelta(days=1)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def owed(self) -> NoticeQuerySet:
        """Not yet told and not dropped."""
        return self.filter(state=Notice.State.OWED)

    def due_at(self, at: datetime) -> NoticeQuerySet:
        """What may be told at the moment, as `is_due` answers it."""
        timeless = Q(not_before__isnull=True, on__lte=_last_day_begun(at))
        return self.filter(timeless | Q(not_before__lte=at))

    def for_person(self, person: Person) -> NoticeQuerySet:
        """What the portal shows a person: also what no letter carried to them."""
        shown = ~Q(state=Notice.State.DROPPED) | Q(dropped_because__in=READ_IN_PORTAL)
        return self.filter(shown, person=person)

    def unread_for(self, person: Person) -> NoticeQuerySet:
        return self.for_person(person).filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing one person must be told. `key` is unique, so nobody is told twice."""

    class State(models.TextChoices):
        OWED = "owed", _("owed")
        TOLD = "told", _("told")
        DROPPED = "dropped", _("dropped")

    key = models.CharField(_("key"), max_length=160, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=40)
    step = models.CharField(
        _("step"), max_length=20, blank=True, help_text=_("Of a reminder: working days from the deadline.")
    )
    about_type = models.CharField(_("about"), max_length=60)
    about_id = models.BigIntegerField(_("which"))
    due_version = models.PositiveIntegerField(_("deadline version"), default=0)
    body = models.ForeignKey(
        Body, verbose_name=_("body"), on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    data = models.JSONField(_("what it says"), default=dict, encoder=DjangoJSONEncoder)
    on = DayField(_("planned for"))
    not_before = models.DateTimeField(_("not before"), null=True, editable=False)
    planned_at = models.DateTimeField(_("planned at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OWED)
    # The code of a `DropReason`.
    dropped_because = models.CharField(_("dropped because"), max_length=40, blank=True)
    letter = models.ForeignKey(
        Letter,
        verbose_name=_("letter"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
    )
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    def is_due(self, at: datetime) -> bool:
        if self.not_before:
            return self.not_before <= at
        return self.on <= _last_day_begun(at)

    # Not stored: the day for which this object was just asked again and found to be still owed, and what
    # it is about, as it was read then.
    rechecked_on: date | None = None
    rechecked_about: Any = None

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(dropped_because=""), name="notice_dropped_with_a_reason"
            ),
            # The codes are those of the apps above too; no sentence is without a space.
            models.CheckConstraint(
                condition=~Q(dropped_because__contains=" "), name="notice_dropped_because_is_a_code"
            ),
        )
        indexes = (
            models.Index(fields=("state", "on", "person"), name="notice_to_tell"),
            models.Index(fields=("person", "read_at"), name="notice_unread"),
            models.Index(fields=("about_type", "about_id"), name="notice_about"),
        )

    def __str__(self) -> str:
        return self.key
