"""The life of a task as a picture, drawn from its moves: docs/lifecycle.md holds it, a test keeps it true."""

from __future__ import annotations

from tasks.lifecycle import SUSPEND, UNDO_CONFIRMATION, Move, State
from tasks.verbs import VERBS

BACK = "the state it was suspended from"


def moves() -> list[tuple[str, Move]]:
    """The verbs that change the state, in the order of a life."""
    life = list(State)
    rows = [(verb.name, verb.move) for verb in VERBS.values() if verb.move]
    return sorted(rows, key=lambda row: life.index(row[1].sources[-1]))


def diagram() -> str:
    """A Mermaid state diagram with one arrow for each source of each verb."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT.value}"]
    for verb, move in moves():
        targets = (move.target,) if move.target else SUSPEND.sources
        for source in move.sources:
            lines += [f"    {source.value} --> {target.value}: {verb}" for target in targets]
    # What is confirmed can be taken back for ten minutes, and is the end all the same.
    leaving = {state for _verb, move in moves() if move is not UNDO_CONFIRMATION for state in move.sources}
    ends = [state for state in State if state not in leaving]
    return "\n".join([*lines, *(f"    {state.value} --> [*]" for state in ends)])


def table() -> str:
    """Verb, from, to: the same as a Markdown table."""
    rows = [
        f"| `{verb}` | {', '.join(state.value for state in move.sources)} | "
        f"{move.target.value if move.target else BACK} |"
        for verb, move in moves()
    ]
    return "\n".join(["| Verb | From | To |", "| --- | --- | --- |", *rows])
