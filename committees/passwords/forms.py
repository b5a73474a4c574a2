"""What somebody types who forgot their password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from committees import password_attempts
from portal.shared.text import tidy, validate_plain


class ForgottenForm(forms.Form):
    """An account name or e-mail. The answer is the same whether it exists or not."""

    blocked = False

    account = forms.CharField(
        label=_("Account name or work e-mail"),
        max_length=254,
        validators=[validate_plain],
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = request.META.get("REMOTE_ADDR", "")

    def clean_account(self) -> str:
        account = tidy(self.cleaned_data["account"])
        network = password_attempts.network_of(self.address)
        if (
            password_attempts.LETTER_NETWORK_LIMIT.take(network) < 0
            or password_attempts.LETTER_LIMIT.take(account.casefold()) < 0
        ):
            self.blocked = True
            raise ValidationError(_("Too many letters were asked for. Wait 15 minutes, then try again."))
        return account
