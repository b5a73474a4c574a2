"""Takes a letter apart, as a mail program does, and checks what is true of every letter."""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from django.conf import settings

LONGEST_LINE = 998


@dataclass
class Item:
    """What a letter says of one thing."""

    title: str
    url: str
    text: str = ""
    standing: str = ""
    below: list[str] = field(default_factory=list)


@dataclass
class LetterContent:
    """A letter as its reader sees it, whichever of its two parts they read."""

    head: list[str] = field(default_factory=list)
    # Heading, body and what stands there.
    groups: list[tuple[str, str, list[Item]]] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def one_line(text: str) -> str:
    return " ".join(text.split())


def read_text(text: str) -> LetterContent:
    above, _line, foot = text.partition("\n--\n")
    head, *blocks = re.split(r"\n(?=\S[^\n]* \(\d+\)\n)", above)
    content = LetterContent([one_line(line) for line in head.splitlines() if line.strip()])
    content.foot = [one_line(line) for line in foot.splitlines() if line.strip()]
    content.links = re.findall(r"https?://\S+", text)
    for block in blocks:
        heading, *lines = [line for line in block.splitlines() if line.strip()]
        content.groups.append((heading, "", []))
        for line in lines:
            _read_line(content, line)
    content.groups = [group for group in content.groups if group[2]]
    return content


def _read_line(content: LetterContent, line: str) -> None:
    heading, _body, items = content.groups[-1]
    if line.startswith("- "):
        items.append(Item(one_line(line[2:]), ""))
    elif not line.startswith("  "):
        content.groups.append((heading, one_line(line), []))
    elif line.startswith("  – "):
        items[-1].below.append(one_line(line[4:]))
    elif re.match(r"  https?://", line):
        items[-1].url = line.strip()
    else:
        # Its standing and deadline, if it has any, then what is said: the last line of these.
        items[-1].standing, items[-1].text = items[-1].text, one_line(line)


class Html(HTMLParser):
    """Pieces of text with the innermost tag, its class and address; a row of the table is one list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str, str]]] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes += given.items()
        if tag == "tr":
            self.rows.append([])
        if tag == "br" or (tag == "td" and self.rows[-1]):
            self._piece("br", "", "")
        if tag not in ("br", "meta"):
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, given = self.open[-1] if self.open else ("", {})
        if self.rows and one_line(data) and tag not in ("style", "title"):
            self._piece(tag, given.get("href", ""), data)

    def _piece(self, tag: str, href: str, data: str) -> None:
        if self.rows:
            self.rows[-1].append((tag, href, data))


def read_html(html: str) -> LetterContent:
    content, parser = LetterContent(), Html(html)
    for row in parser.rows:
        _read_row(content, [piece for piece in row if piece[2].strip() or piece[0] == "br"])
    content.links = [address for name, address in parser.attributes if name == "href"]
    return content


def _read_row(content: LetterContent, row: list[tuple[str, str, str]]) -> None:
    tags = [tag for tag, _href, _data in row]
    if "h1" in tags:
        at = tags.index("h1")
        content.head = [
            one_line(row[0][2]),
            one_line(row[at][2]),
            one_line("".join(data for *_tag, data in row[at + 1 :])),
        ]
    elif "h2" in tags:
        content.groups.append((one_line(row[0][2]), "", []))
    elif "h3" in tags:
        content.groups.append((content.groups[-1][0], one_line(row[0][2]), []))
        content.groups = [group for group in content.groups if group[2] or group is content.groups[-1]]
    elif "a" in tags and content.groups:
        content.groups[-1][2].append(_item(row))
    elif "a" in tags:
        content.head.append(one_line(f"{row[0][2]}: {row[0][1]}"))
    elif row:
        content.foot = _lines(row)


def _item(row: list[tuple[str, str, str]]) -> Item:
    (_a, href, title), *rest = row
    marked = [place for place, (tag, _href, _data) in enumerate(rest) if tag == "b"]
    lines = _lines(rest[: marked[0]] if marked else rest)
    item = Item(one_line(title), href)
    item.below = [one_line(line[1:]) for line in lines if line.startswith("–")]
    plain = [line for line in lines if not line.startswith("–")]
    item.text = plain[0] if plain else ""
    ends = _lines(rest[marked[0] :]) if marked else plain[1:]
    item.standing = ", ".join(ends)
    return item


def _lines(row: list[tuple[str, str, str]]) -> list[str]:
    """Pieces joined to the lines that a browser shows."""
    text = "".join("\n" if tag == "br" else data for tag, _href, data in row)
    return [one_line(line) for line in text.splitlines() if line.strip()]


# What must hold of each


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def part_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    assert part.get_content_charset() == "utf-8"
    text = str(part.get_content()).replace("\r\n", "\n")
    assert unicodedata.is_normalized("NFC", text)
    return text


def check(raw: bytes, language: str) -> LetterContent:
    """All that is true of every letter; gives what it says."""
    assert max(len(line) for line in raw.splitlines()) <= LONGEST_LINE
    message = parsed(raw)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    _check_headers(message)
    text, html = part_of(message, "plain"), part_of(message, "html")
    _check_from_inside(html)
    assert f'<html lang="{language}">' in html
    assert 'charset="utf-8"' in html
    content, shown = read_text(text), read_html(html)
    assert content == shown
    assert content.groups
    return content


def _check_headers(message: EmailMessage) -> None:
    for name in ("Message-ID", "Date", "From", "To", "Subject", "Reply-To", "Auto-Submitted", "List-Id"):
        assert len(message.get_all(name, [])) == 1, name
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\d{8}\.\d+(\.\d+)?\.letter@localhost>", message["Message-ID"])
    assert message["List-Id"] == "<reminders.localhost>"
    assert str(message["Date"]).endswith("+0700")
    assert bool(message["List-Unsubscribe"]) == bool(message["List-Unsubscribe-Post"])
    assert message["List-Unsubscribe-Post"] in (None, "List-Unsubscribe=One-Click")


def _check_from_inside(html: str) -> None:
    page = Html(html)
    assert (
        page.tags & {"img", "link", "script", "iframe", "object", "video", "audio", "form", "base"} == set()
    )
    assert {name for name, _value in page.attributes} & {"src", "background", "srcset", "poster"} == set()
    assert re.findall(r"url\(|@import|@font-face", html) == []
    addresses = [value for name, value in page.attributes if name == "href"]
    assert all(address.startswith(f"{settings.PORTAL_URL}/") for address in addresses)
