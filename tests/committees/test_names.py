"""Names of agencies in received papers: whom each reader means by them, and nobody by guessing."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from audit.models import Event
from committees import actions
from committees.models import Alias, Body, Person
from committees.names.reader import NameReader
from committees.names.results import ReadName
from portal.shared.text import fold, legible
from portal.shared.verdicts import Refused
from tests.support.people import Bodies
from tests.support.tree import CENTRE, COMMUNE, PROVINCE

pytestmark = [pytest.mark.django_db, pytest.mark.once]

READ = [
    # By code, short name, name; with other signs, without marks
    (CENTRE, "BCA", ["BCA"]),
    (CENTRE, "Bộ Khoa học và Công nghệ", ["BKHCN"]),
    (CENTRE, "bộ khoa học và công nghệ", ["BKHCN"]),
    (CENTRE, "Bo Khoa hoc va Cong nghe", ["BKHCN"]),
    (CENTRE, "Bộ Khoa hoc và Công nghê", ["BKHCN"]),
    (CENTRE, "BỘ KHOA HỌC VÀ CÔNG NGHỆ", ["BKHCN"]),
    (CENTRE, "Bộ KH&CN", ["BKHCN"]),
    (CENTRE, "Bộ KH & CN", ["BKHCN"]),
    (CENTRE, "Bộ KH-CN", ["BKHCN"]),
    (CENTRE, "Bộ KHCN", ["BKHCN"]),
    (CENTRE, "Bộ Khoa học & Công nghệ", ["BKHCN"]),
    (CENTRE, "VPCP", ["VPCP"]),
    (CENTRE, "UBND TP. Hà Nội", ["UBND-HN"]),
    (CENTRE, "UBND tỉnh Khánh Hòa", ["UBND-KH"]),
    (CENTRE, "Uỷ ban nhân dân tỉnh Khánh Hoà", ["UBND-KH"]),
    (CENTRE, "Bộ Công an (Cục C06)", ["BCA"]),
    (CENTRE, "Bộ Khoa học và Công nghệ (BKHCN)", ["BKHCN"]),
    # Several in a cell, and the commas and "và" inside of names
    (CENTRE, "Bộ Công an; Bộ Nội vụ", ["BCA", "BNV"]),
    (CENTRE, "Bộ Công an, Bộ Nội vụ", ["BCA", "BNV"]),
    (CENTRE, "Bộ Công an\nBộ Nội vụ", ["BCA", "BNV"]),
    (CENTRE, "- Bộ Công an\n- Bộ Nội vụ", ["BCA", "BNV"]),
    (CENTRE, "Bộ Công an và Bộ Nội vụ", ["BCA", "BNV"]),
    (CENTRE, "Bộ Khoa học và Công nghệ và Bộ Công an", ["BKHCN", "BCA"]),
    (CENTRE, "Bộ Văn hóa, Thể thao và Du lịch, Bộ Nông nghiệp và Môi trường", ["BVHTTDL", "BNNMT"]),
    (CENTRE, "Bộ Công an, Tư pháp và Nội vụ", ["BCA", "BTP", "BNV"]),
    (CENTRE, "Các Bộ: Công an, Tài chính", ["BCA", "BTC"]),
    (PROVINCE, "Sở KH&CN, Tài chính", ["SKHCN-KH", "STC-KH"]),
    (PROVINCE, "Sở Văn hóa, Thể thao và Du lịch và Sở Tài chính", ["SVHTTDL-KH", "STC-KH"]),
    # What stands in the reader's own place
    (PROVINCE, "Sở KH&CN", ["SKHCN-KH"]),
    (PROVINCE, "Sở KHCN tỉnh", ["SKHCN-KH"]),
    (PROVINCE, "Sở KH&CN Hà Nội", ["SKHCN-HN"]),
    (PROVINCE, "UBND tỉnh", ["UBND-KH"]),
    (PROVINCE, "UBND cấp tỉnh", ["UBND-KH"]),
    (PROVINCE, "Công an tỉnh", ["CA-KH"]),
    (PROVINCE, "CA tỉnh", ["CA-KH"]),
    (PROVINCE, "Văn phòng Tỉnh ủy", ["VPTU-KH"]),
    (PROVINCE, "VP UBND tỉnh", ["VPUB-KH"]),
    (PROVINCE, "Văn phòng UBND tỉnh (theo dõi, đôn đốc)", ["VPUB-KH"]),
    (PROVINCE, "Cơ quan Thường trực", ["SKHCN-KH"]),
    (PROVINCE, "Tổ Giúp việc", ["TGV-KH"]),
    (PROVINCE, "Bộ Công an", ["BCA"]),
    (PROVINCE, "UBND xã Công Hải", ["UBND-CH"]),
    (COMMUNE, "UBND xã", ["UBND-CH"]),
    (COMMUNE, "UBND tỉnh", ["UBND-KH"]),
    (COMMUNE, "Công an tỉnh", ["CA-KH"]),
    (COMMUNE, "Phòng VH-XH", ["VHXH-CH"]),
    (COMMUNE, "Sở Tài chính", ["STC-KH"]),
    ("SKHCN-HN", "UBND thành phố", ["UBND-HN"]),
    # Another body of the same words: nobody is taken for it
    (PROVINCE, "UBND thành phố", ["-"]),
    (PROVINCE, "Công an thành phố", ["-"]),
    (CENTRE, "UBND thành phố Khánh Hòa", ["-"]),
    (PROVINCE, "BCĐ 57", ["-"]),
    ("UBND-KH", "Văn phòng", ["-"]),
    ("GOV", "Khánh Hòa", ["-"]),
    ("GOV", "Bộ Tài", ["-"]),
    (COMMUNE, "Công an", ["-"]),
    (COMMUNE, "Ủy ban nhân dân", ["UBND-CH"]),
]

GROUPS = [
    (CENTRE, "các bộ, ngành", "ministries"),
    (CENTRE, "Các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ", "ministries"),
    (CENTRE, "UBND các tỉnh, thành phố", "provinces"),
    (CENTRE, "Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương", "provinces"),
    (CENTRE, "UBND tỉnh, thành phố", "provinces"),
    (CENTRE, "UBND cấp tỉnh", "provinces"),
    (CENTRE, "Các địa phương", "provinces"),
    (CENTRE, "Chủ tịch UBND tỉnh, thành phố", "provinces"),
    (CENTRE, "Các bộ, ngành, địa phương", "ministries+provinces"),
    (CENTRE, "Các bộ, ngành và địa phương", "ministries+provinces"),
    (PROVINCE, "các sở, ban, ngành", "departments"),
    (PROVINCE, "Các sở, ban, ngành, đoàn thể tỉnh", "departments"),
    (PROVINCE, "sở, ngành", "departments"),
    (PROVINCE, "UBND xã, phường", "communes"),
    (PROVINCE, "UBND các xã, phường, đặc khu", "communes"),
    (PROVINCE, "các xã, phường", "communes"),
    (PROVINCE, "UBND cấp xã", "communes"),
    (PROVINCE, "các địa phương", "communes"),
    (PROVINCE, "các sở, ngành, địa phương", "departments+communes"),
]

MEMBERS = [
    (CENTRE, "ministries", ["BCA", "BNV", "BTP", "BTC", "BKHCN", "BNNMT", "BVHTTDL", "VPCP"]),
    (CENTRE, "provinces", ["UBND-KH", "UBND-HN"]),
    (PROVINCE, "departments", ["SKHCN-KH", "STC-KH", "SVHTTDL-KH"]),
    (PROVINCE, "communes", ["UBND-CH"]),
    (PROVINCE, "departments+communes", ["SKHCN-KH", "STC-KH", "SVHTTDL-KH", "UBND-CH"]),
    (CENTRE, "departments", []),
]

NOBODY = [
    (CENTRE, "các cơ quan liên quan"),
    (CENTRE, "Các bộ, cơ quan liên quan"),
    (CENTRE, "đơn vị liên quan"),
    (CENTRE, "các cơ quan, đơn vị, địa phương có liên quan"),
    (PROVINCE, "các cơ quan, đơn vị"),
    (PROVINCE, "các cơ quan chủ quản hệ thống"),
    (PROVINCE, "Doanh nghiệp viễn thông, điện lực"),
]

NEAREST = [
    (CENTRE, "Bộ Thông tin và Truyền thông", "BKHCN"),
    (CENTRE, "Bộ TT&TT", "BKHCN"),
    (CENTRE, "Bộ Kế hoạch và Đầu tư", "BTC"),
    (CENTRE, "Bộ KH&ĐT", "BTC"),
    (CENTRE, "Bộ Khao học và Công nghệ", "BKHCN"),
    (CENTRE, "Bộ Khoa học, Công nghệ và Môi trường", "BKHCN"),
    (CENTRE, "Bộ Nông nghiệp và Phát triển nông thôn", "BNNMT"),
    (CENTRE, "Viện Đào tạo", "DAOTAO-A"),
    (PROVINCE, "Sở Ngoại vụ", "STC-KH"),
    (PROVINCE, "Sở Tài chánh", "STC-KH"),
    (PROVINCE, "Chủ tịch UBND tỉnh", "UBND-KH"),
    (PROVINCE, "UBND tỉnh (Sở Tài chính)", "STC-KH"),
]


def codes(tree: dict[str, Body], keys: Any) -> list[str]:
    by_key = {body.pk: body.code for body in tree.values()}
    return [by_key.get(key, "-") for key in keys]


def read(tree: dict[str, Body], reader: str, cell: str) -> list[ReadName]:
    return NameReader(tree[reader]).read(cell)


def test_who_is_meant(tree: dict[str, Body]) -> None:
    names = {reader: NameReader(tree[reader]) for reader, *_rest in READ}
    for reader, cell, expected in READ:
        for written in (cell, unicodedata.normalize("NFD", cell), cell.replace(" ", "\u00a0")):
            found = names[reader].read(written)
            assert codes(tree, (named.body for named in found)) == expected, (reader, cell)


@pytest.mark.parametrize(("reader", "cell", "group"), GROUPS)
def test_a_plural_offers_a_fan_out(tree: dict[str, Body], reader: str, cell: str, group: str) -> None:
    assert read(tree, reader, cell) == [ReadName(cell, group=group)]


@pytest.mark.parametrize(("reader", "group", "expected"), MEMBERS)
def test_whom_a_plural_stands_for(
    tree: dict[str, Body], reader: str, group: str, expected: list[str]
) -> None:
    assert codes(tree, NameReader(tree[reader]).members(group)) == expected


def test_a_body_that_carries_a_plural_as_its_name_is_offered_too(tree: dict[str, Body]) -> None:
    tree["STC-KH"].name_vi = "UBND xã, phường tỉnh Khánh Hòa"
    tree["STC-KH"].save()
    assert read(tree, PROVINCE, "UBND xã, phường") == [
        ReadName("UBND xã, phường", nearest=(tree["STC-KH"].pk,), group="communes")
    ]


@pytest.mark.parametrize(("reader", "cell"), NOBODY)
def test_nobody_in_particular(tree: dict[str, Body], reader: str, cell: str) -> None:
    assert read(tree, reader, cell) == [ReadName(cell, loose=True)]


def test_a_board_of_organisation_is_somebody(tree: dict[str, Body]) -> None:
    assert not read(tree, PROVINCE, "Ban Tổ chức")[0].loose


def test_the_unknown_has_the_nearest_and_nobody_is_taken(tree: dict[str, Body]) -> None:
    names = {reader: NameReader(tree[reader]) for reader, *_rest in NEAREST}
    for reader, cell, expected in NEAREST:
        (named,) = names[reader].read(cell)
        assert (named.words, named.body, named.group) == (cell, None, ""), cell
        assert expected in codes(tree, named.nearest), cell
        assert 1 <= len(named.nearest) <= 3, cell
        assert tree["BTTTT"].pk not in named.nearest, "dissolved"


def test_a_label_tells_the_part(tree: dict[str, Body]) -> None:
    found = read(tree, CENTRE, "Chủ trì: Bộ KH&CN; phối hợp: Bộ Công an, đơn vị liên quan")
    assert [(named.words, named.helps) for named in found] == [
        ("Bộ KH&CN", False),
        ("Bộ Công an", True),
        ("đơn vị liên quan", True),
    ]
    assert codes(tree, (named.body for named in found)) == ["BKHCN", "BCA", "-"]


def test_an_alias_of_the_reader_goes_before_one_of_all_and_both_before_names(tree: dict[str, Body]) -> None:
    assert codes(tree, [read(tree, CENTRE, "Bộ Công an")[0].body]) == ["BCA"]
    Alias.objects.create(body=tree["BNV"], name="Bộ Công an")
    assert codes(tree, [read(tree, CENTRE, "bộ  CÔNG AN")[0].body]) == ["BNV"]
    Alias.objects.create(body=tree["BTP"], name="Bo Cong an", used_by=tree[CENTRE])
    assert codes(tree, [read(tree, CENTRE, "Bộ Công an")[0].body]) == ["BTP"]
    assert codes(tree, [read(tree, PROVINCE, "Bộ Công an")[0].body]) == ["BNV"]
    Alias.objects.create(body=tree["BCA"], name="các bộ, ngành", used_by=tree[CENTRE])
    assert codes(tree, [read(tree, CENTRE, "Các bộ, ngành")[0].body]) == ["BCA"], "before plurals too"


def test_two_queries_however_many_cells(
    tree: dict[str, Body], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        names = NameReader(tree[PROVINCE])
        for _reader, cell, *_rest in (*READ, *GROUPS, *NEAREST):
            names.read(cell)
            names.members("departments+communes")


CELLS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [*(cell for _r, cell, _e in READ), *(cell for _r, cell in NOBODY), ", ", " và ", "; "]
        ),
        max_size=5,
    ).map(" ".join),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(CELLS)
def test_every_letter_of_a_cell_stands_in_one_of_its_names(tree: dict[str, Body], cell: str) -> None:
    found = _names(tree).read(cell)
    read = "".join(c for named in found for c in fold(named.words) if c.isalnum())
    whole = "".join(c for c in fold(legible(cell)) if c.isalnum())
    rest = iter(whole)
    assert all(letter in rest for letter in read), "in their order, nothing added"
    for named in found:
        assert sum(map(bool, (named.body, named.group, named.loose))) <= 1


_KEPT: dict[int, NameReader] = {}


def _names(tree: dict[str, Body]) -> NameReader:
    """One reader for all examples of a run."""
    return _KEPT.setdefault(id(tree), NameReader(tree[PROVINCE]))


# Who may, and what is written down


def test_a_choice_is_remembered_with_its_event(bodies: Bodies, people: dict[str, Person]) -> None:
    alias = actions.remember_alias(
        body=bodies.helper, name=" Sở\u00a0TC ", reader=bodies.committee, by=people["assistant"]
    )
    assert (alias.body, alias.used_by, alias.folded) == (bodies.helper, bodies.committee, "so tc")
    event = Event.objects.latest("pk")
    assert (event.verb, event.after["body"], event.after["used_by"]) == (
        "name_remembered",
        "HELPER",
        "COMMITTEE",
    )
    assert NameReader(bodies.committee).read("sở TC")[0].body == bodies.helper.pk
    assert NameReader(bodies.sister).read("sở TC")[0].body is None
    count = Event.objects.count()
    actions.remember_alias(body=bodies.helper, name="Sở TC", reader=bodies.committee, by=people["secretary"])
    moved = actions.remember_alias(
        body=bodies.lead, name="SỞ TC", reader=bodies.committee, by=people["secretary"]
    )
    assert (moved.pk, moved.body, Alias.objects.count()) == (alias.pk, bodies.lead, 1)
    assert Event.objects.count() == count + 2, "other letters, then another body"
    actions.forget_alias(alias=moved, by=people["secretary"])
    assert not Alias.objects.exists()
    assert Event.objects.latest("pk").before["alias"] == "SỞ TC"


@pytest.mark.parametrize(
    ("who", "own", "all_", "papers"),
    [
        ("head", True, False, True),
        ("secretary", True, False, True),
        ("assistant", True, False, False),
        ("member", False, False, False),
        ("officer", False, False, False),
        ("sister", False, False, False),
        ("outsider", False, False, False),
        ("staff", True, True, True),
    ],
)
def test_who_may(
    bodies: Bodies, people: dict[str, Person], who: str, own: bool, all_: bool, papers: bool
) -> None:
    by, before = people[who], Event.objects.count()
    wanted = {
        "own": lambda: actions.remember_alias(body=bodies.lead, name="Sở", reader=bodies.committee, by=by),
        "all": lambda: actions.remember_alias(body=bodies.lead, name="Sở", reader=None, by=by),
        "papers": lambda: actions.save_paper_settings(
            body=bodies.committee, values={"before_means": "that_day", "place": "Nha Trang"}, by=by
        ),
    }
    done = {}
    for name, act in wanted.items():
        try:
            act()
        except Refused:
            done[name] = False
        else:
            done[name] = True
    assert done == {"own": own, "all": all_, "papers": papers}
    assert Event.objects.count() - before == sum(done.values())
    assert Alias.objects.count() == own + all_
    bodies.committee.refresh_from_db()
    assert bodies.committee.place == ("Nha Trang" if papers else "")


def test_what_no_name_can_be(bodies: Bodies, people: dict[str, Person]) -> None:
    bodies.sister.dissolved_on = date(2025, 1, 1)
    bodies.sister.save()
    for body, name in (
        (bodies.lead, ""),
        (bodies.lead, "a" * 251),
        (bodies.lead, "a\x00"),
        (bodies.sister, "Sở"),
    ):
        with pytest.raises(ValidationError):
            actions.remember_alias(body=body, name=name, reader=bodies.committee, by=people["secretary"])
    assert not Alias.objects.exists()


def test_an_administrator_says_in_the_admin_whom_a_name_means_for_everybody(
    client: Client, bodies: Bodies, people: dict[str, Person]
) -> None:
    client.force_login(people["staff"])
    given = {"name": "Sở TC", "body": bodies.helper.pk, "used_by": ""}
    assert client.post("/admin/committees/alias/add/", given).status_code == 302
    alias = Alias.objects.get()
    assert (alias.used_by, NameReader(bodies.sister).read("sở tc")[0].body) == (None, bodies.helper.pk)
    assert b"S\xe1\xbb\x9f TC" in client.get("/admin/committees/alias/").content
    assert client.get(f"/admin/committees/alias/{alias.pk}/history/").status_code == 200
    assert client.post(f"/admin/committees/alias/{alias.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Alias.objects.exists()
    verbs = Event.objects.order_by("-pk").values_list("verb", flat=True)[:2]
    assert list(verbs) == ["name_forgotten", "name_remembered"]


def test_the_page_of_papers(client: Client, bodies: Bodies, people: dict[str, Person]) -> None:
    actions.remember_alias(body=bodies.helper, name="Sở TC", reader=bodies.committee, by=people["secretary"])
    client.force_login(people["assistant"])
    page = client.get("/bodies/COMMITTEE/papers/").content.decode()
    assert "Sở TC" in page
    assert 'name="before_means"' not in page, "an assistant reads the settings"
    client.force_login(people["secretary"])
    sent = {"before_means": "that_day", "letterhead": "", "place": "Nha Trang"}
    assert client.post("/bodies/COMMITTEE/papers/", sent).status_code == 302
    bodies.committee.refresh_from_db()
    assert (bodies.committee.before_means, bodies.committee.place) == ("that_day", "Nha Trang")
    wrong = client.post("/bodies/COMMITTEE/papers/", {**sent, "before_means": "never"})
    assert (wrong.status_code, "before_means" in wrong.context["form"].errors) == (200, True)
    unknown = client.post("/bodies/COMMITTEE/papers/names/", {"name": "Sở", "body": "NOBODY"})
    assert "body" in unknown.context["naming"].errors
    assert Alias.objects.count() == 1
