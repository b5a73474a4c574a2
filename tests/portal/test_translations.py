"""Django's sentences in the portal's Vietnamese, and the check that none of the portal's own is missing."""

import ast
import gettext as standard_gettext
import re
import shutil
from pathlib import Path

import django
import pytest
import rest_framework
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, ngettext, override

from portal.management.commands import check_translations
from portal.management.commands.check_translations import DJANGO_CATALOGUE, hidden, stale
from portal.runner.paths import ROOT

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "sentence, vietnamese",
    [
        ("Enter a valid value.", "Giá trị chưa đúng. Nhập lại."),
        ("Enter a valid URL.", "Địa chỉ chưa đúng. Ghi cả https:// ở đầu."),
        ("A valid integer is required.", "Ghi một số nguyên."),
    ],
)
def test_sentences_of_django_and_of_its_rest_framework(sentence: str, vietnamese: str) -> None:
    with override("vi"):
        assert gettext(sentence) == vietnamese


def test_a_plural_of_django() -> None:
    with override("vi"):
        assert ngettext("%(num)d month", "%(num)d months", 3) % {"num": 3} == "3 tháng"


def msgids(catalogue: Path) -> set[str]:
    quoted = re.findall(r'^msgid ((?:".*"\n)+)', catalogue.read_text(encoding="utf-8"), re.MULTILINE)
    return {"".join(ast.literal_eval(line) for line in text.splitlines()) for text in quoted} - {""}


def test_every_sentence_is_one_that_django_says() -> None:
    """After a new version of Django a sentence that was reworded there has to be reworded here."""
    packages = [Path(django.__file__).parent, Path(rest_framework.__file__).parent]
    known = {
        msgid
        for catalogue in packages[0].rglob("locale/en/LC_MESSAGES/django.po")
        for msgid in msgids(catalogue)
    }
    with open(packages[1] / "locale" / "en" / "LC_MESSAGES" / "django.mo", "rb") as compiled:
        messages = vars(standard_gettext.GNUTranslations(compiled))["_catalog"]
        known |= {key if isinstance(key, str) else key[0] for key in messages}
    wanted = msgids(ROOT / DJANGO_CATALOGUE)
    assert len(wanted) > 250
    assert wanted - known == set()


@pytest.mark.skipif(
    not shutil.which("msgfmt"), reason="This machine has no gettext (apt-get install gettext)."
)
def test_a_compiled_file_that_is_older_is_named(tmp_path: Path) -> None:
    shutil.copytree(ROOT / DJANGO_CATALOGUE.parent, tmp_path / DJANGO_CATALOGUE.parent)
    assert stale(tmp_path, DJANGO_CATALOGUE) == []
    source = tmp_path / DJANGO_CATALOGUE
    source.write_text(source.read_text().replace("Nhập lại.", "Nhập lại nhé."))
    assert stale(tmp_path, DJANGO_CATALOGUE) == [
        f"{DJANGO_CATALOGUE.with_suffix('.mo')} is older than its source: run `manage.py compilemessages`."
    ]


def test_a_sentence_under_a_name_that_is_not_extracted_is_named(tmp_path: Path) -> None:
    name, module = "say", tmp_path / "tasks" / "words.py"
    module.parent.mkdir()
    module.write_text(f'from django.utils.translation import gettext as {name}\n\nWORDS = {name}("Hello")\n')
    assert hidden(tmp_path) == [f"tasks/words.py: sentences in {name}() are not found; call gettext()."]
    module.write_text(f"from django.utils.translation import gettext as {name}\n\nTRANSLATE = {name}\n")
    assert hidden(tmp_path) == [], "handed on, it names no sentence"
    assert hidden(ROOT) == []


@pytest.mark.parametrize("on_the_server", [True, False])
def test_without_gettext_only_the_server_fails(
    on_the_server: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newcomer's machine need not have it; the server that decides what lands must."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    advice = "install gettext, e.g. apt-get install gettext."
    if on_the_server:
        monkeypatch.setenv("CI", "1")
        with pytest.raises(CommandError, match=advice):
            call_command("check_translations")
    else:
        call_command("check_translations")
        assert advice in capsys.readouterr().out


def test_every_fault_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(check_translations, "hidden", lambda root: ["tasks/a.py: hidden"])
    monkeypatch.setattr(check_translations, "missing", lambda root: ["tasks/b.py:3: missing"])
    monkeypatch.setattr(check_translations, "stale", lambda root, catalogue: [f"{catalogue.name} is older"])
    with pytest.raises(CommandError) as failed:
        call_command("check_translations")
    faults = ["tasks/a.py: hidden", "tasks/b.py:3: missing", *["django.po is older"] * 2]
    assert str(failed.value).splitlines() == [*faults, check_translations.ADVICE]
