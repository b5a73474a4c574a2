"""What `run.py` does to the database before it starts the parts."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from committees.models import Person
from portal.management.commands import prepare

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_options: names.append(name))
    return names


@pytest.mark.parametrize("debug, second", [(True, "load_demo"), (False, "forget_demo")])
def test_it_migrates_before_anything_else(settings: Any, called: list[str], debug: bool, second: str) -> None:
    settings.DEBUG = debug
    call_command("prepare")
    assert called == ["migrate", second]


def test_it_stops_where_accounts_of_the_demonstration_are_open(settings: Any) -> None:
    settings.DEBUG = False
    Person.objects.create_user("central.head", is_demo=True)
    with pytest.raises(CommandError, match="close them with"):
        call_command("prepare")
