"""Celery. Background work is a job, in an app's jobs.py; a task is always a committee's."""

import os
import sys

from celery import Celery
from django.conf import settings

from portal.env import Misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")

if "celery" in sys.argv[0]:
    # A worker or beat: say what is wrong in a sentence before Celery starts.
    try:
        settings.INSTALLED_APPS  # noqa: B018
    except Misconfigured as sentence:
        sys.exit(str(sentence))
