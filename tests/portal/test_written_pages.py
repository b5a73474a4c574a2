"""The pages of docs/ that commands write: the map of the rooms and the table of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.core.management import CommandError, call_command
from django.utils import translation

from committees import rules as committee_rules
from imports import rules as import_rules
from notices import rules as notice_rules
from portal.management.commands import draw_map, write_rules
from portal.management.commands.draw_map import read_rooms, sort_into_floors
from portal.management.commands.write_rules import asks_for_administrator, permissions_asked, rules_of
from portal.runner import development
from portal.runner.paths import ROOT
from reports import rules as report_rules
from tasks import rules as task_rules

pytestmark = pytest.mark.once


@pytest.fixture
def house(tmp_path: Path, settings: Any) -> Path:
    """A small house of two apps, as files."""
    files = {
        "portal/apps.py": "# a line\n" * 30,
        "portal/__init__.py": '"""The wiring."""',
        "portal/env.py": '"""The environment."""',
        "portal/shared/__init__.py": '"""What all use."""',
        "upper/__init__.py": '"""The upper app."""',
        "upper/apps.py": "# a line\n" * 30,
        "upper/views.py": '"""Its pages.\n\nMore of them."""\nfrom lower.models import Thing\n',
        "lower/__init__.py": '"""The lower app."""',
        "lower/apps.py": "# a line\n" * 30,
        "lower/models.py": (
            '"""Its rows."""\nfrom typing import TYPE_CHECKING\nfrom portal import shared\n'
            "if TYPE_CHECKING:\n    from upper import views\n"
        ),
        "lower/migrations/0001_initial.py": "from upper import views\n",
        "docs/map.md": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings.BASE_DIR = tmp_path
    return tmp_path


def page_of(house: Path) -> str:
    return (house / "docs/map.md").read_text()


def test_the_map_of_this_house_holds_every_app() -> None:
    # Whether docs/map.md itself is up to date is asked by run.py check alone.
    page = draw_map.Command().write_page()
    apps = [config.name for config in django_apps.get_app_configs() if Path(config.path).parent == ROOT]
    assert len(apps) > 5
    assert not [name for name in apps if f"\n### {name}\n" not in page]


@pytest.mark.parametrize("name", ["draw_map", "write_rules"])
def test_a_page_that_is_out_of_date_names_the_command(name: str, house: Path) -> None:
    with pytest.raises(CommandError, match=rf"run \.venv/bin/python manage\.py {name} and commit the page"):
        call_command(name, check=True)
    assert page_of(house) == ""


def test_run_check_asks_for_both() -> None:
    commands = {tuple(argv[-2:]) for _name, argv in development.checks()}
    assert {("draw_map", "--check"), ("write_rules", "--check")} <= commands


def test_the_map_shows_floors_imports_and_modules(house: Path) -> None:
    call_command("draw_map")
    page = page_of(house)
    assert "```\nportal\nupper\nlower\nportal.env   portal.shared\n```" in page
    assert "| `upper` | The upper app. | 0 | 34 % | `lower` |" in page
    assert "### upper\n\nThe upper app.\n\n- `views.py` Its pages.\n- `apps.py`\n" in page
    assert "migrations" not in page.split("## Modules")[1]


@pytest.mark.parametrize(
    "file, text",
    [
        ("lower/models.py", '"""Its rows."""\nfrom portal import env\n'),
        ("lower/models.py", '"""Other rows."""\nfrom portal import shared\n'),
        ("lower/new.py", ""),
        ("upper/views.py", '"""Its pages."""\n'),
    ],
)
def test_another_import_sentence_or_module_is_noticed(house: Path, file: str, text: str) -> None:
    call_command("draw_map")
    (house / file).write_text(text)
    with pytest.raises(CommandError, match=r"docs/map\.md is not what the code says now"):
        call_command("draw_map", check=True)


def test_more_lines_alone_do_not_matter(house: Path) -> None:
    call_command("draw_map")
    (house / "lower/models.py").write_text((house / "lower/models.py").read_text() + "\n" * 2)
    call_command("draw_map", check=True)


def test_a_folder_without_a_sentence_is_refused(house: Path) -> None:
    (house / "lower/views").mkdir()
    (house / "lower/views/__init__.py").write_text("")
    with pytest.raises(CommandError, match=r"Give lower/views/__init__\.py a docstring"):
        call_command("draw_map")


def test_a_room_that_holds_too_much_is_refused(house: Path) -> None:
    (house / "lower/models.py").write_text('"""Its rows."""\n' + "x = 1\n" * 1000)
    with pytest.raises(CommandError, match="lower holds more than 40 % of the house"):
        call_command("draw_map")


def test_two_rooms_that_import_each_other_are_refused(house: Path) -> None:
    (house / "lower/models.py").write_text("def late():\n    from upper import views\n")
    with pytest.raises(CommandError, match=r"These rooms import each other: .*(lower|upper)"):
        sort_into_floors(read_rooms(house))


def test_a_rule_is_read_through_what_it_calls() -> None:
    assert permissions_asked(task_rules.may_confirm) == {"confirm_tasks"}
    assert permissions_asked(import_rules.may_import) == {"draft_tasks"}
    assert "suspend_tasks" in permissions_asked(task_rules.may_settle)
    assert permissions_asked(task_rules.may_add_evidence) == {"work_on_tasks", "contribute_to_tasks"}
    assert asks_for_administrator(notice_rules.may_send_again)
    assert not asks_for_administrator(task_rules.may_confirm)


def test_every_rule_has_its_sentence() -> None:
    modules = (committee_rules, notice_rules, task_rules, import_rules, report_rules)
    rules = {name: rule for module in modules for name, rule in rules_of(module).items()}
    assert "may_draft" in rules_of(task_rules)
    assert "may_draft" not in rules_of(import_rules), "it is listed where it is written"
    assert not [name for name, rule in rules.items() if not rule.__doc__]


def test_the_page_is_the_same_in_every_language() -> None:
    with translation.override("vi"):
        assert write_rules.Command().write_page() == write_rules.Command().write_page()
        assert "| standing deputy head" in write_rules.Command().write_page()
