"""What nobody learns from a door that shows it only by the way."""

# ruff: noqa: F811 - fixtures are imported and then named as arguments

from __future__ import annotations

from typing import Any

import pytest

from committees.models import Person
from tests.admin_door import enter, rows  # noqa: F401 - fixtures


@pytest.mark.parametrize(
    "address",
    [
        "/admin/committees/person/?password__startswith=pbkdf2",
        "/admin/committees/person/?events__reason__contains=x",
        "/admin/committees/body/?tasks_given__title__contains=x",
        "/admin/committees/membership/?office__body__tasks_given__title__contains=x",
        "/admin/notices/letter/?text__contains=danh",
        "/admin/notices/letter/?html__contains=danh",
        "/admin/notices/letter/?subject__contains=x",
        "/admin/notices/notice/?about_id=1",
        "/admin/notices/notice/?data__title__contains=x",
        "/admin/tasks/task/?parent__title__contains=x",
    ],
)
def test_no_address_asks_about_what_a_list_does_not_show(enter: Any, rows: Any, address: str) -> None:
    assert enter("staff").get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/committees/person/?is_active__exact=1",
        "/admin/committees/office/?body__id__exact=1&role__exact=head",
        "/admin/committees/membership/?office__body__id__exact=1&term=now",
        "/admin/committees/body/?exists=yes&level__exact=central",
        "/admin/notices/letter/?state__exact=sent&on__exact=2026-01-05",
        "/admin/notices/notice/?on__year=2026&on__month=1&kind=overdue",
        "/admin/tasks/task/?standing=overdue&state__exact=draft",
        "/admin/audit/event/?verb=x&about_type=committees.body",
    ],
)
def test_filters_and_links_of_lists_go_on(enter: Any, people: dict[str, Person], address: str) -> None:
    assert enter("staff").get(address).status_code == 200
