"""Forms about people: signing in, the own profile, appointing to an office and ending a term."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import construct_instance
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from committees import password_attempts
from committees.actions.common import PAPER_FIELDS
from committees.models import Absence, Body, Membership, Person
from committees.roles import Role
from portal.shared.changes import ChangesForm
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from portal.shared.text import tidy, validate_plain

TOO_MANY_ATTEMPTS = _(
    "Too many wrong passwords. Wait 15 minutes, or sign in where you have signed in before: on the same"
    " device or in the same network."
)


class SignInForm(AuthenticationForm):
    """Name and password. The answer is the same whether the name exists or not."""

    blocked = False
    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        place = password_attempts.place_of(self.request, username)
        network = password_attempts.network_of(self.request.META.get("REMOTE_ADDR", ""))
        # A known device is not held back by what others in its network do.
        if not password_attempts.is_device(place) and password_attempts.NETWORK_LIMIT.take(network) < 0:
            raise self._too_many()
        name = f"{tidy(username).casefold()} {place}"
        left = password_attempts.NAME_LIMIT.take(name)
        if left < 0:
            raise self._too_many()
        try:
            cleaned = super().clean()
        except ValidationError as error:
            raise self._refusal(left) from error
        password_attempts.NAME_LIMIT.forget(name)
        # Whole offices sign in at eight o'clock: only wrong passwords count for a network.
        password_attempts.NETWORK_LIMIT.give_back(network)
        return cleaned or {}

    def _too_many(self) -> ValidationError:
        self.blocked = True
        return ValidationError(TOO_MANY_ATTEMPTS, code="blocked")

    @staticmethod
    def _refusal(left: int) -> ValidationError:
        sentence = ngettext(
            "The name or the password is not right. %(left)s try left.",
            "The name or the password is not right. %(left)s tries left.",
            left,
        )
        return ValidationError(sentence % {"left": left}, code="invalid_login")


class OwnPasswordForm(PasswordChangeForm):
    """The old password once, the new one twice; guesses of the old one are limited as at the sign-in."""

    blocked = False

    def clean_old_password(self) -> str:
        if password_attempts.OLD_PASSWORD_LIMIT.take(str(self.user.pk)) < 0:
            self.blocked = True
            raise ValidationError(_("Too many wrong passwords. Wait 15 minutes, then try again."))
        old = super().clean_old_password()
        password_attempts.OLD_PASSWORD_LIMIT.forget(str(self.user.pk))
        return old


class ProfileForm(ChangesForm):
    class Meta:
        model = Person
        fields = ("language", "email", "phone")
        help_texts = {"email": _("Letters go to this address.")}


class OnForm(forms.Form):
    """The day of which the members are shown."""

    on = DayFormField(label=_("On the day"), required=False)


class BodySearchForm(forms.Form):
    """The filters of the list of bodies; they live in the address."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=200, validators=[validate_plain])
    level = forms.ChoiceField(label=_("Level"), required=False, choices=Body.Level.choices)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all kinds")), *Body.Kind.choices]
    )
    chain = forms.ChoiceField(
        label=_("Chain"), required=False, choices=[("", _("both chains")), *Body.Chain.choices]
    )
    under = forms.ModelChoiceField(
        Body.objects.all(), label=_("Under"), required=False, to_field_name="code", widget=forms.HiddenInput
    )


class PersonField(forms.CharField):
    """A person by account name, e-mail or whole name; exactly one."""

    def clean(self, value: Any) -> Person | None:
        text = super().clean(value)
        if not text:
            return None
        people = list(self._find(text)[:5])
        if not people:
            raise ValidationError(
                _("No account has this name. Ask an administrator to open one, then appoint the person.")
            )
        if len(people) > 1:
            names = ", ".join(person.username for person in people)
            raise ValidationError(
                _("Several people are called this. Write the account name: %(names)s.") % {"names": names}
            )
        return people[0]

    @staticmethod
    def _find(text: str) -> QuerySet[Person]:
        """People by the first lookup that finds somebody, so that an exact name is never one of several."""
        text, people = tidy(text), Person.objects.filter(is_active=True)
        lookups = (
            {"username": text},
            {"username__iexact": text},
            {"email__iexact": text},
            {"name": text},
        )
        return next(
            (matching for lookup in lookups if (matching := people.filter(**lookup)).exists()), people.none()
        )


class TermForm(forms.Form):
    """A term: the office, from one day to another, under a decision."""

    role = forms.ChoiceField(label=_("Office"), choices=Role.choices)
    position = forms.CharField(
        label=_("Position"), required=False, max_length=250, help_text=_("As the decision names it.")
    )
    position_en = forms.CharField(label=_("Position in English"), required=False, max_length=250)
    starts_on = DayFormField(label=_("From"))
    ends_on = DayFormField(
        label=_("To"),
        required=False,
        help_text=_("The last day that counts. Leave it empty when the decision names none."),
    )
    decision = forms.CharField(label=_("Decision number"), required=False, max_length=120)
    fields_in_charge = forms.CharField(
        label=_("Fields in charge"),
        required=False,
        max_length=500,
        help_text=_("For a deputy: the fields of tasks, one after another with a semicolon."),
    )

    PLAIN = ("position", "position_en", "starts_on", "ends_on", "decision")
    # Columns of a term that this form asks for under another name.
    NAMES = {"office": "role", "fields": "fields_in_charge"}

    def fill(self, term: Membership) -> Membership:
        """Put what was typed into a term of the same body."""
        for name in self.PLAIN:
            value = self.cleaned_data[name]
            setattr(term, name, tidy(value) if isinstance(value, str) else value)
        term.fields = tidy(self.cleaned_data["fields_in_charge"])
        term.office = self.body_of(term).offices.get(role=self.cleaned_data["role"])
        return term

    def body_of(self, term: Membership) -> Body:
        return term.office.body

    @classmethod
    def values_of(cls, term: Membership) -> dict[str, Any]:
        values = {name: getattr(term, name) for name in cls.PLAIN}
        return {**values, "role": term.office.role, "fields_in_charge": term.fields}


class AppointForm(TermForm):
    person = PersonField(
        label=_("Person"), max_length=200, help_text=_("Account name, e-mail or whole name of the account.")
    )
    field_order = ("person", "role", "position", "position_en", "starts_on", "ends_on", "decision")

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body = body

    def term(self) -> Membership:
        return self.fill(Membership(person=self.cleaned_data["person"]))

    def body_of(self, term: Membership) -> Body:
        return self.body


class DaysForm(ChangesForm):
    """What can change in an absence that has begun."""

    ends_on = DayFormField(label=_("To"), help_text=_("The last day that counts."))

    class Meta:
        model = Absence
        fields: tuple[str, ...] = ("ends_on", "reason")

    def _post_clean(self) -> None:
        """The action checks the whole row and says what is wrong beside these fields."""
        construct_instance(self, self.instance, self._meta.fields)


class AbsenceForm(DaysForm):
    starts_on = DayFormField(label=_("From"))
    field_order = ("deputy", "starts_on", "ends_on", "reason")

    class Meta(DaysForm.Meta):
        fields = ("deputy", "starts_on", "ends_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deputy: Any = self.fields["deputy"]
        deputy.queryset = Person.objects.beside(self.instance.person, today())
        deputy.help_text = _("Somebody who holds an office in one of the same bodies.")


class EndForm(forms.Form):
    """Ending at once or after a last day: two choices, so that none is taken for the other."""

    AT_ONCE, LAST_DAY = "at_once", "last_day"
    day_field, default = "ends_on", LAST_DAY

    how = forms.ChoiceField(
        label=_("When it ends"),
        required=False,
        choices=[
            (AT_ONCE, _("At once: from this moment it gives nothing")),
            (LAST_DAY, _("After a last day that still counts")),
        ],
        widget=forms.RadioSelect,
    )
    ends_on = DayFormField(
        label=_("Last day"),
        required=False,
        help_text=_("It counts on this day; from the next day it gives nothing."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].initial = self.default
        self.fields[self.day_field].initial = today

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (values.get("how") or self.default) == self.AT_ONCE:
            self.errors.pop(self.day_field, None)
            values[self.day_field] = None
        elif not values.get(self.day_field) and self.day_field not in self.errors:
            self.add_error(self.day_field, _("Write the last day, or choose that it ends at once."))
        return values


class EndAbsenceForm(EndForm):
    """Ends an absence at once, unless a last day is chosen."""

    default = EndForm.AT_ONCE


class PapersForm(ChangesForm):
    """How a body's orders are read, and its documents are written."""

    class Meta:
        model = Body
        fields = PAPER_FIELDS

    def _post_clean(self) -> None:
        """The action checks the row."""
