"""The portal's own tags and filters: icons, standing labels, counts, fields, days. `{% load look %}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.html import format_html
from django.utils.numberformat import format as format_number
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.icons import ICON_NAMES
from portal.shared.days import VIETNAM, WEEKDAYS, format_day, format_time
from portal.shared.standings import STANDING_WORDS, standing_words
from tasks.lists.filters import PACES

register = template.Library()


# Icons


@register.simple_tag
def icon(name: str, extra: str = "", label: str = "") -> SafeString:
    """One icon of the sprite. Without `label` it only repeats the word beside it."""
    return _icon(name, extra, str(label))


# A page holds a hundred of them, and few are different.
@lru_cache(maxsize=2000)
def _icon(name: str, extra: str, label: str) -> SafeString:
    if name not in ICON_NAMES:
        raise template.TemplateSyntaxError(
            f"No icon {name!r}: add it in portal/icons.py, run python -m portal.icons"
        )
    classes = f"i {extra}".strip()
    source = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, source
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, source)


# Standing and state


class Mark(NamedTuple):
    icon: str
    word: str


# Standing, colour or state → its icon. The colour is in portal.css, by data-is.
_ICONS = {
    "overdue": "octagon-alert",
    "due_soon": "clock-alert",
    "in_time": "clock",
    "no_deadline": "calendar-off",
    "done_on_time": "circle-check-big",
    "done_late": "calendar-x",
    "on_schedule": "clock",
    "at_risk": "triangle-alert",
    "late": "octagon-alert",
    "submitted": "hourglass",
    "draft": "pencil",
    "proposed": "file-clock",
    "assigned": "send",
    "in_progress": "play",
    "completed": "circle-check-big",
    "suspended": "pause",
    "withdrawn": "undo-2",
}
MARKS = {name: Mark(sign, STANDING_WORDS[name]) for name, sign in _ICONS.items()}

# The three colours of open tasks → the standing whose colour they have.
THREE = {"on_schedule": "in_time", "at_risk": "due_soon", "late": "overdue"}


register.simple_tag(standing_words)


@register.simple_tag
def standing_label(standing: str, days: int | None = None, words: str = "") -> SafeString:
    """The `.is` label: icon, word and size. `words` replaces the words and keeps icon and colour."""
    return _label(standing, words or standing_words(standing, days))


@lru_cache(maxsize=2000)
def _label(standing: str, words: str) -> SafeString:
    return format_html(
        '<span class="is" data-is="{}">{}{}</span>',
        THREE.get(standing, standing),
        icon(MARKS[standing].icon),
        words,
    )


@register.simple_tag
def standing_icon(standing: str) -> SafeString:
    """Only the icon, in the colour of its standing: for chips and lines that carry the word themselves."""
    colour = THREE.get(standing, standing)
    return format_html('<span data-is="{}">{}</span>', colour, icon(MARKS[standing].icon, "ico"))


# The five-way count

# The five ways in their order; together they are the tasks given.
FIVE = {
    "done_on_time": gettext_noop("Completed on time"),
    "done_late": gettext_noop("Completed late"),
    "in_time": gettext_noop("Open, in time"),
    "overdue": gettext_noop("Open, overdue"),
    "no_deadline": gettext_noop("Open, no deadline"),
}

_WIDTH, _GAP = 1000.0, 2.0


@register.inclusion_tag("parts/tally.html")
def tally(counts: Mapping[str, int], url: str, label: str = "") -> dict[str, Any]:
    """Six links and the bar. `counts` has given and the five; `url` gets ?standing=<key>."""
    given = counts["given"]
    ways = [
        {
            "key": key,
            "icon": MARKS[key].icon,
            "label": _(word),
            "count": counts[key],
            "share": _share(counts[key], given),
            "url": _with(url, f"standing={key}"),
        }
        for key, word in FIVE.items()
    ]
    return {"given": given, "ways": ways, "url": url, "label": label, "bar": _bar(counts)}


@register.inclusion_tag("parts/paces.html")
def paces(counts: Mapping[str, int], url: str, label: str = "") -> dict[str, Any]:
    """Three links that add up to what is open: on schedule, at risk, late."""
    total = sum(counts[key] for key in THREE)
    ways = [
        {
            "icon": MARKS[key].icon,
            "colour": colour,
            "label": _(MARKS[key].word),
            "count": counts[key],
            "share": _share(counts[key], total),
            "url": _with(url, urlencode(PACES[key])),
        }
        for key, colour in THREE.items()
    ]
    return {"ways": ways, "whole": total, "label": label}


@register.simple_tag
def way_words(key: str) -> str:
    """The heading of a column of numbers: one of the five ways or of the three colours."""
    return _(FIVE[key] if key in FIVE else MARKS[key].word)


def _share(part: int, total: int) -> str:
    return f"{number(100 * part / total, 1)}%" if total else ""


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _bar(counts: Mapping[str, int]) -> list[dict[str, str]]:
    """Where each part of the bar stands, in thousandths of its width; nothing for a part that is zero."""
    parts = [(key, counts[key]) for key in FIVE if counts[key]]
    total = sum(count for _key, count in parts)
    room = _WIDTH - _GAP * (len(parts) - 1)
    bar, x = [], 0.0
    for key, count in parts:
        width = room * count / total
        bar.append({"key": key, "x": f"{x:.1f}", "width": f"{width:.1f}"})
        x += width + _GAP
    return bar


# Forms


@register.inclusion_tag("parts/field.html")
def field(
    bound: BoundField,
    label: str = "",
    hint: str = "",
    errors: list[str] | None = None,
    extra: str = "",
    mark: bool = True,
) -> dict[str, Any]:
    """One field: label, hint, error, control. `errors` adds the form's own when they belong to this field."""
    sentences = [*bound.errors, *(errors or [])]
    help_text = hint or bound.help_text
    ids = [f"{bound.auto_id}_helptext"] * bool(help_text) + [f"{bound.auto_id}_error"] * bool(sentences)
    attrs: dict[str, Any] = {}
    if not bound.use_fieldset:
        attrs = ({"aria-describedby": " ".join(ids)} if ids else {}) | (
            {"aria-invalid": "true"} if sentences else {}
        )
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or capfirst(bound.label),
        "hint": help_text,
        "errors": sentences,
        "described": " ".join(ids),
        "required": bound.field.required and mark,
        "extra": extra,
        "tick": getattr(bound.field.widget, "input_type", "") == "checkbox" and not bound.use_fieldset,
    }


@register.inclusion_tag("parts/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """The note on top of a refused form: each error is a link to its field."""
    lines = [
        {"id": bound.id_for_label or bound.auto_id, "label": capfirst(bound.label), "error": error}
        for bound in form
        for error in bound.errors
    ]
    return {
        "general": form.non_field_errors(),
        "lines": lines,
        "count": len(lines) + len(form.non_field_errors()),
    }


@register.inclusion_tag("parts/more.html", takes_context=True)
def more(context: dict[str, Any], page: Page[Any], noun: str = "") -> dict[str, Any]:
    """The end of a list: how many come next, or that this was all. `noun`: what is counted, translated."""
    left = page.paginator.count - page.end_index()
    return {
        "request": context.get("request"),
        "page": page,
        "next": min(left, page.paginator.per_page),
        "noun": noun or _("rows"),
    }


# Days, moments, figures


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value, VIETNAM)
    return value


@register.filter(expects_localtime=False)
def day(value: date | datetime | None) -> str:
    """28/09/2026, the day in Vietnam."""
    return format_day(_local(value)) if value else ""


@register.filter(expects_localtime=False)
def moment(value: datetime | None) -> str:
    """28/09/2026 16:42, Vietnam time."""
    return _local(value).strftime("%d/%m/%Y %H:%M") if value else ""


@register.filter(expects_localtime=False)
def clock(value: datetime | None) -> str:
    """16:42, Vietnam time."""
    return format_time(value) if value else ""


@register.filter(expects_localtime=False)
def long_day(value: date | datetime | None) -> str:
    """Thứ Hai, 28/09/2026."""
    return f"{_(WEEKDAYS[_local(value).weekday()])}, {day(value)}" if value else ""


@register.filter(expects_localtime=False)
def weekday(value: date | datetime) -> str:
    """Thứ Hai."""
    return _(WEEKDAYS[_local(value).weekday()])


@register.filter(expects_localtime=False)
def short_day(value: date | datetime | None) -> str:
    """28/09 in the current year, else the whole day: for the last update of a row."""
    if not value:
        return ""
    local = _local(value)
    this_year = timezone.localdate(timezone=VIETNAM).year
    return f"{local:%d/%m}" if local.year == this_year else format_day(local)


@register.filter
def number(value: float | int | None, places: int = 0) -> str:
    """4.675 and 87,9 as the reader's language writes them."""
    if value is None:
        return ""
    if not places and type(value) is int and 0 <= value < 1000:
        # Nearly all numbers of a page; no language writes them otherwise, and the general way is dear.
        return str(value)
    return format_number(
        round(value, places),
        get_format("DECIMAL_SEPARATOR"),
        places,
        grouping=3,
        thousand_sep=get_format("THOUSAND_SEPARATOR"),
        force_grouping=True,
    )


@register.simple_tag
def percent(value: int | None, of: int = 100, label: str = "") -> SafeString | str:
    """A progress bar with its number: 60 %, or 71/96 when `of` is given. Nothing when nobody asked."""
    if value is None:
        return ""
    words = f"{number(value)}/{number(of)}" if of != 100 else f"{number(value)}%"
    return _progress(value, of, str(label or _("Progress")), words)


@lru_cache(maxsize=2000)
def _progress(value: int, of: int, label: str, words: str) -> SafeString:
    return format_html(
        '<span class="nowrap"><progress value="{}" max="{}" aria-label="{}"></progress> {}</span>',
        value,
        of,
        label,
        words,
    )


@register.filter
def item(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """The value under a key that is itself a variable."""
    return values.get(key) if values else None


_TOGETHER = re.compile(
    r"Đề án 06|chuyển đổi số|đổi mới|sáng tạo|khoa học|công nghệ|"
    r"(?:số|Số|ngày|Nghị quyết|NQ|Kế hoạch|Quyết định|Project|Resolution) \d",
)


@register.filter
def nobreak(text: str) -> str:
    """Keep compound words and numbers of documents on one line: for titles."""
    return _TOGETHER.sub(lambda match: match[0].replace(" ", "\N{NO-BREAK SPACE}"), str(text))
