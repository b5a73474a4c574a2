"""How a letter is written, and the ways for it to leave the portal.

Each way says what the other side answered.
"""

from __future__ import annotations

import base64
import email
import email.policy
import os
import re
import smtplib
import tempfile
from collections.abc import Sequence
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.utils import parseaddr, quote
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

# Between the parts of a letter. They are base64, in which it cannot occur.
BOUNDARY = "=_portal"

# Characters of a header line that holds an encoded word, its name included (RFC 2047, section 2).
MAX_ENCODED_LINE = 76


class BadAddress(ValueError):
    """Mail cannot carry this address."""


class Mail(EmailMultiAlternatives):
    """A letter to one person. However it travels, it is what `as_bytes` writes."""

    # The name of the addressee; `to` holds the address alone, in ASCII.
    to_name = ""

    # What the other side answered; empty when the way it went gives no answer.
    answer = ""

    def as_bytes(self) -> bytes:
        """The letter as it travels; docs/decisions, “Who writes a letter”, says why it is written here."""
        headers = {
            "From": sender_header("From", self.from_email),
            "To": address_header("To", self.to_name, self.to[0]),
            "Reply-To": sender_header("Reply-To", self.reply_to[0] if self.reply_to else self.from_email),
            "Subject": encode_words("Subject", str(self.subject)),
            **self.extra_headers,
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"',
        }
        parts = [("plain", str(self.body)), *(("html", str(content)) for content, _type in self.alternatives)]
        lines = [*map(_header_line, headers.items()), "", *(_part(*part) for part in parts)]
        return "\r\n".join([*lines, f"--{BOUNDARY}--", ""]).encode("ascii")

    def message(self, *args: Any, **kwargs: Any) -> Any:
        """The letter for a backend of Django's own."""
        return email.message_from_bytes(self.as_bytes(), policy=email.policy.SMTP)


def _header_line(header: tuple[str, str]) -> str:
    name, value = header
    if re.search(r"\r(?!\n )|(?<!\r)\n|\n(?! )", value):
        raise ValueError(f"This header would begin another: {name}")
    return f"{name}: {value}"


def _part(subtype: str, text: str) -> str:
    encoded = base64.encodebytes(text.replace("\n", "\r\n").encode()).decode("ascii").replace("\n", "\r\n")
    content_type = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64'
    return f"--{BOUNDARY}\r\n{content_type}\r\n\r\n{encoded}"


def _is_plain(text: str) -> bool:
    """Whether a text is ASCII without anything that a mail program would take for an encoded word."""
    return text.isascii() and text.isprintable() and "=?" not in text


# Many letters of a morning have the same subject.
@lru_cache(maxsize=512)
def encode_words(header: str, text: str) -> str:
    """One line of text as the header of this name can carry it, folded where it is encoded."""
    if _is_plain(text):
        return text
    encoded = Header(text, "utf-8", header_name=header, maxlinelen=MAX_ENCODED_LINE)
    return encoded.encode(linesep="\r\n")


def address_header(header: str, name: str, address: str) -> str:
    """A name, which may be empty, and an address in ASCII, as the header can carry them."""
    if not name:
        return address
    if _is_plain(name):
        return f'"{quote(name)}" <{address}>'
    # On a line of its own: a line that holds an encoded word is a short one, and an address may be long.
    return f"{encode_words(header, name)}\r\n <{address}>"


@cache
def sender_header(header: str, sender: str) -> str:
    """`Name <address>` of the settings, as the header can carry it."""
    return address_header(header, parseaddr(sender)[0], sender_address(sender))


@cache
def sender_address(sender: str) -> str:
    """The address of `Name <address>` of the settings."""
    return ascii_address(parseaddr(sender)[1])


# Nearly every address: it is carried as it is, and parsing it takes as long as writing the letter's lines.
PLAIN_ADDRESS = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}", re.ASCII)


def ascii_address(address: str) -> str:
    """An address as servers and headers carry it: its domain in ASCII. BadAddress when there is no way."""
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    try:
        parsed = Address(addr_spec=address)
        parsed.username.encode("ascii")
        domain = parsed.domain.encode("idna").decode()
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress(address) from error
    if not domain:
        raise BadAddress(address)
    return f"{parsed.addr_spec.rpartition('@')[0]}@{domain}"


class _Listening:
    """Keeps the server's answer to DATA, which smtplib throws away when it is good."""

    answer = ""
    in_data = False

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.in_data = False
        return super().mail(*args, **kwargs)  # type: ignore[misc]

    def data(self, message: Any) -> Any:
        self.in_data = True
        code, text = super().data(message)  # type: ignore[misc]
        self.answer = format_reply(code, text)
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
            sent = self._hand_over(email_message)
        except OSError as error:  # smtplib's own errors are OSErrors too
            in_data = getattr(self.connection, "in_data", True)
            if self._is_alive(error):
                raise
            self.drop()
            # A server may hang up between two letters of one connection. Nothing was handed over: once more.
            if not used or in_data:
                raise
            self.open()
            sent = self._hand_over(email_message)
        if isinstance(email_message, Mail):
            email_message.answer = getattr(self.connection, "answer", "")
        return sent

    def _hand_over(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Mail):
            return bool(super()._send(email_message))  # type: ignore[misc]
        connection: Any = self.connection
        sender = sender_address(email_message.from_email)
        connection.sendmail(sender, email_message.to, email_message.as_bytes())
        return True

    def _is_alive(self, error: OSError) -> bool:
        """Whether the connection outlives an error: a refusal leaves it as it is, 421 and silence end it."""
        return is_server_answer(error) and getattr(self.connection, "sock", None) is not None

    def drop(self) -> None:
        """Forget a connection that may be dead, without waiting for its goodbye."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()


class NotStored(OSError):
    """The folder for letters cannot be written to. An OSError, as is whatever a mail server refuses."""


class FolderBackend(BaseEmailBackend):
    """One .eml file per letter in EMAIL_FILE_PATH: whole or not there, a repeated letter in its own place."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        for email_message in email_messages:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                name = self._write(folder, email_message)
            except OSError as error:
                raise NotStored(str(error)) from error
            if isinstance(email_message, Mail):
                email_message.answer = f"250 written to {name}"
        return len(email_messages)

    @staticmethod
    def _write(folder: Path, email_message: EmailMessage) -> str:
        message: Any = email_message.message()
        name = re.sub(r"[^\w.@-]+", "", str(message["Message-ID"]))[:200].lstrip(".") + ".eml"
        if isinstance(email_message, Mail):
            written = email_message.as_bytes()
        else:
            written = message.as_bytes(linesep="\r\n")
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(written)
        os.replace(draft, folder / name)
        return name


def format_reply(code: int, text: bytes | str) -> str:
    """A server's reply on one line, as it is kept beside the letter."""
    reply = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {reply}".split())[:1000]


def is_server_answer(error: Exception) -> bool:
    """Whether the server said this; otherwise the connection broke off."""
    return isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))


def read_refusal(error: Exception) -> tuple[bool, str]:
    """Whether a refusal is final (5xx), and the answer: the server's words, or what went wrong on the way."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code >= 500, format_reply(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500, format_reply(error.smtp_code, error.smtp_error)
    return False, " ".join(f"{type(error).__name__}: {error}".split())[:1000]


# By RFC 3463 and 7505: no such mailbox, no such domain, no address, moved, takes no mail at all, closed.
ADDRESS_CODES = ("1.1", "1.2", "1.3", "1.6", "1.10", "2.1")

MAILBOX_WORDS = re.compile(
    r"no such|unknown|not found|does ?n[o']t exist|no longer|not exist|invalid|disabled|deactivated"
    r"|mailbox unavailable|nobody|no mailbox|không tồn tại",
    re.IGNORECASE,
)
POLICY_WORDS = re.compile(
    r"polic|block|black|grey|gray|spam|listed|reputation|banned|denied|relay|sender|client|helo|hostname"
    r"|spf|dkim|dmarc|rate|limit|quota|full|later|temporar|auth",
    re.IGNORECASE,
)


def is_address_refusal(error: Exception) -> bool:
    """Whether the server says that nobody has this address; it may refuse content or sender too.

    An enhanced code says so by itself. Without one only an answer to RCPT that speaks of the mailbox and of
    no rule does: a 550 is also what a server says whose filter has a bad day, and it must turn nobody red.
    """
    final, answer = read_refusal(error)
    if not final:
        return False
    code = re.match(r"\d{3} 5\.(\d{1,3}\.\d{1,3})(?![.\d])", answer)
    if code and code[1] != "1.0":
        return code[1] in ADDRESS_CODES
    is_of_recipient = isinstance(error, smtplib.SMTPRecipientsRefused) and answer[:3] in ("550", "551", "553")
    return is_of_recipient and bool(MAILBOX_WORDS.search(answer)) and not POLICY_WORDS.search(answer)
