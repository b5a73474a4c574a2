"""Codes of new bodies and account names of new people, proposed from what was written."""

from __future__ import annotations

import re
from itertools import chain, count

from committees.models import Body, Person
from portal.shared.text import account_key, fold

MAX_CODE_LENGTH = 40
# Room for a hyphen and a number behind it.
MAX_ACCOUNT_NAME_LENGTH = 140


def propose_code(parent: Body, name: str) -> str:
    """The code of the body above and the first letters of the name; a number where that is taken."""
    initials = "".join(word[0] for word in re.findall(r"[a-z0-9]+", fold(name))).upper() or "X"
    room = MAX_CODE_LENGTH - len(initials[:10]) - len("-99-")
    stem = f"{parent.code[:room].rstrip('.-')}-{initials[:10]}"
    taken = set(Body.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for code in _numbered(stem) if code not in taken)


def propose_username(email: str) -> str:
    """What stands before the @, which people know by heart; a number where an account looks the same."""
    stem = re.sub(r"[^a-z0-9.+_-]", "", fold(email.partition("@")[0]))[:MAX_ACCOUNT_NAME_LENGTH] or "x"
    taken = set(
        Person.objects.filter(account_key__startswith=account_key(stem)).values_list("account_key", flat=True)
    )
    return next(name for name in _numbered(stem) if account_key(name) not in taken)


def _numbered(stem: str) -> chain[str]:
    return chain([stem], (f"{stem}-{number}" for number in count(2)))
