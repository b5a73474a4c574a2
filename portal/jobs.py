"""What a worker and beat ask before they begin."""

from __future__ import annotations

import sys

from celery.signals import beat_init, worker_init

from demo.accounts import refuse_open_accounts
from portal.env import Misconfigured


@worker_init.connect
@beat_init.connect
def stop_where_demo_accounts_are_open(**_signal: object) -> None:
    try:
        refuse_open_accounts()
    except Misconfigured as sentence:
        sys.exit(str(sentence))
