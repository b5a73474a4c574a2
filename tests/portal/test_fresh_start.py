"""A fresh installation with the demonstration sends its first letters, to a folder as to a mail server."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from portal.runner.paths import ROOT
from tests.support.servers import Mailbox

pytestmark = [pytest.mark.slow, pytest.mark.once]

START = """
import time_machine
from django.core.management import call_command
from datetime import datetime
from zoneinfo import ZoneInfo
import django

with time_machine.travel(datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")), tick=True):
    django.setup()
    for command in {commands}:
        call_command(command)
"""
"""On a plain Monday, whatever day it is today."""


def run_commands(home: Path, *commands: str, email_url: str = "folder:") -> str:
    """What the commands say in this folder, with a database of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_ENV_FILE": os.devnull,
        "PORTAL_VAR": str(home),
        "DATABASE_URL": f"sqlite:///{home}/portal.sqlite3",
        "EMAIL_URL": email_url,
        "DEBUG": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", START.format(commands=commands)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_person(letters: list[bytes]) -> dict[str, tuple[str, ...]]:
    """Address → what their letter says, without what a second of the clock or a signature changes."""
    messages: list[Message] = [email.message_from_bytes(raw) for raw in letters]
    assert len({message["Message-ID"] for message in messages}) == len(messages)
    return {parseaddr(message["To"].replace("\r\n", ""))[1]: _content(message) for message in messages}


def _content(message: Any) -> tuple[str, ...]:
    headers = [str(message[name]) for name in ("To", "From", "Subject", "Message-ID", "References")]
    return (*headers, *(part.get_payload(decode=True).decode() for part in message.get_payload()))


def test_the_folder_and_a_server_get_the_same_letters(tmp_path: Path, smtp: Mailbox) -> None:
    (tmp_path / "folder").mkdir()
    run_commands(tmp_path / "folder", "migrate", "load_demo")
    shutil.copytree(tmp_path / "folder", tmp_path / "server")
    told = run_commands(tmp_path / "folder", "remind")
    assert "0 letters failed." in told
    assert told == run_commands(tmp_path / "server", "remind", email_url=f"smtp://127.0.0.1:{smtp.port}")
    folder = by_person([path.read_bytes() for path in (tmp_path / "folder" / "mail").glob("*.eml")])
    server = by_person(smtp.received)
    assert folder == server
    [sent] = re.findall(r"; (\d+) letters sent", told)
    assert len(server) == int(sent) > 150
    long_names = [to for to, *_rest in server.values() if to.count("=?utf-8?") > 1]
    assert len(long_names) > 20, "the demonstration has people with long names"
