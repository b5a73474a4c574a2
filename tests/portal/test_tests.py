"""What the tests promise of themselves: nobody reads four screens of one, and none leans on another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.runner.paths import ROOT

pytestmark = pytest.mark.once

FILES = sorted((ROOT / "tests").rglob("*.py"))
MAX_LINES = 400


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_no_test_imports_a_test() -> None:
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in FILES}
    tests = {name for name, path in names.items() if path.name.startswith("test_")}
    assert len(tests) > 100
    found = [(str(path), name) for path in FILES for name in imported(path) if name in tests]
    assert not found, found


def test_no_file_of_tests_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
