"""Which bodies an order means by its words: an explicit table, no guessing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from demo.bodies import places
from demo.tables import rows

# The departments that Khánh Hòa's plan names, and the others that every province has.
DEPARTMENTS = ("SKHCN", "SNV", "STP", "STC", "SCT", "SGDDT", "SYT", "SXD", "SNNMT", "SVHTTDL", "TTT", "VPUB")


@dataclass(frozen=True)
class PhraseMeaning:
    """Codes of the bodies; `collective` when the words name no single body that could answer."""

    codes: tuple[str, ...]
    collective: bool


@dataclass(frozen=True)
class Parts:
    lead: str
    co_lead: tuple[str, ...]
    coordinating: tuple[str, ...]


def parts(lead_words: str, coordinating_words: str, scope: str, standing_agency: str) -> Parts:
    """Who leads and who helps: the first single body that is named leads, else the standing agency."""
    leads = [meaning(phrase, scope) for phrase in _phrases(lead_words)]
    single = next((meant.codes[0] for meant in leads if not meant.collective), standing_agency)
    seen = {single}
    co_lead = _others(leads, seen)
    return Parts(single, co_lead, _others([meaning(p, scope) for p in _phrases(coordinating_words)], seen))


def meaning(phrase: str, scope: str) -> PhraseMeaning:
    """What a phrase means in an order of the scope; a phrase that is not in the table is an error."""
    return _table()[phrase.casefold(), scope]


def _others(meanings: list[PhraseMeaning], seen: set[str]) -> tuple[str, ...]:
    """The other bodies, each once in the order named, without those that have a part already."""
    codes = [code for meant in meanings for code in meant.codes if code not in seen]
    seen.update(codes)
    return tuple(dict.fromkeys(codes))


def _phrases(cell: str) -> list[str]:
    return [phrase.strip() for phrase in cell.split(";") if phrase.strip()]


@cache
def _table() -> dict[tuple[str, str], PhraseMeaning]:
    groups = {
        "@ministries": [row["code"] for row in rows("ministries")],
        "@people_committees": [f"UBND-{place.code}" for place in places()],
        "@khanhhoa_departments": [f"{code}-KHANHHOA" for code in DEPARTMENTS],
    }
    return {
        (row["phrase"].casefold(), row["scope"]): PhraseMeaning(
            tuple(code for word in row["codes"].split() for code in groups.get(word, [word])),
            bool(row["collective"]),
        )
        for row in rows("names")
    }
