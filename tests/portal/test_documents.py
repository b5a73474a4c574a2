"""The documents lead somewhere, and the locks agree with the requirements."""

import re

import pytest

from portal.runner.paths import ROOT

pytestmark = pytest.mark.once


def test_every_link_between_the_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)[)#]", page.read_text("utf-8"))
    ]
    assert len(links) > 20
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


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
