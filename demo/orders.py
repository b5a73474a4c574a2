"""The real orders and tasks with their own words, and the invented tasks around them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from audit.actions import append, record, snapshot
from audit.models import Event
from committees.models import Body, Person
from demo import body_names
from demo.bodies import Place, places
from demo.history import Ending, Story, choose_ending, ending_of_kind, first_working_day
from demo.people import Cast
from demo.tables import INVENTED, Row, day, rows
from tasks.lifecycle import State
from tasks.models import Evidence, Order, OrderRelation, Part, Progress, Recurrence, Task
from tasks.orders.actions import RECORDED_FIELDS

RANDOM_SEED = "57"
# For Notice 318, of which only the month is known: between Notice 315 and its own deadline.
DAY_UNKNOWN = date(2025, 6, 24)

PERIOD = re.compile(r"^(?!trước).*\b(tháng|quý|năm|thí điểm)\b")
REFORM, PROJECT_06 = "Cải cách hành chính", "Đề án 06"
FEES = "Trình HĐND chính sách thu phí 0 đồng cho dịch vụ công trực tuyến"
# Real tasks for every province, given to each of the 34 committees; how their courses differ.
FANNED_OUT = {
    "Hoàn thành cung cấp dịch vụ công trực tuyến cấp xã": "done",
    "Đưa 100% thủ tục đủ điều kiện lên trực tuyến": "turns",
    "Xử lý trực tuyến 80% hồ sơ": "turns",
    FEES: "soon",
    "Chấm dứt tình trạng cò giấy tờ tại trung tâm hành chính công": "waits",
}

# Where the order names no day the provinces get one, counted from the day the demo is loaded.
DAYS_AHEAD = {"soon": (1, 7), "waits": (8, 20)}

HANDED_DOWN = "Rà soát phí, lệ phí dịch vụ công trực tuyến, đề xuất mức 0 đồng (minh họa)"
HANDED_DOWN_EN = "Review fees of online public services and propose zero fees (illustrative)"


@dataclass
class Book:
    """What all orders need: the bodies, the people, the day that counts as today."""

    bodies: dict[str, Body]
    cast: Cast
    base: date

    def body(self, code: str) -> Body:
        return self.bodies[code]


def load(bodies: dict[str, Body], cast: Cast, base: date) -> tuple[int, int]:
    """Enter the orders that were never entered, each with its tasks; gives how many orders and tasks.

    The audit trail remembers them, so an order or task that somebody has since renamed comes only once.
    """
    book = Book(bodies, cast, base)
    entered = set(Event.objects.filter(verb="order_entered").values_list("reason", flat=True))
    given = defaultdict(list)
    for row in rows("tasks"):
        given[row["source_document"]].append(row)
    stories: list[Story] = []
    new = [
        row
        for row in rows("orders")
        if _entered_reason(row) not in entered and not _entered_by_hand(book, row)
    ]
    for row in new:
        order = _order(book, row)
        for n, task in enumerate(given[row["source_document"]], start=1):
            stories += _task(book, order, task, n)
    _write(stories, base)
    _relate(book)
    return len(new), len(stories)


def _relate(book: Book) -> None:
    """What the orders do to each other, once; who has taken a relation back does not get it again."""
    entered = set(Event.objects.filter(verb="order_related").values_list("reason", flat=True))
    bodies = {row["number"]: book.body(row["body"]) for row in rows("orders")}
    for row in rows("relations"):
        reason = f"{INVENTED}: {row['source']} ({row['order']}, {row['other']})"
        order, other = (
            Order.objects.filter(body=bodies[row[end]], number=row[end]).first() for end in ("order", "other")
        )
        if reason in entered or order is None or other is None:
            continue
        by = book.cast.holder(order.body, "secretary") or Person.objects.get(username="admin")
        _relation, is_new = OrderRelation.objects.get_or_create(
            order=order, other=other, kind=row["kind"], defaults={"by": by, "at": timezone.now()}
        )
        if is_new:
            after = {row["kind"]: other.number}
            record("order_related", about=order, by=None, after=after, bodies=[order.body_id], reason=reason)


def _entered_reason(row: Row) -> str:
    return f"{INVENTED}: {row['source_document']}"


def _entered_by_hand(book: Book, row: Row) -> bool:
    orders = Order.objects.filter(body=book.body(row["body"]), number=row["number"])
    return orders.filter(issued_on=day(row["issued_on"])).exists()


def _order(book: Book, row: Row) -> Order:
    order = Order(
        body=book.body(row["body"]),
        number=row["number"],
        kind=row["kind"],
        issuer=row["issuer"],
        issued_on=day(row["issued_on"]),
        issued_words=row["issued_words"],
        abstract=f"{row['abstract']}\n{_what_is_real(row)}",
    )
    order.full_clean()
    order.save()
    after = snapshot(order, RECORDED_FIELDS)
    record(
        "order_entered",
        about=order,
        by=None,
        after=after,
        bodies=[order.body_id],
        reason=_entered_reason(row),
    )
    return order


def _what_is_real(row: Row) -> str:
    if "minh họa" in row["number"]:
        return "Văn bản minh họa: không có thật."
    if any(task["source_document"] == row["source_document"] for task in rows("tasks")):
        return "Văn bản và nhiệm vụ là thật; tiến độ trên cổng là số liệu minh họa."
    return "Văn bản là thật; nhiệm vụ của văn bản chưa có trong dữ liệu."


def _task(book: Book, order: Order, row: Row, n: int) -> Iterator[Story]:
    """A real task, and the tasks of the provinces under it where it was given to all of them."""
    rng = _random(order.number, str(n))
    parts = _parts(order.body, row)
    task = Task(
        order=order,
        number=row["number_in_appendix"],
        assigner=order.body,
        lead=book.body(parts.lead),
        lead_words=row["lead_agency"],
        pillar=row["priority_or_pillar"],
        programme=_programme(row["priority_or_pillar"]),
        title=row["title_vi"],
        title_en=row["title_en"],
        description=_description(row),
        deliverable=row["deliverable"],
        parent_words=row["parent_ref"],
        due_on=day(row["deadline"]),
        due_kind=_due_kind(row),
        due_words=_due_words(row),
        **_event(row),
    )
    bodies = [(book.body(code), Part.Kind.CO_LEAD.value) for code in parts.co_lead]
    bodies += [(book.body(code), Part.Kind.COORDINATING.value) for code in parts.coordinating]
    story = Story(task, bodies, book.cast)
    begins = _begins(task)
    fanned = row["title_vi"] in FANNED_OUT
    how = Ending(State.IN_PROGRESS) if fanned else choose_ending(task, begins, book.base, rng)
    story.play(begins, how, book.base, rng)
    yield story
    if fanned:
        for index, place in enumerate(places()):
            yield from _provincial(
                book, task, place, f"{n}.{place.number}", FANNED_OUT[task.title], index + n
            )


def _provincial(
    book: Book, above: Task, place: Place, number: str, course: str, turn: int
) -> Iterator[Story]:
    """The task as one province's committee gets it, with what the committee hands down of an open one."""
    rng = _random(above.title, number)
    lead = book.body(f"BCD-{place.code}")
    ahead = DAYS_AHEAD.get(course)
    note = " Văn bản không ghi ngày; thời hạn ở đây là minh họa." if ahead else ""
    task = Task(
        order=above.order,
        number=number,
        parent=above,
        assigner=above.assigner,
        lead=lead,
        lead_words=above.lead_words,
        pillar=above.pillar,
        programme=above.programme,
        title=above.title,
        title_en=above.title_en,
        description=f"Giao từng địa phương từ nhiệm vụ chung. Tiến độ là số liệu minh họa.{note}",
        deliverable=above.deliverable,
        due_on=book.base + timedelta(days=rng.randint(*ahead)) if ahead else above.due_on,
        due_kind=Task.DueKind.DAY if ahead else above.due_kind,
        due_words=above.due_words,
    )
    begins = first_working_day(book.base - timedelta(days=60)) if ahead else _begins(task)
    story = Story(task, [], book.cast)
    kind = _kind(course, turn, rng)
    story.play(begins, ending_of_kind(kind, task.due_on, begins, book.base, rng), book.base, rng)
    yield story
    if course == "soon":
        yield _handed_down(book, task, place, begins + timedelta(days=7), rng)


def _kind(course: str, turn: int, rng: Random) -> str:
    """The two tasks in turns give every province one that is late and one done."""
    done = "on time" if rng.random() < 0.7 else "late"
    match course:
        case "soon":
            return "work"
        case "waits":
            return "waits"
        case "turns" if turn % 2:
            return "work"
    return done


def _handed_down(book: Book, above: Task, place: Place, begins: datetime, rng: Random) -> Story:
    task = Task(
        number=above.number,
        parent=above,
        assigner=book.body(f"BCD-{place.code}"),
        lead=book.body(f"SKHCN-{place.code}"),
        pillar=above.pillar,
        programme=above.programme,
        title=HANDED_DOWN,
        title_en=HANDED_DOWN_EN,
        description="Nhiệm vụ minh họa: Ban Chỉ đạo giao tiếp cho Cơ quan Thường trực.",
        deliverable="Bảng rà soát và mức đề xuất",
        due_on=above.due_on,
    )
    story = Story(task, [(book.body(f"UBND-{place.code}"), Part.Kind.COORDINATING.value)], book.cast)
    story.play(begins, ending_of_kind("waits", task.due_on, begins, book.base, rng), book.base, rng)
    return story


def _write(stories: list[Story], base: date) -> None:
    """All rows in few statements, then the events in the order in which things happened."""
    for story in stories:
        story.task.clean_fields()
        story.task.save()
    for story in stories:
        story.task.created_at = story.event_values[0]["at"]
    Task.objects.bulk_update([story.task for story in stories], ["created_at"], batch_size=500)
    Part.objects.bulk_create([part for story in stories for part in story.part_rows()], batch_size=2000)
    recurring = [story.task for story in stories if story.task.due_kind == Task.DueKind.RECURRING]
    Recurrence.objects.bulk_create([_cycle(task, base) for task in recurring])
    notes = [note for story in stories for note in story.progress]
    evidence = [piece for story in stories for piece in story.evidence]
    for row in (*notes, *evidence):
        row.search_text = row.folded()
    Progress.objects.bulk_create(notes, batch_size=2000)
    Evidence.objects.bulk_create(evidence, batch_size=2000)
    append(sorted((event for story in stories for event in story.events()), key=lambda event: event.at))


def _random(*seeds: str) -> Random:
    """A source of chance of its own for each task: its course does not depend on those before it."""
    return Random("/".join((RANDOM_SEED, *seeds)))  # noqa: S311 - a demo, not a secret


def _parts(assigner: Body, row: Row) -> body_names.Parts:
    scope = "KHANHHOA" if assigner.code == "BCD-KHANHHOA" else "national"
    standing = assigner.standing_agency.code if assigner.standing_agency else assigner.code
    return body_names.parts(row["lead_agency"], row["coordinating_agencies"], scope, standing)


def _begins(task: Task) -> datetime:
    """The day a task is given: a working day after the order, but not before both bodies existed."""
    issued = (task.order.issued_on if task.order else None) or DAY_UNKNOWN
    days = [
        issued,
        *(body.established_on for body in (task.assigner, task.lead) if body and body.established_on),
    ]
    return first_working_day(max(days) + timedelta(days=1))


def _programme(pillar: str) -> str:
    if pillar.startswith(PROJECT_06):
        return Task.Programme.DA06
    return Task.Programme.REFORM if pillar == REFORM else Task.Programme.NQ57


def _due_kind(row: Row) -> str:
    if row["deadline"] == "regular":
        return Task.DueKind.CONTINUOUS
    if row["deadline"] == "monthly":
        return Task.DueKind.RECURRING
    if not row["deadline"]:
        return Task.DueKind.RELATIVE if "ngày sau khi" in row["deadline_note"] else Task.DueKind.NONE
    return Task.DueKind.PERIOD if PERIOD.match(row["deadline_note"]) else Task.DueKind.DAY


def _event(row: Row) -> dict[str, object]:
    """30 ngày sau khi Trung ương ban hành: how many days, and after what."""
    match = re.fullmatch(r"(\d+) ngày sau khi (.+)", row["deadline_note"])
    return {"after_days": int(match[1]), "after_event": match[2]} if match else {}


def _cycle(task: Task, base: date) -> Recurrence:
    """Every month on its last day, from the month in which the demo is loaded to the end of the next year."""
    every, until = Recurrence.Every.MONTH, date(base.year + 1, 12, 31)
    return Recurrence(task=task, every=every, day=31, starts_on=base.replace(day=1), until=until)


def _due_words(row: Row) -> str:
    """The order's own words on the deadline; what the table's compiler noted goes to the description."""
    words = {"regular": "thường xuyên", "monthly": "hằng tháng"}.get(row["deadline"], "")
    note = row["deadline_note"].removeprefix("nguồn ghi ").split(", phần trích")[0]
    return "; ".join(dict.fromkeys(word for word in (words, note) if word))


def _description(row: Row) -> str:
    lines = (
        []
        if row["lead_agency"]
        else ["Phần trích của văn bản không nêu cơ quan chủ trì; cổng ghi cơ quan thường trực của nơi giao."]
    )
    if row["deadline"] == "monthly":
        lines.append("Văn bản chỉ ghi “hằng tháng”; ngày trong tháng và thời gian của chu kỳ là minh họa.")
    return "\n".join([*lines, f"Nguồn: {row['source']}.", "Tiến độ là số liệu minh họa."])
