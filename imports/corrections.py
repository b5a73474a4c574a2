"""What a person makes of an imported row before it is written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from imports.meaning import CELLS, Meaning, cell_of, without_repeats
from imports.models import ImportRow
from portal.shared.text import fold

# Problems that a body answers, wherever the same words stand.
BODY_PROBLEMS = ("unknown_body", "group_leads")


def fingerprint(row: ImportRow) -> str:
    """A mark of the row as it is: a form that carries another one was opened before somebody else saved."""
    content = json.dumps([row.values, row.problems], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def with_correction(meaning: Meaning, values: Mapping[str, Any]) -> Meaning:
    """The meaning with what a person typed; no body leads and helps at once."""
    after = dataclasses.replace(meaning, **values)
    lead = [after.lead] if after.lead else []
    after.co_lead = without_repeats(after.co_lead, lead)
    after.coordinating = without_repeats(after.coordinating, [*after.co_lead, *lead])
    return after


def changed_cells(before: Meaning, after: Meaning) -> set[str]:
    return {
        cell
        for cell, names in CELLS.items()
        if any(getattr(before, name) != getattr(after, name) for name in names)
    }


def changed_values(before: Meaning, after: Meaning) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a correction changed, before and after, as its event keeps it."""
    old, new = before.plain(), after.plain()
    names = [name for name in new if old[name] != new[name] and name not in ("names", "duplicates")]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def remaining_problems(
    row: ImportRow, corrected: Collection[str], sure: Collection[str]
) -> list[dict[str, Any]]:
    """The problems of the row without those of corrected cells, and of cells that somebody is sure of.

    To be sure is not enough where nothing can be written.
    """
    return [
        problem
        for problem in row.problems
        if (cell := cell_of(problem["field"])) not in corrected and (cell not in sure or problem["stops"])
    ]


def name_body_in_row(row: ImportRow, words: str, body: int) -> bool:
    """Put the body where the row has the words and nobody said yet which one it is; did it have them?"""
    meaning, wanted, was_named = Meaning.kept(row.values), fold(words), False
    for cell, names in meaning.names.items():
        unknown = [name for name in names if name["body"] is None and fold(name["words"]) == wanted]
        for name in unknown:
            name["body"], name["nearest"], was_named = body, [], True
        if unknown:
            row.problems = [problem for problem in row.problems if not _asks_for(problem, cell, wanted)]
    if was_named:
        _set_bodies_from_names(meaning)
        row.values = meaning.plain()
    return was_named


def _asks_for(problem: Mapping[str, Any], cell: str, words: str) -> bool:
    is_of_body = problem["code"] in BODY_PROBLEMS and cell_of(problem["field"]) == cell
    return is_of_body and fold(str(problem["values"].get("words", ""))) == words


def _set_bodies_from_names(meaning: Meaning) -> None:
    """Set the bodies that the names mean, as when the row was read."""
    lead_names, coordinating_names = meaning.names["lead"], meaning.names["coordinating"]
    leads = [name["body"] for name in lead_names if name["body"]]
    if not meaning.lead and lead_names and lead_names[0]["body"]:
        meaning.lead, leads = lead_names[0]["body"], leads[1:]
    lead = [meaning.lead] if meaning.lead else []
    meaning.co_lead = without_repeats([*meaning.co_lead, *leads], lead)
    coordinating = [name["body"] for name in coordinating_names]
    meaning.coordinating = without_repeats([*meaning.coordinating, *coordinating], [*lead, *meaning.co_lead])
