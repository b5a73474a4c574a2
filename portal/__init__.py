"""The wiring of the portal."""

# Jobs declared with shared_task must find this app in every process that sends one.
from portal.celery import app as celery_app

__all__ = ["celery_app"]
