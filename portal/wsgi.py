import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.db import connections

from portal.env import Misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# gunicorn starts a worker that ended again and again, unless it ended with this code.
CANNOT_BOOT = 3

try:
    application = get_wsgi_application()
    from demo.accounts import refuse_open_accounts

    refuse_open_accounts()
    # Every page, before the first is asked for: loaded here once, it is shared by the processes.
    import portal.urls  # noqa: F401

    # With --preload gunicorn forks now, and two processes must not speak on one connection.
    connections.close_all()
    # What is loaded stays: a collection that looked through it would copy it into each process.
    gc.freeze()
except Misconfigured as sentence:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(CANNOT_BOOT)
