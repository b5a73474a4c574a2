import os
import sys

from django.core.wsgi import get_wsgi_application

from portal.env import Misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

try:
    application = get_wsgi_application()
except Misconfigured as sentence:
    sys.exit(str(sentence))
