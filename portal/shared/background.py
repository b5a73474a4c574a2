"""Work that goes on in the background: named in the broker once the change that wants it is committed."""

from __future__ import annotations

from celery import current_app
from django.db import transaction

ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 2}


def queue(job: str, pk: int) -> None:
    """Robust: without a broker it is logged, and the sweep of the next minute takes it up."""
    transaction.on_commit(lambda: _send(job, pk), robust=True)


def _send(job: str, pk: int) -> None:
    # One try: somebody waits for the page meanwhile.
    with current_app.connection_for_write(transport_options=ONE_TRY) as line:
        current_app.send_task(job, [pk], connection=line, retry=False)
