"""A forgotten password: the page that asks for a letter, and the page that the link in it opens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from committees import actions, password_attempts
from committees.models import Person
from committees.passwords.actions import ask_reset_letter
from committees.passwords.forms import ForgottenForm
from committees.passwords.tokens import password_tokens


class ForgottenPassword(auth_views.PasswordResetView):
    """Asks for a letter; says the same whoever is meant."""

    form_class = ForgottenForm  # type: ignore[assignment] # finds people by account name too

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        ask_reset_letter(account=form.cleaned_data["account"], address=self.request.META["REMOTE_ADDR"])
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        status = 429 if form.blocked else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


class ChoosePassword(auth_views.PasswordResetConfirmView):
    """The link of the letter, with which somebody chooses their password."""

    token_generator = password_tokens
    success_url = reverse_lazy("login")

    def get_user(self, uidb64: str) -> Person | None:
        person = super().get_user(uidb64)
        return person if isinstance(person, Person) and person.is_active else None

    def form_valid(self, form: SetPasswordForm[Person]) -> HttpResponse:
        actions.change_own_password(person=form.user, password=form.cleaned_data["new_password1"])
        del self.request.session[auth_views.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your password is saved. Sign in with it."))
        response = HttpResponseRedirect(str(self.success_url))
        # Who reads the person's letters is no stranger: else an account that was signed in nowhere yet would
        # stay shut for as long as somebody tries its name.
        password_attempts.remember_device(
            self.request, response, form.user, secure=settings.SESSION_COOKIE_SECURE
        )
        return response
