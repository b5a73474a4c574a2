"""Writing one letter as bytes: the portal's own way against Django's classes and Python's `email` policy."""

from __future__ import annotations

import email.policy
import os
import timeit
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import django
from django.core.mail import EmailMultiAlternatives

from bench._table import show

NAME, ADDRESS = "Thư ký Ban Chỉ đạo thành phố Hà Nội", "thu.ky@demo.invalid"
SENDER = "Cổng điều hành <portal@demo.invalid>"
SUBJECT = "Nhắc việc 30/11/2026: 3 việc quá hạn, 2 việc sắp đến hạn, 1 việc chờ xác nhận"
LINE = "Hoàn thiện hạ tầng số phục vụ thương mại điện tử; quá hạn 3 ngày làm việc.\n"
TEXT = LINE * 20
HTML = "".join(f"<tr><td style='padding: 4px'>{LINE}</td></tr>\n" for _row in range(30))
HEADERS = {
    "Message-ID": "<20261130.4.letter@localhost>",
    "Date": "Mon, 30 Nov 2026 08:00:00 +0700",
    "Auto-Submitted": "auto-generated",
    "List-Id": "<reminders.localhost>",
}
LETTERS, RUNS = 50, 7


def of_the_portal() -> bytes:
    from notices.delivery.mail import Mail

    mail = Mail(SUBJECT, TEXT, SENDER, [ADDRESS], headers=HEADERS)
    mail.to_name = NAME
    mail.attach_alternative(HTML, "text/html")
    return mail.as_bytes()


def of_django() -> bytes:
    to, headers = [f'"{NAME}" <{ADDRESS}>'], {**HEADERS, "Reply-To": SENDER}
    mail = EmailMultiAlternatives(SUBJECT, TEXT, SENDER, to, headers=headers)
    mail.attach_alternative(HTML, "text/html")
    message: Any = mail.message()
    return bytes(message.as_bytes(linesep="\r\n"))


def of_the_policy() -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = message["Reply-To"] = SENDER
    message["To"], message["Subject"] = Address(NAME, addr_spec=ADDRESS), SUBJECT
    for name, value in HEADERS.items():
        message[name] = value
    message.set_content(TEXT)
    message.add_alternative(HTML, subtype="html")
    return message.as_bytes()


def microseconds(write: Callable[[], bytes]) -> float:
    return min(timeit.repeat(write, number=LETTERS, repeat=RUNS)) / LETTERS * 1e6


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    ours = microseconds(of_the_portal)
    rows = []
    for label, write in (
        ("Django's EmailMultiAlternatives", of_django),
        ("Python's EmailMessage, policy SMTP", of_the_policy),
    ):
        floor = microseconds(write)
        figures = (f"{ours:.0f} µs", f"{floor:.0f} µs", f"{ours / floor:.2f}")
        # Below a third its own way is worth its lines (docs/decisions, “Who writes a letter”).
        rows.append((f"a letter of {len(write())} bytes, {label}", *figures, "<= 0.33", ours <= floor / 3))
    show("Writing a letter", rows)


if __name__ == "__main__":
    main()
