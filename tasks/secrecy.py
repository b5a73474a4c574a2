"""What a secret task may hold: numbers of papers, its bodies, people and days; never words (DESIGN §4)."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from tasks.models import Task

LONGEST = 40

_SIGN = "A-Za-zĐđƯư&"
_GROUP = rf"(?:[0-9]{{1,6}}[{_SIGN}]?|[A-ZĐƯ&][{_SIGN}0-9]{{0,9}}|[a-zđ])"
_PAPER = re.compile(rf"(?=.*[0-9]|[IVX]+\b){_GROUP}(?:[./-]{_GROUP}){{0,4}}")
"""17, 2.1a, II.3, 12/BC-UBND, 57-NQ/TW, 1131/QĐ-TTg: signs between strokes, without marks or spaces."""

_DAY = re.compile(
    r"(?:[0-9]{1,2}/)?(?:tháng )?[0-9]{1,2}/20[0-9]{2}|(?:(?:quý |q)(?:[1-4]|iv|i{1,3})/|năm )?20[0-9]{2}",
    re.I,
)

ONLY_A_NUMBER = _("Secret task: give the number of the paper only, such as 12/BC-UBND.")
ONLY_A_DAY = _("Secret task: give a day, a month, a quarter or a year only, such as 12/2026.")
ONLY_A_PAPER = _("Secret task: give the number of the document instead; the document itself stays outside.")
NOTHING = _("A secret task is kept with its number, date and deadline only. Leave this empty.")


def is_secret(task: Task) -> bool:
    return task.secrecy == Task.Secrecy.SECRET


def is_number(text: str) -> bool:
    """Is this the number of a paper, or of a task in an order, and nothing said in it?"""
    return len(text) <= LONGEST and _PAPER.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Is this a day or period as an order writes it, and nothing else?"""
    return _DAY.fullmatch(text) is not None
