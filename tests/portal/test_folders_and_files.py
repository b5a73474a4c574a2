"""What the portal writes is closed to others, and a torn file is made again."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from portal import env
from portal.runner.paths import ROOT
from tests.support.servers import OURS

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "var"))


@pytest.mark.parametrize(
    "torn", [b"", b"\x00" * 67, b"abc", b"\xff\xfe" * 40, b"A" * 33, b"A" * 60 + b"\x00" * 7]
)
def test_a_torn_secret_key_is_set_aside_and_said(torn: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = env.var() / "secret_key"
    path.write_bytes(torn)
    first = env.secret_key()
    assert len(first) >= 50
    assert env.secret_key() == first, "the next process reads the same"
    aside = [file for file in env.var().iterdir() if ".set-aside-" in file.name]
    assert [file.read_bytes() for file in aside] == [torn]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "everybody signs in again" in caplog.text
    assert first not in caplog.text


def test_processes_that_find_no_key_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Web, worker and beat start at once."""
    (env.var() / "secret_key").write_bytes(b"torn")
    code = "from portal import env; import sys; sys.stdout.write(env.secret_key())"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _process in range(6)
    ]
    keys = {process.communicate()[0] for process in started}
    assert keys == {env.secret_key()}


def test_a_secret_key_that_cannot_be_read_is_a_sentence() -> None:
    (env.var() / "secret_key").mkdir()
    with pytest.raises(env.Misconfigured, match=r"Cannot keep the secret key in .* set SECRET_KEY"):
        env.secret_key()


def test_what_is_made_is_closed_to_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "new"))
        assert env.var().stat().st_mode & 0o777 == 0o700
        env.keep_private()
        (env.var() / "file").write_text("x")
        (env.var() / "folder").mkdir()
    finally:
        os.umask(before)
    assert [(tmp_path / "new" / name).stat().st_mode & 0o777 for name in ("file", "folder")] == [0o600, 0o700]


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o777])
def test_a_folder_that_is_open_to_others_is_said_and_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    """It may be a folder that others need, /tmp for one."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(mode)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "open"))
    with pytest.raises(
        env.Misconfigured, match="is open to other users of this machine: close it with chmod"
    ):
        env.var()
    assert (tmp_path / "open").stat().st_mode & 0o777 == mode


def test_the_own_folder_is_closed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PORTAL_VAR")
    monkeypatch.setattr(env, "ROOT", tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o755)
    assert env.var().stat().st_mode & 0o777 == 0o700


def test_a_relative_folder_is_the_same_from_everywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setenv("PORTAL_VAR", "data")
    assert env.var() == tmp_path / "data"


@pytest.mark.slow
def test_every_process_writes_for_itself_alone() -> None:
    code = "import os, django; django.setup(); os.close(os.open(os.environ['FILE'], os.O_CREAT, 0o666))"
    file = env.var() / "file"
    environ = {**os.environ, "FILE": str(file), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, umask=0o022)
    assert file.stat().st_mode & 0o777 == 0o600


def test_postgresql_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://b%40n:p%3Aw@db.example:5433/portal?sslmode=require")
    found = env.database()
    assert [found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "portal",
        "b@n",
        "p:w",
        "db.example",
        "5433",
    ]
    assert found["OPTIONS"]["sslmode"] == "require"


def test_postgresql_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal@/portal?host=%2Frun%2Fpg")
    assert (env.database()["HOST"], env.database()["PORT"]) == ("/run/pg", "")


@pytest.mark.parametrize(
    "value, cache, broker",
    [
        ("redis://:pw@h:6380", "redis://:pw@h:6380/1", "redis://:pw@h:6380/0"),
        (
            "rediss://h?ssl_cert_reqs=required",
            "rediss://h/1?ssl_cert_reqs=required",
            "rediss://h/0?ssl_cert_reqs=required",
        ),
        ("unix:///run/r.sock", "unix:///run/r.sock?db=1", "redis+socket:///run/r.sock?virtual_host=0"),
    ],
)
def test_redis_url(monkeypatch: pytest.MonkeyPatch, value: str, cache: str, broker: str) -> None:
    monkeypatch.setenv("REDIS_URL", value)
    assert (env.redis_url(1), env.celery_url(env.redis_url(0))) == (cache, broker)


def test_a_long_folder_gets_a_short_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / ("long-" * 30)))
    assert len(str(env.broker_socket())) <= env.MAX_SOCKET_PATH_LENGTH
    assert env.broker_socket() == env.broker_socket()


@pytest.mark.parametrize(
    "value, port, tls, ssl",
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://me%40x:pw@mail.example:587/?tls=1", 587, True, False),
        ("smtps://mail.example", 465, False, True),
    ],
)
def test_email_url(monkeypatch: pytest.MonkeyPatch, value: str, port: int, tls: bool, ssl: bool) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    found = env.email()
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_the_env_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.write_text("# a comment\n\nexport EMAIL_URL='smtp://file'\nALLOWED_HOSTS = a,b\n")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(file))
    monkeypatch.setenv("EMAIL_URL", "smtp://environment")
    monkeypatch.setenv("ALLOWED_HOSTS", "")
    monkeypatch.delenv("ALLOWED_HOSTS")
    env.read_file()
    assert (os.environ["EMAIL_URL"], env.many("ALLOWED_HOSTS")) == ("smtp://environment", ["a", "b"])


@pytest.mark.parametrize(
    "line, value",
    [
        ('"Cổng, Ban" <portal@example.gov.vn>', '"Cổng, Ban" <portal@example.gov.vn>'),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("a'", "a'"),
        ('"', '"'),
        ('""', ""),
    ],
)
def test_only_quotes_around_the_whole_are_taken_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, value: str
) -> None:
    (tmp_path / "env").write_text(f"\ufeffDEFAULT_FROM_EMAIL={line}\n", encoding="utf-8")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(tmp_path / "env"))
    env.read_file()
    assert os.environ.pop("DEFAULT_FROM_EMAIL") == value


def test_an_env_file_in_another_encoding_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "env").write_bytes("DEFAULT_FROM_EMAIL=Cổng <a@b.vn>\n".encode("utf-16"))
    monkeypatch.setenv("PORTAL_ENV_FILE", str(tmp_path / "env"))
    with pytest.raises(env.Misconfigured, match="is not text in UTF-8: save it as UTF-8"):
        env.read_file()


def test_a_line_of_the_env_file_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("DEBUG=1\nnonsense\n")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("DEBUG", "1")
    with pytest.raises(env.Misconfigured, match="Line 2 of env is not KEY=VALUE: 'nonsense'"):
        env.read_file()


@pytest.mark.parametrize(
    "name, sentence",
    [
        (
            "ALLOWED_HOST",
            "Line 2 of env sets ALLOWED_HOST, which the portal does not know: write",
        ),
        ("TRUSTED_PROXY", "write TRUSTED_PROXIES."),
        ("debug", "write DEBUG."),
        ("SECURE_HSTS_SECOND", "write SECURE_HSTS_SECONDS."),
        ("EMAILURL", "write EMAIL_URL."),
        ("QUITE_ANOTHER", "does not know. What another program reads belongs in the environment."),
    ],
)
def test_a_name_of_the_env_file_that_nobody_reads_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "env").write_text(f"\n{name}=s3cret\n")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(tmp_path / "env"))
    with pytest.raises(env.Misconfigured, match=re.escape(sentence)) as refused:
        env.read_file()
    assert "s3cret" not in str(refused.value)
    assert name not in os.environ


def test_every_setting_is_in_the_example() -> None:
    """And nothing is there that nobody reads."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    source = "".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("run.py", "portal/env.py", "portal/settings.py", "portal/runner/supervisor.py")
    )
    read = set(re.findall(r'\b(?:text|flag|number|many)\(\s*"([A-Z_]+)"', source)) | {"SECRET_KEY"}
    internal = {"BEHIND_PROXY", "PORTAL_PARTS_FILE"}
    assert read - {"PORTAL_PARTS_FILE"} == env.NAMES
    assert set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)) == read - internal


def test_every_line_of_the_example_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE)
    lines = lines.replace("SECRET_KEY=", f"SECRET_KEY={'x' * 40}").replace(
        "/var/lib/portal", str(tmp_path / "v")
    )
    (tmp_path / "env").write_text(lines, encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if key not in (*OURS, "DEBUG", "PORTAL_VAR")}
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env={**environ, "PORTAL_ENV_FILE": str(tmp_path / "env")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
