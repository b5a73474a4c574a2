"""The admin site of the portal in the place of Django's own; and the Celery app, known from the start."""

from __future__ import annotations

import django_stubs_ext
from django.contrib.admin import apps

# Django imports this module first of all apps: a job declared with shared_task finds the Celery app of the
# portal in every process that sends one. In portal/__init__.py run.py would need Celery before it is there.
from portal.celery import app as celery_app

# Before any model or form is read. Not in the settings: beat reads them too, and this loads half of Django.
django_stubs_ext.monkeypatch()

__all__ = ["AdminConfig", "celery_app"]


class AdminConfig(apps.AdminConfig):
    # Else this class would also be taken for the config of "portal" itself.
    default = False
    default_site = "portal.admin.PortalSite"
