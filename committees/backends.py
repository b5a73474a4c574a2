"""Who may sign in; `person.has_perm("committees.confirm_tasks", body)` answers as `access.allows` does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser

from committees import access
from committees.models import Body, Person
from committees.roles import PERMISSIONS


class PasswordBackend(ModelBackend):
    """Django's own, without the demo accounts of a portal that is no demonstration."""

    def user_can_authenticate(self, user: Person | AnonymousUser | None) -> bool:
        """Django asks at the sign-in and again for every request of a session."""
        if isinstance(user, Person) and user.is_demo and not settings.DEBUG:
            return False
        return super().user_can_authenticate(user)


class AccessBackend(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        app, _, codename = perm.partition(".")
        if not isinstance(obj, Body) or app != "committees" or codename not in PERMISSIONS:
            return False
        return access.allows(user_obj, codename, obj)
