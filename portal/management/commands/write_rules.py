"""Writes docs/rules.md: every rule as a sentence, and which offices it lets through at first."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils import translation

from committees.roles import DEFAULTS, PERMISSIONS, Role
from portal.management.written_page import WrittenPageCommand, first_paragraph

HEAD = """# Who may do what

Written by `.venv/bin/python manage.py write_rules` from the rules in the code; do not edit it by hand.
`python3 run.py check` fails when a rule says something else than this page.

What somebody may do follows from the office that they hold today: a role in one body. Each office has
permissions on its own body. The first table shows those that it begins with; an administrator can change
them for each body.

The other tables list every rule: what it says, which permission on the body that it speaks of it asks for (of
several, one is enough), and which offices begin with that permission. A dash means that no permission
decides, but who the person is to the body, the file or the other person. Most rules also say *when*: in
which state of the task, as [the life of a task](lifecycle.md) tells. A refusal always gives its reason.

The deputy of somebody who is away has that person's rights for those days. A superuser has every permission,
and each act of theirs is marked in the audit trail; that nobody confirms their own work holds for them too.

## What each office may do on its own body

{permissions}
"""
ADMINISTRATOR = "administrator"
NOBODY_BY_OFFICE = "–"


class Command(WrittenPageCommand):
    help = "Writes docs/rules.md from the may_* functions of every app."
    page = "docs/rules.md"
    command = "write_rules"

    def write_page(self) -> str:
        with translation.override("en"):
            sections = [_section(app.label, module) for app, module in _rule_modules()]
            return HEAD.format(permissions=_permission_table()) + "".join(sections)


def _rule_modules() -> Iterator[tuple[AppConfig, ModuleType]]:
    for app in apps.get_app_configs():
        if app.path.startswith(str(settings.BASE_DIR)) and find_spec(f"{app.name}.rules"):
            yield app, import_module(f"{app.name}.rules")


def _permission_table() -> str:
    names = [f"{role.label} ({_in_vietnamese(role)})" for role in Role]
    lines = [_row("Permission", *names), _row("---", *(":-:" for _role in Role))]
    for permission, meaning in PERMISSIONS.items():
        dots = ("●" if permission in DEFAULTS[role] else "" for role in Role)
        lines.append(_row(f"{meaning} `{permission}`", *dots))
    return "\n".join(lines)


def _in_vietnamese(role: Role) -> str:
    with translation.override("vi"):
        return str(role.label)


def _section(app: str, module: ModuleType) -> str:
    lines = [_row("To", "Rule", "Asks for", "Offices that begin with it"), _row("---", "---", "---", "---")]
    for name, rule in rules_of(module).items():
        permissions = permissions_asked(rule)
        offices = [str(role.label) for role in Role if DEFAULTS[role] & permissions]
        if asks_for_administrator(rule):
            offices.append(ADMINISTRATOR)
        lines.append(
            _row(
                name.removeprefix("may_").replace("_", " "),
                first_paragraph(rule.__doc__),
                ", ".join(f"`{permission}`" for permission in PERMISSIONS if permission in permissions),
                ", ".join(offices) or NOBODY_BY_OFFICE,
            )
        )
    return f"\n## {app.capitalize()}\n\n{first_paragraph(module.__doc__)}\n\n" + "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def rules_of(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The rules that a module holds itself, in its own order."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if name.startswith("may_") and inspect.isfunction(thing) and thing.__module__ == module.__name__
    }


def permissions_asked(rule: Callable[..., Any]) -> set[str]:
    """Every permission that a rule names, itself or through the helpers and constants that it uses."""
    return texts_in(rule) & set(PERMISSIONS)


def asks_for_administrator(rule: Callable[..., Any]) -> bool:
    return "is_staff" in texts_in(rule)


def texts_in(rule: object) -> set[str]:
    """Names and constants of a function and of what it refers to, as far as modules of rules hold that."""
    texts: set[str] = set()
    waiting, seen = [rule], set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, FunctionType) and "rules" in thing.__module__.split("."):
            for code in _code_in(thing.__code__):
                texts.update(code.co_names)
                waiting += code.co_consts
                steps = dis.get_instructions(code)
                waiting += (thing.__globals__.get(s.argval) for s in steps if s.opname == "LOAD_GLOBAL")
        elif isinstance(thing, tuple | frozenset):
            waiting += thing
        elif isinstance(thing, str):
            texts.add(thing)
    return texts


def _code_in(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of the comprehensions and generators in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_in(constant)
