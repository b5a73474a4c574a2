"""The beat that `run.py` starts: it sends jobs by their names, so it needs the settings and no app.

`celery -A portal beat` does the same with everything that a worker has loaded, for 60 MB more.
"""

from __future__ import annotations

import logging.config
import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Without Celery's fixup for Django, which would load every app.
app = Celery("portal", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
# As Django does it, without Django's own loggers: they would load its models and views.
logging.config.dictConfig(settings.LOGGING)
