"""The daily loop: `python3 run.py test --quick` runs each ordinary test once and leaves out what takes long.

Left out are the tests marked `slow`, `browser` or `costly`, and of a test that is repeated with many
parameters all but the first. The whole suite runs before a change lands.
"""

from __future__ import annotations

import pytest

LEFT_OUT = ("slow", "browser", "costly")
SENTENCE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="leave out slow, browser and costly tests, and of a parametrized test all but the first",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--quick"):
        return
    marked = {item for item in items if any(item.get_closest_marker(name) for name in LEFT_OUT)}
    repeated = set()
    seen: set[str] = set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        if item not in marked and function in seen:
            repeated.add(item)
        seen.add(function)
    config.hook.pytest_deselected(items=[*marked, *repeated])
    items[:] = [item for item in items if item not in marked and item not in repeated]
