"""The daily loop: `python3 run.py test --quick` runs on SQLite and leaves out what takes long.

Measured with every test in it but the slow ones and those in a browser, a tenth of them took two thirds of
the time: they play through every page, person and state. Most of the rest are cheap as soon as a test with
many parameters runs with its first ones only.
"""

from __future__ import annotations

from typing import Any

import pytest

LEFT_OUT = (
    "Quick: left out are slow and browser tests, all but the first parameters of each test, the costly tests"
    " that tests/quick.py lists, and a second database. Before a change lands run all: python3 run.py test"
)
# Files that walk through every page, person, state or row of something, and single tests that do.
COSTLY = {
    "test_at_once.py",
    "test_days.py",
    "test_demo.py",
    "test_import_columns.py",
    "test_import_command.py",
    "test_jobs_obey.py",
    "test_leaver.py",
    "test_matrix.py",
    "test_order_relations.py",
    "test_order_replacing.py",
    "test_outage.py",
    "test_scale.py",
    "test_secrecy.py",
    "test_absence.py::test_a_deputy_holds_every_office_for_those_days_only",
    "test_access.py::test_a_moved_body_takes_its_subtree_along",
    "test_access.py::test_three_directions_agree",
    "test_actions_working.py::test_what_was_reported_stays",
    "test_api_tasks.py::test_a_stranger_learns_nothing_of_any_verb",
    "test_api_tasks.py::test_lists_ask_as_often_for_many_rows_as_for_one",
    "test_api_tasks.py::test_the_list_holds_what_is_visible_and_nothing_else",
    "test_audit.py::test_a_refused_action_writes_nothing",
    "test_audit.py::test_a_superuser_is_marked",
    "test_audit.py::test_an_event_lives_and_dies_with_its_change",
    "test_audit.py::test_every_action_writes_one_event_with_its_change",
    "test_board.py::test_every_number_is_a_link_to_its_tasks",
    "test_board.py::test_the_two_deadlines_tell_two_stories",
    "test_fan_out.py::test_the_provinces_of_the_demo",
    "test_lifecycle.py::test_every_verb_for_everybody",
    "test_naming.py::test_every_letter_of_a_cell_stands_in_one_of_its_names",
    "test_power.py::test_no_sequence_of_ones_own_acts_gives_power",
    "test_task_pages.py::test_quick_views_are_doors_to_exactly_their_rows_and_add_up",
    "test_task_pages.py::test_the_numbers_of_the_tally_are_doors_too",
    "test_task_pages.py::test_twenty_rows_cost_as_many_queries_as_one",
    "test_trees.py::test_the_sum_is_a_recount_from_the_leaves",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what takes long; see tests/quick.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--quick"):
        return
    kept: dict[str, pytest.Item] = {}
    for item in items:
        if not takes_long(item):
            kept.setdefault(item.nodeid.partition("[")[0], item)
    selected = set(kept.values())
    config.hook.pytest_deselected(items=[item for item in items if item not in selected])
    items[:] = kept.values()


def takes_long(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("slow", "browser"))
    return marked or item.path.name in COSTLY or f"{item.path.name}::{_function(item)}" in COSTLY


def _function(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", item.name))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--quick"):
        terminalreporter.write_line(LEFT_OUT)
