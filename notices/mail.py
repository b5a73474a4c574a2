"""Ways for a letter to leave the portal. Each says what the other side answered."""

from __future__ import annotations

import os
import re
import smtplib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class Mail(EmailMultiAlternatives):
    """A message that keeps the answer it got; empty when the way it went gives none."""

    answer = ""


class _Listening:
    """smtplib throws the answer to DATA away when it is good; this keeps it."""

    answer = ""
    in_data = False

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.in_data = False
        return super().mail(*args, **kwargs)  # type: ignore[misc]

    def data(self, message: Any) -> Any:
        self.in_data = True
        code, text = super().data(message)  # type: ignore[misc]
        self.answer = in_words(code, text)
        return code, text


class ListeningSMTP(_Listening, smtplib.SMTP):
    pass


class ListeningSMTPS(_Listening, smtplib.SMTP_SSL):
    pass


class SMTPBackend(EmailBackend):
    """Django's, over one connection for many letters, with the server's own answer on each message."""

    @property
    def connection_class(self) -> Any:
        return ListeningSMTPS if self.use_ssl else ListeningSMTP

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        # Opened here, so that Django does not close it again after these messages: the caller does.
        self.open()
        return super().send_messages(email_messages)

    def _send(self, email_message: EmailMessage) -> bool:
        used = bool(getattr(self.connection, "answer", ""))
        try:
            sent = super()._send(email_message)  # type: ignore[misc]
        except OSError as error:  # smtplib's own errors are OSErrors too
            in_data = getattr(self.connection, "in_data", True)
            if self._is_alive(error):
                raise
            self.drop()
            # A server may hang up between two letters of one connection. Nothing was handed over: once more.
            if not used or in_data:
                raise
            self.open()
            sent = super()._send(email_message)  # type: ignore[misc]
        if isinstance(email_message, Mail):
            email_message.answer = getattr(self.connection, "answer", "")
        return bool(sent)

    def _is_alive(self, error: OSError) -> bool:
        """A refusal of one letter leaves the connection as it is; 421 and silence end it."""
        answered = isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))
        return answered and getattr(self.connection, "sock", None) is not None

    def drop(self) -> None:
        """Forget a connection that may be dead, without waiting for its goodbye."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()


class FolderBackend(BaseEmailBackend):
    """One .eml file per letter in EMAIL_FILE_PATH: whole or not there, a repeated letter in its own place."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email_message in email_messages:
            name = self._write(folder, email_message)
            if isinstance(email_message, Mail):
                email_message.answer = f"250 written to {name}"
        return len(email_messages)

    @staticmethod
    def _write(folder: Path, email_message: EmailMessage) -> str:
        message: Any = email_message.message()
        name = re.sub(r"[^\w.@-]+", "", str(message["Message-ID"]))[:200].lstrip(".") + ".eml"
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes(linesep="\r\n"))
        os.replace(draft, folder / name)
        return name


def in_words(code: int, text: bytes | str) -> str:
    """A server's reply on one line, as it is kept beside the letter."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())[:1000]


def refusal(error: Exception) -> tuple[bool, str]:
    """Is it final (5xx), and the answer: the server's own words, or what went wrong on the way to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code >= 500, in_words(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500, in_words(error.smtp_code, error.smtp_error)
    return False, " ".join(f"{type(error).__name__}: {error}".split())[:1000]


def is_of_address(error: Exception) -> bool:
    """Does nobody live at this address, says the server? What is written or who sends may be refused too.

    By RFC 3463: 5.1.x is about the address, 5.2.1 a mailbox that takes no mail. Without such a number only
    the answer to RCPT tells.
    """
    final, answer = refusal(error)
    told = re.search(r"\b5\.(\d{1,3}\.\d{1,3})\b", answer)
    if not final:
        return False
    if told:
        return told[1].startswith("1.") or told[1] == "2.1"
    return isinstance(error, smtplib.SMTPRecipientsRefused) and answer[:3] in ("550", "551", "553")
