"""The Celery app is known in every process that sends a job; and what a process loads before its work."""

import json
import os
import subprocess
import sys

import pytest

from portal.celery import app
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


def test_the_clock_sends_what_the_app_would_and_loads_nothing_else() -> None:
    code = (
        "import json; from celery.app.utils import find_app; from django.apps import apps\n"
        "app = find_app('portal.clock'); app.loader.init_worker()\n"
        "jobs = {name: entry['task'] for name, entry in app.conf.beat_schedule.items()}\n"
        "route = app.amqp.router.route({}, 'imports.jobs.read_import')['queue'].name\n"
        "import sys; loaded = apps.apps_ready or 'django.db.models' in sys.modules\n"
        "print(json.dumps([loaded, jobs, app.conf.broker_url, route]))"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True)
    app.loader.import_default_modules()
    jobs = {name: entry["task"] for name, entry in app.conf.beat_schedule.items()}
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [False, jobs, app.conf.broker_url, "files"]
    assert set(jobs.values()) <= set(app.tasks), "a job that no worker knows"


# What draws and reads files takes 20 MB in each process that holds it.
FOR_FILES = ("openpyxl", "docx", "reportlab", "lxml", "PIL")


def test_a_process_that_draws_and_reads_no_file_loads_nothing_for_it() -> None:
    code = (
        "import sys; import portal.wsgi; from portal.celery import app; app.loader.import_default_modules()\n"
        "assert 'reports.jobs' in sys.modules and 'imports.jobs' in sys.modules\n"
        f"print(sorted(set({FOR_FILES}) & set(sys.modules)))"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
