"""What the set-up keeps: closed to other users, and made again when it was damaged."""

from pathlib import Path

import pytest

from portal.runner import machine
from portal.runner.console import UserError
from portal.runner.setup import static_digest
from portal.runner.steps import stamp_matches

pytestmark = pytest.mark.once


def test_what_is_open_to_others_is_closed(tmp_path: Path) -> None:
    var, outside = tmp_path / "var", tmp_path / "outside"
    outside.touch()
    outside.chmod(0o644)
    for name, mode in (
        ("", 0o700),
        ("log", 0o755),
        ("log/web.log", 0o644),
        ("files", 0o700),
        ("files/x.pdf", 0o666),
    ):
        path = var / name
        if "." in name:
            path.write_text("x")
        else:
            path.mkdir()
        path.chmod(mode)
    (var / "link").symlink_to(outside)
    machine.close_to_others(var)
    modes = {path.name: path.stat().st_mode & 0o777 for path in var.rglob("*") if path.name != "link"}
    assert modes == {"log": 0o700, "web.log": 0o600, "files": 0o700, "x.pdf": 0o600}
    assert outside.stat().st_mode & 0o777 == 0o644, "what a link leads to is not ours"


def test_what_belongs_to_somebody_else_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(0o644)

    def refuse(self: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(
        UserError, match="/x is open to other users of this machine and belongs to somebody else"
    ):
        machine.close_to_others(tmp_path)


@pytest.mark.parametrize("torn", [b"", b"\xff\xfe", b"\x00" * 64, b"abc"])
def test_a_torn_stamp_stands_for_nothing(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "stamp").write_bytes(torn)
    assert not stamp_matches(tmp_path / "stamp", "a" * 64)
    assert not stamp_matches(tmp_path / "missing", "a" * 64)
    assert not stamp_matches(tmp_path, "a" * 64)
    (tmp_path / "stamp").write_text("a" * 64)
    assert stamp_matches(tmp_path / "stamp", "a" * 64)


@pytest.mark.parametrize("harm", ["cut", "empty", "gone", "more"])
def test_a_torn_file_among_the_collected_is_seen(tmp_path: Path, harm: str) -> None:
    """The stamp may be whole and what it stands for not: after a power cut the files are shorter."""
    page = tmp_path / "staticfiles.json"
    page.write_text('{"paths": {}}')
    before = static_digest(tmp_path)
    assert static_digest(tmp_path) == before
    if harm == "gone":
        page.unlink()
    elif harm == "more":
        (tmp_path / "other").touch()
    else:
        page.write_text({"cut": '{"pat', "empty": ""}[harm])
    assert static_digest(tmp_path) != before
