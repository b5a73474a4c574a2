"""What a worker and beat ask before they begin."""

from __future__ import annotations

import gc
import sys

from celery.signals import beat_init, celeryd_after_setup, worker_init

from demo.accounts import refuse_open_accounts
from portal.env import Misconfigured


@worker_init.connect
@beat_init.connect
def stop_where_demo_accounts_are_open(**_signal: object) -> None:
    try:
        refuse_open_accounts()
    except Misconfigured as sentence:
        sys.exit(str(sentence))


@celeryd_after_setup.connect
def share_memory(**_signal: object) -> None:
    """Before the processes of the pool are forked: a collection would copy into each what all have loaded."""
    gc.collect()
    gc.freeze()
