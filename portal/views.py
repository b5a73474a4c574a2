"""Signing in and out, the language, the person's own profile."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from committees import access, actions, password_attempts
from committees.doors import SignedInRequest
from committees.forms import OwnPasswordForm, ProfileForm, SignInForm
from committees.models import Membership, Person
from committees.passwords.views import ChoosePassword, ForgottenPassword
from committees.roles import PERMISSIONS
from committees.views import away
from portal.middleware import LANGUAGES
from portal.shared.days import today
from portal.shared.forms import add_errors
from tasks.views import my_work

YEAR = 365 * 24 * 60 * 60


class SignIn(auth_views.LoginView):
    form_class = SignInForm

    @transaction.atomic
    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        actions.note_sign_in(person=person, address=self.request.META["REMOTE_ADDR"])
        response = super().form_valid(form)
        password_attempts.remember_device(
            self.request, response, person, secure=settings.SESSION_COOKIE_SECURE
        )
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        status = 429 if form.blocked else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


class SignOut(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> Any:
        answer = super().post(request, *args, **kwargs)
        messages.success(request, _("You are signed out. On a shared computer, close the browser too."))
        return answer


class PasswordChange(auth_views.PasswordChangeView):
    form_class = OwnPasswordForm

    def form_invalid(self, form: Any) -> HttpResponse:
        status = 429 if form.blocked else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        actions.change_own_password(person=form.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(self.request, form.user)
        return HttpResponseRedirect(self.get_success_url())


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read the portal in another language: on this device, and everywhere once signed in."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        raise ValidationError(_("Choose one of the languages of the portal."))
    if isinstance(request.user, Person) and request.user.language != chosen:
        person = Person.objects.get(pk=request.user.pk)
        person.language = chosen
        actions.save_own_profile(person=person, by=person)
    answer = redirect(_safe_next(request))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """My language, e-mail and telephone; my offices and what each lets me do."""
    person = Person.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_own_profile(person=person, by=request.user)
        except ValidationError as error:
            add_errors(form, error, once=False)
        else:
            with override(person.language):
                messages.success(request, _("Your profile is saved."))
            return redirect("profile")
    context = {
        "form": form,
        "terms": _terms_of(request.user),
        "absences": person.absences.filter(ends_on__gte=today()).select_related("deputy"),
        "title": _("My profile"),
    }
    return render(request, "portal/profile.html", context)


def _terms_of(person: Person) -> list[tuple[str, list[dict[str, Any]]]]:
    """The person's terms as they hold today, are to come, or have ended; each with what it lets them do."""
    terms = list(person.memberships.select_related("office__body", "absence__person").in_order())
    held = access.permissions_by_office(term.office for term in terms)
    rows = [
        {
            "term": term,
            "when": _when(term),
            "may": [
                label for codename, label in PERMISSIONS.items() if codename in held.get(term.office_id, ())
            ],
        }
        for term in terms
    ]
    rows.sort(key=lambda row: _TIMES.index(row["when"]))
    return [(when, list(group)) for when, group in groupby(rows, key=lambda row: row["when"])]


_TIMES = ("now", "later", "ended")


def _when(term: Membership) -> str:
    if term.holds_on(today()):
        return "now"
    return "later" if term.starts_on > today() else "ended"


urlpatterns: list[URLPattern] = [
    path("", my_work.my_work, name="my_work"),
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/logout/", SignOut.as_view(), name="logout"),
    path("accounts/password/", PasswordChange.as_view(), name="password_change"),
    path(
        "accounts/password/done/",
        auth_views.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    path("accounts/forgotten/", ForgottenPassword.as_view(), name="password_reset"),
    path(
        "accounts/forgotten/done/",
        auth_views.PasswordResetDoneView.as_view(),
        name="password_reset_done",
    ),
    path(
        "accounts/reset/<uidb64>/<token>/",
        never_cache(ChoosePassword.as_view()),
        name="password_reset_confirm",
    ),
    path("language/", language, name="language"),
    path("profile/", profile, name="profile"),
    path("profile/away/", away.away, name="away"),
    path("profile/away/<int:pk>/", away.change, name="away_change"),
    path("profile/away/<int:pk>/end/", away.end, name="away_end"),
]
