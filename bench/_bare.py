"""The floor of a list: the same statements through psycopg, and json.dumps. Nothing else is done."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

SQL: list[str] = json.loads(Path(os.environ["BENCH_SQL"]).read_text())
CONNECT = os.environ["BENCH_CONNECT"]
mine = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if not hasattr(mine, "connection"):
        options: dict[str, Any] = {"autocommit": True, "row_factory": dict_row}
        mine.connection = psycopg.connect(CONNECT, **options)
        mine.cursor = psycopg.ClientCursor(mine.connection)
    rows: list[Any] = []
    for statement in SQL:
        rows = mine.cursor.execute(statement.replace("%", "%%"), []).fetchall()
    body = json.dumps({"results": rows}, default=str, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
