"""Account names that nobody can tell apart are refused at every door; an exact name is one person."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from committees import actions
from committees.forms import PersonField
from committees.models import Person
from committees.names.reader import NameReader
from portal.shared.text import account_key
from tests.support.admin_door import url
from tests.support.people import Bodies, make_body, make_person, new_person

People = dict[str, Person]

ALIKE = [
    "MEMBER",
    "Member",
    "mémber",
    unicodedata.normalize("NFD", "mémbẹr"),
    "m\u0435mber",  # Cyrillic е
    "\u041cEMBER",  # Cyrillic М
    "memb\u0435\u0440",  # Cyrillic е, р
    "\uff4dember",  # full width
    "member\u200b",  # zero width space
    "me mber",
    "membe\u0280",  # small capital R
    "\u217fember",  # the Roman numeral for a thousand
]


@pytest.mark.parametrize("name", ALIKE, ids=ascii)
@pytest.mark.parametrize("who", ["staff", "admin", None])
def test_a_name_like_anothers_is_refused(people: People, name: str, who: str | None) -> None:
    count = Person.objects.count()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        actions.save_person(person=new_person(name), by=people[who] if who else None)
    assert "username" in refused.value.message_dict
    assert Person.objects.count() == count


@pytest.mark.parametrize("name", ["MEMBER", "m\u0435mber", "membér"], ids=ascii)
def test_the_admin_says_it_beside_the_field(enter: Any, people: People, name: str) -> None:
    values = {"username": name, "name": "Ai đó", "language": "vi", "is_active": "on"}
    for page in (url(Person, "add"), url(Person, "change", people["outsider"].pk)):
        answer = enter("staff").post(page, values)
        assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, ["username"])


@pytest.mark.parametrize("name", ["MEMBER", "m\u0435mber", "mémber", "\uff4dember"], ids=ascii)
def test_the_database_refuses_it_too(people: People, name: str) -> None:
    for write in (
        Person(username=name, name="x").save,
        partial(Person.objects.bulk_create, [Person(username=name, name="x")]),
        partial(Person.objects.create_superuser, name, "a@demo.invalid", "demo"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@pytest.mark.parametrize("taken, name", [("linh", "Iinh"), ("Iinh", "linh"), ("lan.le", "Ian.Ie")])
def test_a_capital_i_is_no_small_l(people: People, taken: str, name: str) -> None:
    make_person(taken)
    with pytest.raises(ValidationError) as refused:
        actions.save_person(person=new_person(name), by=people["staff"])
    assert taken in str(refused.value.message_dict["username"])


@pytest.mark.parametrize(
    "taken, name",
    [
        ("oanh", "0anh"),
        ("0anh", "Oanh"),
        ("le.hoa", "1e.h0a"),
        ("Le.Hoa", "Ie.hOa"),
        ("an10", "anIO"),
        ("linh-01", "1lnh-ol"),
        ("hoa", "h\uff10a"),
        ("hoa", "h\u2070a"),
    ],
)
@pytest.mark.parametrize("door", ["action", "database"])
def test_a_digit_that_looks_like_a_letter_is_that_letter(
    people: People, taken: str, name: str, door: str
) -> None:
    make_person(taken)
    if door == "database":
        with pytest.raises(IntegrityError), transaction.atomic():
            Person(username=name, name="x").save()
        return
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        actions.save_person(person=new_person(name), by=people["staff"])
    assert taken in str(refused.value.message_dict["username"])


def test_other_digits_are_themselves(people: People) -> None:
    for name in ("an2", "an3", "an5", "ans", "an8", "anb", "an12", "an21", "an20", "an02"):
        assert actions.save_person(person=new_person(name), by=people["staff"]).pk


def test_every_account_has_its_key(people: People) -> None:
    for person in Person.objects.all():
        assert person.account_key == account_key(person.username) != ""
    people["member"].username = "Ủy.Viên"
    people["member"].save(update_fields=["username"])
    assert Person.objects.get(pk=people["member"].pk).account_key == "uy.vlen"


@pytest.mark.parametrize("name", ["nguyễn.văn.an", "a.b+c@d_e-57", "Đào", "x"])
def test_vietnamese_names_are_accounts(people: People, name: str) -> None:
    person = Person(username=name, name="Người mới", password="x")
    assert actions.save_person(person=person, by=people["staff"]).pk


def test_an_exact_name_is_never_several_people(people: People) -> None:
    """The account before the whole name, the e-mail before a namesake; only true namesakes are several."""
    one, two, three = (make_person(name) for name in ("lan", "hoa", "cuc"))
    Person.objects.filter(pk=two.pk).update(name="lan")
    Person.objects.filter(pk=three.pk).update(name="lan")
    field = PersonField()
    assert field.clean("lan") == one
    assert field.clean("LAN") == one
    Person.objects.filter(pk=three.pk).update(name="hoa@demo.invalid")
    assert field.clean("hoa@demo.invalid") == two
    Person.objects.filter(pk__in=[two.pk, three.pk]).update(name="Trần Lan")
    with pytest.raises(ValidationError) as several:
        field.clean("Trần Lan")
    assert "hoa" in str(several.value)
    Person.objects.filter(pk=two.pk).update(name="Trần Hòa")
    assert field.clean(unicodedata.normalize("NFD", "Trần Hòa")) == two


def test_a_body_written_to_the_letter_is_that_body(bodies: Bodies) -> None:
    plain = make_body("HOA", bodies.top, name_vi="Xã Hoa Sơn")
    marked = make_body("HOA2", bodies.top, name_vi="Xã Hòa Sơn")
    names = NameReader(bodies.top)
    for words, body in (("Xã Hoa Sơn", plain), ("Xã Hòa Sơn", marked), ("xã hòa sơn", marked)):
        assert [named.body for named in names.read(words)] == [body.pk], words
    (unsure,) = names.read("Xa Hoa Son")
    assert unsure.body is None
    assert set(unsure.nearest) >= {plain.pk, marked.pk}
