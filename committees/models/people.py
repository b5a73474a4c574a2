"""People: somebody who signs in, and how account names are kept apart."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from committees.models.terms import Membership, MembershipQuerySet
from portal.shared.days import today
from portal.shared.text import account_key, fold, validate_account_name, validate_one_line, validate_plain


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
