"""What the documents name is there: files, modules, links, filters and commands; and the locks agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.apps import apps
from django.core.management import get_commands

from portal.runner.paths import ROOT
from tasks.lists.filters import TaskFilter

pytestmark = pytest.mark.once

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
APPS = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
FOLDERS = {*APPS, "docs", "tests", "bench", "templates", "locale", ".ci"}
# Addresses of the API that begin like a folder, and examples.
NOT_FILES = {"tasks/led-before/", "tasks/detail.html"}
NOT_MODULES = {"demo.invalid"}


def in_code(document: Path) -> Iterator[str]:
    """What stands between backticks, and what is called in blocks of code."""
    text = document.read_text(encoding="utf-8")
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for block in re.findall(r"^```.*?^```", text, flags=re.DOTALL | re.MULTILINE):
        yield from block.split()


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_files_that_a_page_names_are_there(document: Path) -> None:
    paths = {name for name in in_code(document) if re.fullmatch(r"[\w.-]+/[\w./-]*", name)}
    named = {name for name in paths if name.split("/")[0] in FOLDERS}
    assert not [name for name in sorted(named - NOT_FILES) if not (ROOT / name).exists()]


@pytest.mark.django_db
@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_modules_and_names_that_a_page_names_are_there(document: Path) -> None:
    names = {name for name in in_code(document) if re.fullmatch(r"\w+(\.\w+)+", name)}
    dotted = {name for name in names if name.split(".")[0] in APPS and not name.endswith((".py", ".csv"))}
    for name in sorted(dotted - NOT_MODULES):
        resolve_name(name)


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if re.match(r"\w+://", target):
            continue
        place, _hash, anchor = target.partition("#")
        path = document.parent / place if place else document
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


def test_commands_that_the_pages_name_are_there() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())


def test_every_filter_of_the_task_list_is_on_the_page_of_the_api() -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    tasks = page.split("\n## Tasks\n")[1].split("\n## ")[0]
    named = set(re.findall(r"[`?&](\w+)[=`]", tasks))
    assert set(TaskFilter.base_filters) - named == set()


def test_every_page_of_the_docs_is_reached_from_another() -> None:
    reached = {"README.md", "CONTRIBUTING.md"}
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            if path.is_dir():
                reached |= {name_of(each) for each in path.glob("*.md")}
            elif path.is_relative_to(ROOT):
                reached.add(name_of(path))
    assert {name_of(page) for page in PAGES} - reached == set()


def test_the_locks_hold_every_direct_name_and_no_host() -> None:
    for name in ("requirements", "requirements-dev"):
        locked = (ROOT / f"{name}.txt").read_text()
        assert "://" not in locked
        for line in (ROOT / f"{name}.in").read_text().splitlines():
            if line and line[0].isalpha():
                requirement, _hash, reason = line.partition("#")
                package = requirement.split("[")[0].split(">")[0].strip()
                assert f"\n{package}==" in f"\n{locked}".replace("_", "-")
                assert reason.strip(), f"{package} has no reason beside it"
