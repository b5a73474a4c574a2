"""Trees of tasks, four levels deep, drawn at random: the sum from the leaves, and what no course breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from committees.models import Person
from portal.shared.days import VIETNAM
from tasks import rollup
from tasks.lifecycle import State
from tasks.models import Task
from tests.support.people import Bodies
from tests.tasks.trees_helpers import People, many

pytestmark = pytest.mark.once

NOON = datetime(2026, 11, 20, 12, tzinfo=VIETNAM)


# --- the sum -------------------------------------------------------------------------------------


@dataclass
class Branch:
    """A task as it is drawn; `weight` is its share of the one above."""

    state: str
    percent: int
    weight: int | None
    below: list[Branch] = field(default_factory=list)


STATES = [
    *[state for state in State.values if state != State.DRAFT],
    "assigned",
    "in_progress",
    "never issued",
]


def branches(levels: int) -> st.SearchStrategy[Branch]:
    weights = st.none() | st.integers(0, 100)
    below = st.lists(branches(levels - 1), max_size=4) if levels else st.just([])
    return st.builds(Branch, st.sampled_from(STATES), st.integers(0, 100), weights, below)


@st.composite
def trees(draw: st.DrawFn) -> Branch:
    """Half of the families are weighed whole, as the action asks; the others just as they were drawn."""
    root = draw(branches(4))

    def weigh(branch: Branch) -> None:
        if draw(st.booleans()):
            for one in branch.below:
                one.weight = draw(st.integers(0, 100))
        for one in branch.below:
            weigh(one)

    weigh(root)
    return root


def counted(branch: Branch) -> list[Branch]:
    """Issued and not withdrawn: `proposed` and a draft that was withdrawn were never given to anybody."""
    return [one for one in branch.below if one.state not in ("proposed", "withdrawn", "never issued")]


def leaves(branch: Branch, share: Fraction) -> Iterator[tuple[Fraction, int]]:
    """Every last task that counts, with its share of the whole and how far it is: from the top down."""
    family = counted(branch)
    if not family:
        yield share, 100 if branch.state == "completed" else branch.percent
        return
    weights = [one.weight for one in family]
    whole = sum(weight or 0 for weight in weights)
    for one, weight in zip(family, weights, strict=True):
        if whole and None not in weights:
            yield from leaves(one, share * Fraction(weight or 0, whole))
        else:
            yield from leaves(one, share / len(family))


def planted(branch: Branch, bodies: Bodies, person: Person, above: Task | None = None) -> Task:
    """The rows of a tree, past the actions: the sum has to be right for whatever it finds."""
    state = "withdrawn" if branch.state == "never issued" else branch.state
    task = Task(
        title="Nhiệm vụ",
        assigner=bodies.committee,
        lead=bodies.lead,
        parent=above,
        state=state,
        percent=branch.percent,
        weight=branch.weight,
        assigned_at=None if branch.state in ("proposed", "never issued") else NOON,
        suspended_from="assigned" if state == "suspended" else "",
    )
    if state in ("submitted", "completed"):
        task.submitted_by, task.submitted_at = person, NOON
    if state == "completed":
        task.confirmed_by, task.confirmed_at = Person.objects.exclude(pk=person.pk)[0], NOON
    task.save()
    for one in branch.below:
        planted(one, bodies, person, task)
    return task


@many(100)
@given(tree=trees(), said=st.integers(0, 100))
@example(tree=Branch("in_progress", 30, None), said=70)
def test_the_sum_is_a_recount_from_the_leaves(
    bodies: Bodies, people: People, tree: Branch, said: int
) -> None:
    with transaction.atomic():
        root = planted(tree, bodies, people["officer"])
        found = rollup.roll_up(root)
        if not counted(tree):
            assert found is None
        else:
            assert found is not None
            wanted = list(leaves(tree, Fraction(1)))
            assert sum(share for share, _percent in wanted) == 1
            assert found.exact == sum(share * percent for share, percent in wanted)
            assert found.percent <= found.exact < found.percent + 1
            # What the lead body says of the whole stands beside it.
            Task.objects.filter(pk=root.pk).update(percent=said)
            assert rollup.roll_up(Task.objects.get(pk=root.pk)) == found
        transaction.set_rollback(True)
