"""Every sentence of the portal in Vietnamese: none missing, doubtful or empty, and compiled."""

import gettext
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CATALOGUE = Path("locale/vi/LC_MESSAGES/django.po")
# Django's sentences in the portal's words; no code names them, so only their compiled file is compared.
DJANGO_CATALOGUE = Path("portal/django_locale/vi/LC_MESSAGES/django.po")
NOT_OURS = shutil.ignore_patterns(
    ".*", "var", "tests", "bench", "docs", "data", "migrations", "__pycache__", "*.mo"
)


ADVICE = "Run makemessages, translate what is new, run compilemessages: CONTRIBUTING, Words for people."


class Command(BaseCommand):
    help = "Fails when a sentence has no Vietnamese translation; says which."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not shutil.which("xgettext"):
            sentence = "The translations were not looked at: install gettext, e.g. apt-get install gettext."
            if os.environ.get("CI"):
                raise CommandError(sentence)
            self.stdout.write(sentence)
            return
        root = settings.BASE_DIR
        faults = [*hidden(root), *missing(root), *stale(root, CATALOGUE), *stale(root, DJANGO_CATALOGUE)]
        if faults:
            raise CommandError("\n".join([*faults, ADVICE]))
        self.stdout.write("Every sentence is translated.")


def hidden(root: Path) -> list[str]:
    """Sentences under a name that the extraction does not know: it finds `_(` and gettext's own names."""
    faults = []
    for path in sorted(root.glob("[a-z]*/**/*.py")):
        text = path.read_text()
        for alias in re.findall(r"gettext(?:_lazy)? as (\w\w+)", text):
            if re.search(rf"\b{alias}\(\s*[\"']", text):
                faults.append(
                    f"{path.relative_to(root)}: sentences in {alias}() are not found; call gettext()."
                )
    return faults


def missing(root: Path) -> list[str]:
    """What the code and templates say and the catalogue does not; msgcmp knows plurals."""
    if not (root / CATALOGUE).exists():
        return [f"{CATALOGUE} is missing: run `manage.py makemessages -l vi`."]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "portal"
        shutil.copytree(root, copy, ignore=NOT_OURS)
        shutil.rmtree(copy / "locale")
        (copy / "locale").mkdir()
        extract = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "--locale",
            "vi",
            "--keep-pot",
            "--verbosity",
            "0",
        ]
        environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(extract, cwd=copy, env=environ, check=True, stdout=subprocess.DEVNULL)
        wanted = copy / "locale" / "django.pot"
        compare = ["msgcmp", str(root / CATALOGUE), str(wanted)]
        compared = subprocess.run(
            compare, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        return (
            compared.stderr.replace(f"{folder}/portal/", "").strip().splitlines()
            if compared.returncode
            else []
        )


def stale(root: Path, catalogue: Path) -> list[str]:
    """The compiled catalogue is committed, because a fresh machine has no gettext."""
    source, compiled = root / catalogue, (root / catalogue).with_suffix(".mo")
    compilation = subprocess.run(["msgfmt", "-o", "-", str(source)], capture_output=True)
    if compilation.returncode:
        return [compilation.stderr.decode()]
    if not compiled.exists() or _messages(compilation.stdout) != _messages(compiled.read_bytes()):
        return [f"{compiled.relative_to(root)} is older than its source: run `manage.py compilemessages`."]
    return []


def _messages(compiled: bytes) -> dict[Any, str]:
    messages: dict[Any, str] = vars(gettext.GNUTranslations(io.BytesIO(compiled)))["_catalog"]
    return {key: text for key, text in messages.items() if key}
