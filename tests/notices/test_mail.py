"""A letter as bytes: however long the name, the subject or the text, what is read back is what was meant.

It is written once and travels two ways, through a real mail server and as a file; both are tried.
"""

from __future__ import annotations

import email
import email.policy
import string
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from notices.delivery.mail import BadAddress, Mail, ascii_address
from tests.support.servers import Mailbox

pytestmark = pytest.mark.once

LONGEST_LINE = 998  # RFC 5322, section 2.1.1
LONGEST_ENCODED_LINE = 76  # RFC 2047, section 2

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
MARKS = " .,;:-()/&“”\"'\\<>@=?_"
ADDRESS = "thu.ky@demo.invalid"


def one_line(text: str) -> str:
    return " ".join(text.split())


lines = (
    st.one_of(
        st.text(VIETNAMESE + VIETNAMESE.upper() + MARKS, min_size=1, max_size=250),
        st.text(string.ascii_letters + MARKS, min_size=1, max_size=250),
        st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60),
    )
    .map(one_line)
    .filter(bool)
)
texts = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.just("\n"), max_size=400)


def mail_of(name: str, subject: str, text: str = "Kính gửi", html: str = "<p>Kính gửi</p>") -> Mail:
    mail = Mail(
        subject, text, "Cổng điều hành <portal@demo.invalid>", [ADDRESS], headers={"Message-ID": "<1@x>"}
    )
    mail.to_name = name
    mail.attach_alternative(html, "text/html")
    return mail


def check_lines(raw: bytes) -> None:
    """No line that a server may cut, and none that a mail program may leave undecoded."""
    raw.decode("ascii")
    head, _empty, _body = raw.partition(b"\r\n\r\n")
    for line in raw.split(b"\r\n"):
        assert b"\n" not in line
        assert b"\r" not in line
        assert len(line) <= LONGEST_LINE
    for line in head.split(b"\r\n"):
        assert line.strip()
        assert b"=?" not in line or len(line) <= LONGEST_ENCODED_LINE, line


def words_of(header: str) -> str:
    """The standard library's older reader: its newer one puts spaces between the words of a long name."""
    return str(make_header(decode_header(header.replace("\r\n", ""))))


def name_and_address(message: Message, header: str) -> tuple[str, str]:
    name, address = parseaddr(message[header].replace("\r\n", ""))
    return words_of(name), address


def part_of(raw: bytes, kind: str) -> str:
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    assert message.defects == []
    return str(message.get_body((kind,)).get_content()).replace("\r\n", "\n")


def check(raw: bytes, mail: Mail) -> None:
    check_lines(raw)
    message = email.message_from_bytes(raw)
    assert words_of(message["Subject"]) == mail.subject
    assert name_and_address(message, "To") == (mail.to_name, ADDRESS)
    for header in ("From", "Reply-To"):
        assert name_and_address(message, header) == ("Cổng điều hành", "portal@demo.invalid")
    assert part_of(raw, "plain") == mail.body
    assert part_of(raw, "html") == mail.alternatives[0][0]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


# More than 45 bytes of UTF-8, so more than one encoded word.
LONG_NAME = "Thư ký Ban Chỉ đạo thành phố Hà Nội"

tried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@tried
@example(LONG_NAME, "Nhắc việc 30/11/2026: 3 việc quá hạn", "Kính gửi", "<p>Kính gửi</p>")
@example("=?utf-8?q?Chu_tich?=", "=?utf-8?q?Gap?=", "", "")
@given(lines.map(lambda name: one_line(name[:100])), lines, texts, texts)
def test_what_a_server_gets_is_what_was_meant(
    smtp: Mailbox, name: str, subject: str, text: str, html: str
) -> None:
    assume(name)
    smtp.received.clear()
    mail = mail_of(name, subject, text, html)
    with get_connection() as connection:
        connection.send_messages([mail])
    [raw] = smtp.received
    check(raw, mail)
    assert mail.answer == "250 OK: kept"


@tried
@example(LONG_NAME, "Nhắc việc 30/11/2026: 3 việc quá hạn", "Kính gửi", "<p>Kính gửi</p>")
@example("=?utf-8?q?Chu_tich?=", "=?utf-8?q?Gap?=", "", "")
@given(lines.map(lambda name: one_line(name[:100])), lines, texts, texts)
def test_what_lies_in_the_folder_is_what_was_meant(
    folder: Path, name: str, subject: str, text: str, html: str
) -> None:
    assume(name)
    mail = mail_of(name, subject, text, html)
    get_connection().send_messages([mail])
    [path] = folder.iterdir()
    assert mail.answer == f"250 written to {path.name}"
    check(path.read_bytes(), mail)


@pytest.mark.parametrize("header", ["name", "subject"])
@pytest.mark.parametrize("letter", ["a", "ệ", "đ", "𠀀"])
def test_every_length_around_the_end_of_a_line(header: str, letter: str) -> None:
    """One to four bytes a letter, so that each place of a fold falls on, before and after one."""
    for length in range(1, 101):
        text = letter * length
        mail = mail_of(text, "Nhắc việc") if header == "name" else mail_of(LONG_NAME, text)
        check(mail.as_bytes(), mail)


@pytest.mark.parametrize("length", [1, 60, 64])
def test_a_long_address_after_a_long_name(length: int) -> None:
    mail = mail_of(LONG_NAME, "Nhắc việc")
    mail.to = [f"{'a' * length}@{'b' * 60}.{'c' * 60}.invalid"]
    check_lines(mail.as_bytes())
    message = email.message_from_bytes(mail.as_bytes())
    assert name_and_address(message, "To") == (LONG_NAME, mail.to[0])


@pytest.mark.parametrize(
    "sender, name, address",
    [
        ("portal@demo.invalid", "", "portal@demo.invalid"),
        ('"Văn phòng, Ban Chỉ đạo" <portal@demo.invalid>', "Văn phòng, Ban Chỉ đạo", "portal@demo.invalid"),
        (f"{LONG_NAME} và các sở <portal@demo.invalid>", f"{LONG_NAME} và các sở", "portal@demo.invalid"),
        ("Portal <portal@bộ.vn>", "Portal", "portal@xn--b-8xm.vn"),
    ],
)
def test_the_sender_of_the_settings(sender: str, name: str, address: str) -> None:
    mail = mail_of(LONG_NAME, "Nhắc việc")
    mail.from_email, mail.reply_to = sender, [sender]
    check_lines(mail.as_bytes())
    message = email.message_from_bytes(mail.as_bytes())
    assert name_and_address(message, "From") == name_and_address(message, "Reply-To") == (name, address)


def test_a_backend_of_django_sends_the_same_letter() -> None:
    mail = mail_of(LONG_NAME, "Nhắc việc " * 20)
    check(mail.message().as_bytes(policy=mail.message().policy.clone(refold_source="none")), mail)


@pytest.mark.parametrize("way", ["smtp", "folder"])
def test_a_message_of_django_goes_both_ways(request: Any, way: str) -> None:
    """Such as the one that resets a password, under a long name of the settings."""
    place, subject = request.getfixturevalue(way), "Đặt lại mật khẩu của cổng điều hành " * 3 + "hôm nay"
    sender = f'"{LONG_NAME} và các sở, ban, ngành" <portal@demo.invalid>'
    get_connection().send_messages([EmailMessage(subject, "Kính gửi", sender, [ADDRESS])])
    [raw] = place.received if way == "smtp" else [path.read_bytes() for path in place.iterdir()]
    message = email.message_from_bytes(raw)
    assert words_of(message["Subject"]) == subject
    assert name_and_address(message, "From") == (f"{LONG_NAME} và các sở, ban, ngành", "portal@demo.invalid")
    assert name_and_address(message, "To") == ("", ADDRESS)


def test_no_header_begins_another() -> None:
    mail = mail_of(LONG_NAME, "Nhắc việc")
    mail.extra_headers["References"] = "<a@b>\r\nBcc: x@y.vn"
    with pytest.raises(ValueError, match="References"):
        mail.as_bytes()


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b.vn", "thư@b.vn", "a@b.vn, c@d.vn", "a@b.vn\r\nBcc: c@d.vn"]
)
def test_an_address_that_mail_cannot_carry(address: str) -> None:
    with pytest.raises(BadAddress):
        ascii_address(address)
