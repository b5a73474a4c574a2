#!/usr/bin/env python
"""Django's command line with this project's settings."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.conf import settings
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed for this Python: use .venv/bin/python, which `python3 run.py` makes."
        )

    from portal.env import Misconfigured

    try:
        settings.INSTALLED_APPS  # noqa: B018 - reads the settings before any command does
    except Misconfigured as sentence:
        sys.exit(str(sentence))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
