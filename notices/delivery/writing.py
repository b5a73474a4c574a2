"""The two bodies of a letter, text and HTML, from the same content.

Written in Python and not as templates: a template of the same letter takes longer than everything else that
is done for it. Only the frame of the HTML, which is the same in each, is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from string import Template

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _


@dataclass(slots=True)
class LetterLine:
    """What is said of one notice; `standing` and `due` may be empty."""

    title: str
    url: str
    standing: str
    due: str
    text: str
    below: Sequence[str]


@dataclass(slots=True)
class LetterHeading:
    """Lines of one kind; `style` is the class of its HTML, `more` counts what it leaves out."""

    title: str
    style: str
    count: int
    # The body that they stand under, which may be empty, and its lines.
    bodies: Sequence[tuple[str, Sequence[LetterLine]]]
    more: str


@dataclass(slots=True)
class LetterContent:
    """Everything that a letter says, in the language of its reader."""

    subject: str
    heading: str
    greeting: str
    headings: Sequence[LetterHeading]
    portal_url: str
    why: str

    @property
    def counts(self) -> str:
        return ", ".join(f"{heading.count} {heading.title.lower()}" for heading in self.headings)


def write_text(content: LetterContent) -> str:
    return "\n".join(
        [
            _("Steering committees portal"),
            content.heading,
            "",
            f"{content.greeting} {content.counts}.",
            f"{_('Open my work')}: {content.portal_url}",
            *(row for heading in content.headings for row in _text_rows(heading)),
            "",
            "--",
            content.why,
            _("Please do not answer this letter. What restricted tasks say is not written in letters."),
            "\n",
        ]
    )


def _text_rows(heading: LetterHeading) -> Iterator[str]:
    yield f"\n\n{heading.title} ({heading.count})"
    for body, lines in heading.bodies:
        if body:
            yield f"\n{body}"
        for line in lines:
            yield f"\n- {line.title}"
            if line.standing or line.due:
                yield f"  {', '.join(filter(None, (line.standing, line.due)))}"
            yield f"  {line.text}"
            for text in line.below:
                yield f"  – {text}"
            yield f"  {line.url}"
    if heading.more:
        yield f"\n- {heading.more}"


def write_html(content: LetterContent) -> str:
    counts = ", ".join(
        f"<b>{heading.count}</b> {escape(heading.title.lower())}" for heading in content.headings
    )
    url = escape(content.portal_url)
    rows = [
        f'\n<tr><td colspan="2"><span class="s">{escape(_("Steering committees portal"))}</span>'
        f"<h1>{escape(content.heading)}</h1>{escape(content.greeting)} {counts}.</td></tr>",
        f'<tr><td class="go" colspan="2"><a href="{url}">{escape(_("Open my work"))}</a></td></tr>',
        *(row for heading in content.headings for row in _html_rows(heading, url)),
        "\n",
    ]
    return _html_frame(get_language() or "").substitute(
        subject=escape(content.subject), rows="\n".join(rows), why=escape(content.why)
    )


@cache
def _html_frame(_language: str) -> Template:
    """What stands around the rows of every letter, in the language that is active."""
    places = {name: f"${name}" for name in ("subject", "rows", "why")}
    return Template(render_to_string("letters/letter.html", places))


def _html_rows(heading: LetterHeading, url: str) -> Iterator[str]:
    yield (
        f'\n<tr><td class="h {heading.style}" colspan="2">'
        f"<h2>{escape(heading.title)} ({heading.count})</h2></td></tr>"
    )
    for body, lines in heading.bodies:
        yield f'\n<tr><td class="g" colspan="2"><h3>{escape(body)}</h3></td></tr>' if body else "\n"
        for line in lines:
            yield _html_row(line, heading.style)
        yield ""
    more = f'<tr><td class="s" colspan="2"><a href="{url}">{escape(heading.more)}</a></td></tr>'
    yield f"\n{more}" if heading.more else "\n"


def _html_row(line: LetterLine, style: str) -> str:
    below = "".join(f"<br>– {escape(text)}" for text in line.below)
    standing = f"<b>{escape(line.standing)}</b>" if line.standing else ""
    due = f'<span class="s">{escape(line.due)}</span>' if line.due else ""
    return (
        f'\n<tr><td class="t"><a href="{escape(line.url)}">{escape(line.title)}</a><br>'
        f'<span class="s">{escape(line.text)}{below}</span></td>'
        f'<td class="d {style}" align="right" valign="top">'
        f"{'<br>'.join(filter(None, (standing, due)))}</td></tr>"
    )
