"""The life of a task as a picture, drawn from the table: docs/lifecycle.md holds it, a test keeps it true."""

from __future__ import annotations

from tasks.lifecycle import MOVES, State

BACK = "the state it was suspended from"


def diagram() -> str:
    """A Mermaid state diagram with one arrow for each source of each verb."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT.value}"]
    for verb, move in MOVES.items():
        targets = [move.target] if move.target else MOVES["suspend"].sources
        for source in move.sources:
            lines += [f"    {source.value} --> {target.value}: {verb}" for target in targets]
    ends = [state for state in State if not any(state in move.sources for move in MOVES.values())]
    return "\n".join([*lines, *(f"    {state.value} --> [*]" for state in ends)])


def table() -> str:
    """Verb, from, to: the same as a Markdown table."""
    rows = [
        f"| `{verb}` | {', '.join(state.value for state in move.sources)} | "
        f"{move.target.value if move.target else BACK} |"
        for verb, move in MOVES.items()
    ]
    return "\n".join(["| Verb | From | To |", "| --- | --- | --- |", *rows])
