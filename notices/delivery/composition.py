"""What a letter says: its lines, headings and headers, in the person's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from committees.models import Membership, Person
from notices import kinds
from notices.delivery.mail import Mail, ascii_address
from notices.delivery.unsubscribe import unsubscribe_url
from notices.delivery.writing import (
    LetterContent,
    LetterHeading,
    LetterLine,
    write_html,
    write_text,
)
from notices.kinds import Group, Line
from notices.models import Letter, Notice
from portal.shared.days import VIETNAM, WEEKDAYS, format_day
from portal.shared.standings import standing_words

# Lines under one heading; the heading and the subject still count them all.
MAX_LINES_PER_HEADING = 50

# That a letter names as the reason for it.
MAX_OFFICES_NAMED = 3

# Of a term, what `_office` reads.
TERM_COLUMNS = (
    *("person", "position", "position_en", "office__role", "office__body__name_vi", "office__body__name_en"),
    *("office__body__kind", "absence__ends_on", "absence__person__name", "absence__person__username"),
)


@dataclass(frozen=True)
class LetterFacts:
    """What some letters of a day say, read together for all of them."""

    # Notice pk → its line, in its reader's language.
    lines: dict[int, Line]
    # Person pk → the offices they hold.
    terms: dict[int, list[Membership]]

    @classmethod
    def about(cls, notices: Sequence[Notice], on: date) -> LetterFacts:
        lines: dict[int, Line] = {}
        by_language: dict[str, list[Notice]] = {}
        for notice in notices:
            by_language.setdefault(notice.person.language, []).append(notice)
        for language, notices_of_language in by_language.items():
            with translation.override(language):
                for compose, notices_of_kind in group_by_function(
                    notices_of_language, lambda kind: kind.compose
                ):
                    lines |= compose(notices_of_kind, on)
        return cls(lines, _terms({notice.person_id for notice in notices}, on))


def _terms(people: Iterable[int], on: date) -> dict[int, list[Membership]]:
    memberships = Membership.objects.holding_on(on).filter(person__in=list(people)).in_order()
    terms: dict[int, list[Membership]] = {}
    for term in memberships.select_related("office__body", "absence__person").only(*TERM_COLUMNS):
        terms.setdefault(term.person_id, []).append(term)
    return terms


def group_by_function(
    notices: Iterable[Notice], function_of: Callable[[kinds.Kind], Any]
) -> Iterable[tuple[Any, list[Notice]]]:
    """Notices whose kinds share a function together, so that it asks the database once for all of them."""
    groups: dict[Any, list[Notice]] = {}
    for notice in notices:
        if kinds.known(notice.kind):
            groups.setdefault(function_of(kinds.get(notice.kind)), []).append(notice)
    return groups.items()


def compose_letter(letter: Letter, notices: Sequence[Notice], facts: LetterFacts | None = None) -> Mail:
    """The letter in the person's language, as text and as HTML with the same content."""
    facts = facts or LetterFacts.about(notices, letter.on)
    with translation.override(letter.person.language):
        content = _content(letter, notices, facts)
        mail = Mail(
            subject=content.subject,
            body=write_text(content),
            to=[ascii_address(letter.person.email)],
            reply_to=[settings.DEFAULT_FROM_EMAIL],
            headers={
                "Message-ID": letter.message_id,
                "Date": format_datetime(timezone.now().astimezone(VIETNAM)),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "List-Id": f"<reminders.{mail_host()}>",
                **_thread(notices),
                **_one_click(letter.person, notices),
            },
        )
        mail.to_name = " ".join(letter.person.name.split())[:100]
        mail.attach_alternative(write_html(content), "text/html")
    return mail


def _thread(notices: Sequence[Notice]) -> dict[str, str]:
    """Letters about a single thing stand together in a mailbox, under an id that no letter has."""
    about = {(notice.about_type, notice.about_id) for notice in notices}
    if len(about) > 1:
        return {}
    (kind, pk), *_none = about
    return {"References": f"<{kind}.{pk}.thread@{mail_host()}>"}


def _one_click(person: Person, notices: Sequence[Notice]) -> dict[str, str]:
    """Mail programs offer to switch off what is no duty (RFC 8058); of duties alone there is nothing."""
    url = unsubscribe_url(person, {notice.kind for notice in notices})
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(person: Person, on: date, number: int = 0) -> str:
    """One Message-ID for all attempts, so that a mail program shows a repeated letter once."""
    which = f"{person.pk}.{number}" if number else f"{person.pk}"
    return f"<{on:%Y%m%d}.{which}.letter@{mail_host()}>"


def mail_host() -> str:
    return (urlsplit(settings.PORTAL_URL).hostname or "localhost")[:80]


def _content(letter: Letter, notices: Sequence[Notice], facts: LetterFacts) -> LetterContent:
    groups: dict[Group, list[Line]] = {}
    for notice in notices:
        groups.setdefault(kinds.get(notice.kind).group, []).append(facts.lines[notice.pk])
    day = {"day": f"{_(WEEKDAYS[letter.on.weekday()])}, {format_day(letter.on)}"}
    content = LetterContent(
        subject="",
        heading=(_("News of %(day)s") if letter.number else _("Work for %(day)s")) % day,
        greeting=_("To %(person)s:") % {"person": " ".join(letter.person.name.split())},
        headings=[_heading(group, groups[group]) for group in sorted(groups, key=lambda group: group.rank)],
        portal_url=settings.PORTAL_URL + "/",
        why=_why(letter, facts.terms.get(letter.person_id, [])),
    )
    content.subject = _subject(letter, notices, facts, content.counts)
    return content


def _subject(letter: Letter, notices: Sequence[Notice], facts: LetterFacts, counts: str) -> str:
    """The subject: how many of what; of one thing told at once, what it is."""
    if letter.number and len(notices) == 1:
        subject = f"{capfirst(str(kinds.get(notices[0].kind).label))}: {facts.lines[notices[0].pk].title}"
    else:
        subject = (_("News %(day)s") if letter.number else _("Reminder %(day)s")) % {
            "day": format_day(letter.on)
        }
        subject = f"{subject}: {counts}"
    return " ".join(subject.split())[:250]


def _heading(group: Group, lines: list[Line]) -> LetterHeading:
    """The most pressing first: longest overdue, then nearest deadline; so the bodies too, and in each."""
    lines = sorted(lines, key=lambda line: (line.due_on is None, line.due_on or date.max, line.title))
    bodies: dict[str, list[LetterLine]] = {}
    for line in lines[:MAX_LINES_PER_HEADING]:
        bodies.setdefault(_under(line), []).append(_line(line))
    return LetterHeading(
        title=str(group.title),
        style=group.name,
        count=len(lines),
        # What stands under no body comes first, or it would look as if it stood under the one before.
        bodies=sorted(bodies.items(), key=lambda item: bool(item[0])),
        more=_count_hidden(len(lines) - MAX_LINES_PER_HEADING),
    )


def _count_hidden(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("%(more)s more in the portal", "%(more)s more in the portal", count) % {"more": count}


def _under(line: Line) -> str:
    """The other body: who gave it, or to its giver who leads it. Of what is restricted, none."""
    if line.of_giver and line.lead:
        return _("Led by %(lead)s, given by %(giver)s") % {"lead": line.lead, "giver": line.assigner}
    return _("Given by %(body)s") % {"body": line.assigner} if line.assigner else ""


def _line(line: Line) -> LetterLine:
    # A standing already says what happened; news has no standing and needs its sentence.
    text = line.what_to_do if line.standing else f"{line.sentence} {line.what_to_do}".strip()
    parts = ("" if line.of_giver else line.lead, line.order, text)
    return LetterLine(
        title=_flat(line.title),
        url=settings.PORTAL_URL + line.url,
        standing=standing_words(line.standing, line.days) if line.standing else "",
        due=_("due %(day)s") % {"day": format_day(line.due_on)} if line.due_on else "",
        text=_flat(" · ".join(part for part in parts if part)),
        below=[_flat(text) for text in line.below],
    )


def _flat(words: str) -> str:
    """The text on one line: a title with a break in it must not look like another line of the letter."""
    return " ".join(words.split())


def _why(letter: Letter, terms: Sequence[Membership]) -> str:
    offices = "; ".join(_office(term) for term in terms[:MAX_OFFICES_NAMED])
    at_once = _("You chose to be told of this at once; “How I am told” in your profile changes that.")
    often = at_once if letter.number else _("At most one letter a working day.")
    if not offices:
        return often
    return often + " " + _("You receive it because you hold: %(offices)s.") % {"offices": offices}


def _office(term: Membership) -> str:
    """The office as the letter names it; of a deputy also whom they stand in for."""
    office = f"{term.title}, {term.office.body}"
    if term.absence is None:
        return office
    until = format_day(term.absence.ends_on)
    return _("%(office)s (for %(person)s, away until %(day)s)") % {
        "office": office,
        "person": term.absence.person,
        "day": until,
    }
