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
    # With --preload gunicorn forks now, and two processes must not speak on one connection.
    connections.close_all()
except Misconfigured as sentence:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(CANNOT_BOOT)
