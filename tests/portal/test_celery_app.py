"""The Celery app of the portal is known in every process that sends a job."""

import os
import subprocess
import sys

import pytest

from portal.runner.paths import ROOT

pytestmark = pytest.mark.once


@pytest.mark.parametrize("begins", ["import django; django.setup()", "import portal.wsgi"])
def test_a_job_goes_through_the_app_of_the_portal(begins: str) -> None:
    """Otherwise it would go to Celery's default broker, which nobody listens to."""
    code = f"{begins}; from notices.jobs import tick; print(tick.app.main)"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "portal\n"), done.stderr


def test_celery_finds_it_by_the_name_of_the_package() -> None:
    """As `celery -A portal` does."""
    code = "from celery.app.utils import find_app; print(find_app('portal').main)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "portal\n"), done.stderr
