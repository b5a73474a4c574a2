"""What a secret task may hold: numbers of papers, its bodies, people and days; never words."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.models import PLACEHOLDER_TITLE, Task
from tasks.periods import last_day

MAX_NUMBER_LENGTH = 40

_SIGN = "A-Za-zĐđƯư&"
_GROUP = rf"(?:[0-9]{{1,6}}[{_SIGN}]?|[A-ZĐƯ&][{_SIGN}0-9]{{0,9}}|[a-zđ])"
# 17, 2.1a, II.3, 12/BC-UBND, 57-NQ/TW, 1131/QĐ-TTg: groups between strokes, without marks or spaces.
_PAPER = re.compile(rf"(?=.*[0-9]|[IVX]+\b){_GROUP}(?:[./-]{_GROUP}){{0,4}}")

_DAY = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}")

ONLY_A_NUMBER = _("Secret task: give the number of the paper only, such as 12/BC-UBND.")
ONLY_A_DAY = _("Secret task: give a day, a month, a quarter or a year only, such as 12/2026.")
ONLY_A_PAPER = _("Secret task: give the number of the document instead; the document itself stays outside.")
NOT_SECRET_LATER = _(
    "What was written about this task stays on record, so it cannot become secret."
    " Withdraw it and enter the secret one by its number."
)
UNTITLED = _("Give the task a title: it is no longer secret.")
NOT_LESS_SECRET = _("Not less secret than the task above: choose %(secrecy)s.")
LEAVE_EMPTY = _("A secret task is kept with its number, date and deadline only. Leave this empty.")

# A secret task holds nothing in these.
CONTENT_FIELDS = (
    "title_en",
    "description",
    "deliverable",
    "deliverable_kind",
    "target",
    "target_unit",
    "authority",
    "pillar",
    "parent_words",
    "lead_words",
)


def is_secret(task: Task) -> bool:
    return task.secrecy == Task.Secrecy.SECRET


def is_number(text: str) -> bool:
    """Is this the number of a paper, or of a task in an order, and no word beside it?"""
    return len(text) <= MAX_NUMBER_LENGTH and _PAPER.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Is this a day or period as an order writes it, and nothing else?"""
    return bool(_DAY.fullmatch(text) or last_day(text))


def title_of(task: Task) -> str:
    """The title that the portal gives a secret task, whatever was typed."""
    return f"{PLACEHOLDER_TITLE} {task.number}".strip()


def is_less_secret(task: Task, above: Task) -> bool:
    """Is the task less secret than the one above it?"""
    levels = Task.Secrecy.values
    return task.secrecy in levels[: levels.index(above.secrecy)]


def find_problems(task: Task) -> dict[str, Sentence]:
    """Field → why a secret task, or one that was secret, may not hold what stands there."""
    if not is_secret(task):
        start, placeholder, number = task.title.partition(PLACEHOLDER_TITLE)
        untitled = placeholder and not start and (not number or is_number(number.strip()))
        return {"title": UNTITLED} if untitled else {}
    problems: dict[str, Sentence] = {name: LEAVE_EMPTY for name in CONTENT_FIELDS if getattr(task, name)}
    problems |= {
        name: ONLY_A_NUMBER
        for name in ("number", "after_event")
        if (text := getattr(task, name)) and not is_number(text)
    }
    if task.due_words and not is_day(task.due_words):
        problems["due_words"] = ONLY_A_DAY
    return problems
