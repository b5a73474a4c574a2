"""Why a notice was not told: a code in its row, words on the screen.

An app on a higher floor registers its own reasons, as it does its kinds of notice.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DropReason(models.TextChoices):
    """Base of the lists of reasons. Code and SQL compare the values; people read the labels."""


class ReaderReason(DropReason):
    """Why the reader gets no letter about something."""

    LOCKED = "account_locked", _("The account of this person is locked.")
    UNKNOWN_KIND = "unknown_kind", _("The portal no longer knows this kind of notice.")
    NO_ADDRESS = "no_address", _("This person has no e-mail address.")
    ADDRESS_REFUSED = "address_refused", _("The mail server refuses the address of this person.")
    IN_PORTAL = "in_portal", _("This person reads this kind in the portal only.")
    SWITCHED_OFF = (
        "switched_off",
        _("The body that gave the task has switched off letters of this kind."),
    )


# Why a notice went into no letter, and is read in the portal all the same.
READ_IN_PORTAL = (
    ReaderReason.NO_ADDRESS,
    ReaderReason.IN_PORTAL,
    ReaderReason.ADDRESS_REFUSED,
    ReaderReason.SWITCHED_OFF,
)


class AddressReason(DropReason):
    """Why nobody need be told any more of an address that was refused."""

    CORRECTED = "address_corrected", _("The address was corrected, or is trusted again.")
    NOT_KEEPER = "not_keeper", _("This person no longer keeps the members of the body.")


_by_code: dict[str, DropReason] = {}


def register(reasons: type[DropReason]) -> None:
    for reason in reasons:
        if _by_code.setdefault(reason.value, reason) is not reason:
            raise ValueError(f"Two reasons have the code {reason.value}.")


def every() -> list[DropReason]:
    return list(_by_code.values())


def label(code: str) -> str:
    """The label of a stored code in the active language; a code of an older version as it stands."""
    return str(_by_code[code].label) if code in _by_code else code


register(ReaderReason)
register(AddressReason)
