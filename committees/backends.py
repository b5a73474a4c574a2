"""Who may sign in; `person.has_perm("committees.confirm_tasks", body)` answers as `access.allows` does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser

from committees import access
from committees.models import Body
from committees.roles import PERMISSIONS


class PasswordBackend(ModelBackend):
    """Django's own, without the demo accounts of a portal that is no demonstration."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Asked at the sign-in and again for every request of a session."""
        if getattr(user, "is_demo", False) and not settings.DEBUG:
            return False
        return super().user_can_authenticate(user)


class AccessBackend(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        app, _, codename = perm.partition(".")
        if not isinstance(obj, Body) or app != "committees" or codename not in PERMISSIONS:
            return False
        return access.allows(user_obj, codename, obj)
