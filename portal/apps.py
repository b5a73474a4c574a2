"""The admin site of the portal in the place of Django's own."""

from __future__ import annotations

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    # Else this class would also be taken for the config of "portal" itself.
    default = False
    default_site = "portal.admin.PortalSite"
