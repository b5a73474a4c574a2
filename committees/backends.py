"""`person.has_perm("committees.confirm_tasks", body)` answers as `access.allows` does."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from committees import access
from committees.models import Body
from committees.roles import PERMISSIONS


class AccessBackend(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        app, _, codename = perm.partition(".")
        if not isinstance(obj, Body) or app != "committees" or codename not in PERMISSIONS:
            return False
        return access.allows(user_obj, codename, obj)
