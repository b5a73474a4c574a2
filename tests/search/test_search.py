"""Search everywhere: what is found, where it stands, and that nobody finds what they may not read."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Body, Membership, Person
from portal.shared.days import today
from portal.shared.text import fold
from search.sources import SOURCES, Search, find_recent
from search.words import Words
from tasks import actions
from tasks.models import Comment, Evidence, Order, Progress, Task
from tasks.pages import story
from tests.support.people import Bodies, TaskAt

People = dict[str, Person]


def found(person: Person, words: str, limit: int = 50) -> dict[str, list[str]]:
    """Kind → the addresses of what is found."""
    search = Search(person, Words(words), today(), limit)
    return {source.name: [hit.url for hit in source.find(search)] for source in SOURCES}


def page(person: Person, address: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(address)


@pytest.fixture
def world(people: People, bodies: Bodies, task_at: TaskAt) -> list[Task]:
    tasks = [
        task_at("in_progress", title="Kế hoạch số hóa dữ liệu", deliverable="Đề án cấp xã"),
        task_at("draft", title="Đề án chuyển đổi số", description="Theo kế hoạch của tỉnh"),
        task_at("in_progress", title="Đào tạo cán bộ", secrecy="restricted"),
        task_at("submitted", title="Nâng cấp đường truyền"),
    ]
    running = tasks[0]
    actions.add_comment(task=running, by=people["secretary"], text="Rút ngắn kế hoạch số hóa còn 30 ngày")
    actions.report_progress(task=running, by=people["officer"], percent=40, note="Đã số hóa 12 xã")
    actions.add_evidence(task=running, by=people["officer"], kind="document", document="12/BC-SKHCN")
    return tasks


WORDS = ("ke hoach", "KẾ HOẠCH", "12", "bc skhcn", "so", "đường", "zz")


def test_everybody_finds_what_a_plain_scan_of_their_rows_finds(people: People, world: list[Task]) -> None:
    """Random words of what stands in the rows, by everybody, against a scan in Python of what each sees."""
    rng = random.Random(57)
    texts = [task.title for task in world] + [body.name_vi for body in Body.objects.order_by("pk")[:6]]
    asked = [*WORDS, *(" ".join(rng.sample(text.split(), 2)) for text in texts if len(text.split()) > 1)]
    for who in ("head", "officer", "inspector", "sister"):
        person = people[who]
        visible = Task.objects.visible_to(person).in_bulk()
        orders = Order.objects.visible_to(person)
        for words in asked:
            looked_for, hits = fold(words).split(), found(person, words)

            def holds(*texts: str, looked_for: list[str] = looked_for) -> bool:
                return all(word in fold(" ".join(texts)) for word in looked_for)

            key = Words(words).task_key
            assert set(hits["tasks"]) == {
                task.get_absolute_url()
                for task in visible.values()
                if task.pk == key
                or holds(task.number, task.title, task.title_en, task.deliverable, task.description)
            }, (person, words)
            texts_of = [(order, order.number, order.issuer, order.signer, order.abstract) for order in orders]
            assert {order.get_absolute_url() for order, *texts in texts_of if holds(*texts)} <= set(
                hits["orders"]
            ), (person, words)
            assert set(hits["bodies"]) == {
                body.get_absolute_url()
                for body in Body.objects.all()
                if holds(body.code, body.short_name, body.name_vi, body.name_en)
            }
            assert set(hits["evidence"]) == {
                f"{piece.task.get_absolute_url()}#report"
                for piece in Evidence.objects.filter(task__in=visible, removed_at=None)
                if holds(piece.title, piece.file_name, piece.document)
            }
            known = {
                comment.pk
                for task in visible.values()
                for comment in story.comments_of(task, person)
                if holds(comment.text)
            }
            notes = [note for note in Progress.objects.filter(task__in=visible) if holds(note.note)]
            assert len(hits["notes"]) == len(known) + len(notes), (person, words)


def test_a_lead_finds_no_comment_on_the_draft(people: People, bodies: Bodies, task_at: TaskAt) -> None:
    task = task_at("draft", title="Lập danh mục")
    actions.add_comment(task=task, by=people["secretary"], text="Giao ai cũng được")
    actions.propose(task=task, by=people["secretary"])
    actions.assign(task=task, by=people["head"])
    actions.add_comment(task=task, by=people["secretary"], text="Làm ngay, cũng được")
    assert len(found(people["secretary"], "cung duoc")["notes"]) == 2
    assert len(found(people["officer"], "cung duoc")["notes"]) == 1
    texts = Comment.objects.visible_to(people["officer"]).values_list("text", flat=True)
    assert list(texts) == ["Làm ngay, cũng được"]
    assert found(people["outsider"], "cung duoc")["notes"] == []


def test_evidence_that_was_removed_is_not_found(people: People, world: list[Task]) -> None:
    piece, url = world[0].evidence.get(), f"{world[0].get_absolute_url()}#report"
    assert url in found(people["officer"], "12/bc")["evidence"]
    actions.remove_evidence(evidence=piece, by=people["officer"])
    assert url not in found(people["officer"], "12/bc")["evidence"]


def test_people_are_found_by_name_where_their_body_shows_them(people: People, bodies: Bodies) -> None:
    officer = people["officer"]
    Person.objects.filter(pk=officer.pk).update(name="Trần Thị Đào", email="mail.of.dao@example.vn")
    officer.refresh_from_db()
    officer.save()
    url = bodies.lead.get_absolute_url()
    assert found(people["lead_head"], "tran dao")["people"] == [url]
    assert found(people["secretary"], "DAO tran")["people"] == [url]
    assert found(people["lead_head"], "mail.of.dao")["people"] == []
    assert found(people["sister"], "tran dao")["people"] == []
    Membership.objects.filter(person=officer).update(ends_on=today() - timedelta(days=1))
    assert found(people["lead_head"], "tran dao")["people"] == []


def test_the_task_of_a_number_comes_first(people: People, world: list[Task]) -> None:
    first = world[0]
    for typed in (first.code, first.code.lower().replace("-", " "), str(first.pk)):
        assert found(people["secretary"], typed)["tasks"][0] == first.get_absolute_url()
    assert first.get_absolute_url() not in found(people["sister"], first.code)["tasks"]


def test_the_page_says_where_and_marks_what(people: People, world: list[Task]) -> None:
    text = page(people["secretary"], "/search/?q=so+hoa").content.decode()
    assert "Kế hoạch <mark>số</mark> <mark>hóa</mark> dữ liệu" in text
    assert "Rút ngắn kế hoạch <mark>số</mark> <mark>hóa</mark> còn 30 ngày" in text
    assert "Không tìm thấy" in page(people["secretary"], "/search/?q=zzz").content.decode()
    one = page(people["secretary"], "/search/?q=so+hoa&kind=notes").context["groups"]
    assert [group.source.name for group in one] == ["notes"]
    for odd in ("%00", "%20", "x" * 5000, "%E2%80%AE", "'%22%3Cscript%3E"):
        assert page(people["secretary"], f"/search/?q={odd}").status_code == 200
        assert page(people["secretary"], f"/search/near/?q={odd}").status_code == 200


def test_before_anything_is_typed_stands_what_one_worked_on(people: People, world: list[Task]) -> None:
    officer = people["officer"]
    # The last thing done comes first, each once.
    assert find_recent(officer, today())[0].url == world[0].get_absolute_url()
    actions.add_comment(task=world[3], by=officer, text="Đã gửi")
    assert find_recent(officer, today())[0].url == world[3].get_absolute_url()
    assert find_recent(people["outsider"], today()) == []
    assert world[3].title in page(officer, "/search/").content.decode()
    assert world[3].title in page(officer, "/search/near/").content.decode()
    officer.memberships.all().delete()
    assert find_recent(officer, today()) == []


@pytest.mark.parametrize("address", ["/search/?q=so", "/search/near/?q=so", "/search/"])
def test_many_hits_cost_as_many_queries_as_few(
    people: People, world: list[Task], task_at: TaskAt, address: str
) -> None:
    client = Client()
    client.force_login(people["secretary"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    client.get(address)
    few = queries()
    for number in range(4):
        task = task_at("in_progress", title=f"Số liệu {number}")
        actions.add_comment(task=task, by=people["secretary"], text=f"Số {number}")
    assert queries() == few <= 12
