"""Django's sentences in the portal's Vietnamese: found, compiled, and none that Django no longer says."""

import ast
import gettext as standard_gettext
import re
import shutil
from pathlib import Path

import django
import pytest
import rest_framework
from django.utils.translation import gettext, ngettext, override

from portal.management.commands.check_translations import DJANGO_CATALOGUE, stale
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
