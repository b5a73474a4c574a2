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
    " that tests/support/quick.py lists, and a second database. Before a change lands run all:"
    " python3 run.py test"
)
# Files that walk through every page, person, state or row of something, and single tests that do.
COSTLY = {
    "notices/test_at_once.py",
    "days/test_days.py",
    "days/test_passed_deadlines.py",
    "demo/test_demo.py",
    "columns/test_columns.py",
    "columns/test_hidden_columns.py",
    "imports/test_command.py",
    "cycle_actions/test_cycle_stops.py",
    "fan_out/test_fan_out_jobs.py",
    "tasks/test_leaver.py",
    "portal/test_matrix.py",
    "tasks/test_order_relations.py",
    "tasks/test_order_replacing.py",
    "notices/test_outage.py",
    "demo/test_scale.py",
    "secrecy/test_restricted.py",
    "secrecy/test_secrecy.py",
    "secrecy/test_secrecy_families.py",
    "committees/test_absence.py::test_a_deputy_holds_every_office_for_those_days_only",
    "committees/test_access.py::test_a_moved_body_takes_its_subtree_along",
    "committees/test_access.py::test_asking_once_gives_the_same_answers",
    "committees/test_access.py::test_reach_gives_the_same_bodies_as_the_subquery",
    "committees/test_access.py::test_three_directions_agree",
    "tasks/test_event_days.py::test_the_page_asks_for_the_day_and_tells_the_story",
    "tasks/test_working.py::test_what_was_reported_stays",
    "portal/test_admin_lists.py::test_lists_ask_as_often_for_many_rows_as_for_few",
    "tasks/test_api_tasks.py::test_a_stranger_learns_nothing_of_any_verb",
    "tasks/test_api_changes.py::test_bad_input_is_said_beside_the_field",
    "tasks/test_api_lists.py::test_lists_ask_as_often_for_many_rows_as_for_one",
    "tasks/test_api_lists.py::test_the_filters_of_the_pages",
    "tasks/test_api_lists.py::test_the_list_holds_what_is_visible_and_nothing_else",
    "tasks/test_at_risk.py::test_lists_show_and_find_it",
    "tasks/test_at_risk.py::test_the_page_of_a_body_counts_three_colours",
    "audit/test_audit.py::test_a_refused_action_writes_nothing",
    "audit/test_audit.py::test_a_superuser_is_marked",
    "audit/test_audit.py::test_an_event_lives_and_dies_with_its_change",
    "audit/test_audit.py::test_every_action_writes_one_event_with_its_change",
    "reports/test_board.py::test_every_number_is_a_link_to_its_tasks",
    "reports/test_board.py::test_the_two_deadlines_tell_two_stories",
    "committees/test_bodies_pages.py::test_fifty_to_a_page",
    "committees/test_api_bodies.py::test_members_on_a_day",
    "committees/test_bodies_pages.py::test_tasks_as_far_as_the_reader_sees_them",
    "exports/test_exports.py::test_a_stranger_gets_an_empty_file_and_a_member_nothing_restricted",
    "exports/test_exports.py::test_drafts_name_nothing_restricted_whoever_makes_them",
    "exports/test_exports.py::test_every_file_says_who_when_which_and_how_many",
    "exports/test_exports.py::test_with_other_offices_no_old_file_is_handed_out",
    "fan_out/test_fan_out_doors.py::test_it_is_a_duty_of_whoever_approves",
    "fan_out/test_fan_out_doors.py::test_the_provinces_of_the_demo",
    "tasks/test_first_deadline.py::test_the_list_by_the_first_deadline_agrees_with_itself",
    "imports/test_limits.py::test_no_cell_is_long_enough_to_hold_up_the_checking",
    "portal/test_leaks.py::test_a_lead_reads_nothing_of_how_its_task_was_prepared",
    "tasks/test_led_before.py::test_it_is_found_in_its_own_list_as_it_was",
    "tasks/test_lifecycle.py::test_every_verb_for_everybody",
    "milestones/test_milestone_doors.py::test_a_sheet_comes_back_with_other_milestones",
    "tasks/test_my_work.py::test_late_work_stands_with_giver_and_lead",
    "tasks/test_my_work.py::test_twenty_rows_cost_as_many_queries_as_one",
    "committees/test_names.py::test_every_letter_of_a_cell_stands_in_one_of_its_names",
    "tasks/test_orders_pages.py::test_the_five_add_up_and_lead_to_their_rows",
    "tasks/test_orders_pages.py::test_twenty_orders_cost_as_many_queries_as_one",
    "reminders/test_policy_pages.py::test_a_deadline_on_a_day_off_stays_and_says_so",
    "reminders/test_policy_pages.py::test_in_the_admin",
    "committees/test_appointments_told.py::test_no_sequence_of_ones_own_acts_gives_power",
    "reminders/test_reasons.py::test_nothing_that_a_row_keeps_is_translated",
    "notices/test_remind_command.py::test_each_working_day_has_its_own_letters",
    "tasks/test_rollup_page.py::test_every_number_lists_exactly_its_tasks",
    "imports/test_round_trip.py::test_what_a_file_cannot_change_says_so",
    "tasks/test_task_forms.py::test_a_stale_form_loses_nothing_and_says_who_and_what",
    "tasks/test_task_forms.py::test_the_address_names_the_order_or_the_task_above",
    "tasks/test_task_pages.py::test_a_draft_is_in_the_list_of_those_who_prepare_it_only",
    "tasks/test_task_pages.py::test_quick_views_are_doors_to_exactly_their_rows_and_add_up",
    "tasks/test_task_pages.py::test_sorting_is_in_the_address_and_said_to_the_reader",
    "tasks/test_task_pages.py::test_the_numbers_of_the_tally_are_doors_too",
    "tasks/test_task_pages.py::test_the_page_asks_as_often_with_a_long_history_as_with_a_short_one",
    "tasks/test_tally.py::test_the_five_add_up_and_equal_a_count_by_hand",
    "tasks/test_trees.py::test_the_sum_is_a_recount_from_the_leaves",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="leave out what takes long; see tests/support/quick.py"
    )


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
    file = "/".join(item.path.parts[-2:])
    return marked or file in COSTLY or f"{file}::{_function(item)}" in COSTLY


def _function(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", item.name))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--quick"):
        terminalreporter.write_line(LEFT_OUT)
