"""What becomes of the open tasks of a replaced order: one decision each, all or nothing, nothing silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from audit.models import Event
from committees.models import Person
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tasks.orders.relation_actions import Decision, Fate, Unsettled
from tasks.orders.replacement import what_may_become
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt
from tests.tasks.orders_pages_helpers import signed_in, text_of

pytestmark = pytest.mark.once

WHY = "Thay bằng Kế hoạch mới."


@pytest.fixture
def new(people: dict[str, Person], order: Order) -> Order:
    later = Order(body=order.body, number="20-KH/BCĐ", kind="plan")
    later = order_actions.save_order(order=later, by=people["secretary"])
    relation_actions.relate(order=later, kind="replaces", other=order, by=people["secretary"])
    return later


def settle(new: Order, order: Order, by: Person, *decisions: Decision, reason: str = WHY) -> Any:
    with translation.override("en"):
        return relation_actions.settle_replaced(
            order=new, replaced=order, decisions=decisions, reason=reason, by=by
        )


def states() -> dict[int, tuple[str, int | None, int | None]]:
    rows = Task.objects.values_list("pk", "state", "order", "superseded_by")
    return {pk: (state, order, by) for pk, state, order, by in rows}


def test_each_task_meets_its_own_fate(
    people: dict[str, Person], order: Order, new: Order, task_at: TaskAt
) -> None:
    kept, moved, replaced, gone = (task_at("in_progress", order=order, number=str(n)) for n in range(1, 5))
    instead = task_at("assigned", order=new, number="9")
    done = settle(
        new,
        order,
        people["secretary"],
        Decision(kept, Fate.KEEP),
        Decision(moved, Fate.MOVE, version=moved.version),
        Decision(replaced, Fate.SUPERSEDE, instead),
        Decision(gone, Fate.WITHDRAW),
    )
    assert done == {"keep": 1, "move": 1, "supersede": 1, "withdraw": 1}
    assert states() == {
        kept.pk: ("in_progress", order.pk, None),
        moved.pk: ("in_progress", new.pk, None),
        replaced.pk: ("withdrawn", order.pk, instead.pk),
        gone.pk: ("withdrawn", order.pk, None),
        instead.pk: ("assigned", new.pk, None),
    }
    told = {task.pk: Event.objects.about(task).latest("pk") for task in (moved, replaced, gone)}
    assert [event.verb for event in told.values()] == ["task_changed", "task_superseded", "task_withdrawn"]
    assert {event.reason for event in told.values()} == {WHY}
    event = Event.objects.about(new).latest("pk")
    assert (event.verb, event.reason) == ("order_tasks_settled", WHY)
    assert event.after == {"replaced": "11-KH/BCĐ", "keep": 1, "move": 1, "supersede": 1, "withdraw": 1}
    assert not Event.objects.about(kept).filter(verb="task_changed").exists()


def test_all_or_nothing(people: dict[str, Person], order: Order, new: Order, task_at: TaskAt) -> None:
    """One that was finished meanwhile keeps all the others as they were."""
    gone, moved, finished = (
        task_at(state, order=order) for state in ("in_progress", "in_progress", "completed")
    )
    before, events = states(), Event.objects.count()
    decisions = [Decision(gone, Fate.WITHDRAW), Decision(moved, Fate.MOVE), Decision(finished, Fate.WITHDRAW)]
    with pytest.raises(Unsettled) as refusal:
        settle(new, order, people["secretary"], *decisions)
    assert (refusal.value.status, list(refusal.value.problems)) == (409, [str(finished.pk)])
    assert finished.code in str(refusal.value)
    assert (states(), Event.objects.count()) == (before, events)


def test_what_cannot_be_decided(
    people: dict[str, Person], bodies: Bodies, order: Order, new: Order, task_at: TaskAt
) -> None:
    task, elsewhere = task_at("in_progress", order=order), task_at("in_progress")
    before = states()
    wrong = [
        ([Decision(task, Fate.SUPERSEDE, elsewhere)], "Choose a task of the new order."),
        ([Decision(task, Fate.SUPERSEDE)], "Choose the task that replaces it"),
        ([Decision(elsewhere, Fate.WITHDRAW)], "no longer stands under the replaced order"),
        ([Decision(task, "burn")], "Choose what becomes of this task."),
        ([Decision(task, Fate.MOVE, version=task.version + 1)], "changed"),
    ]
    for decisions, sentence in wrong:
        with pytest.raises(Unsettled) as refusal:
            settle(new, order, people["secretary"], *decisions)
        assert sentence in str(refusal.value), decisions
    with pytest.raises(Unsettled, match="why it is withdrawn"):
        settle(new, order, people["secretary"], Decision(task, Fate.WITHDRAW), reason=" ")
    with pytest.raises(Refused, match="no longer replaces"):
        settle(order, new, people["secretary"], Decision(task, Fate.WITHDRAW))
    assert states() == before


@pytest.mark.both
@pytest.mark.parametrize(
    "who, offered",
    [
        ("secretary", {"draft": ["keep", "move", "withdraw"], "in_progress": list(Fate.values)}),
        ("head", {"draft": ["keep", "withdraw"], "in_progress": list(Fate.values)}),
        ("assistant", {"draft": ["keep", "move", "withdraw"]}),
        ("member", {}),
        ("inspector", {}),
    ],
)
def test_only_what_each_person_may(
    people: dict[str, Person],
    order: Order,
    new: Order,
    task_at: TaskAt,
    who: str,
    offered: dict[str, list[str]],
) -> None:
    """What is not theirs is listed with the reason and stays as it is; what is done is not asked about."""
    tasks = {
        state: task_at(state, order=order) for state in ("draft", "in_progress", "completed", "withdrawn")
    }
    page = what_may_become(people[who], new, order)
    assert {task.state: fates for task, fates in page.options.items()} == offered
    left = {"draft", "in_progress"} - offered.keys()
    assert {task.state for task, _why in page.left} == left
    assert all(str(why) for _task, why in page.left)
    before = states()
    for state, task in tasks.items():
        if state in left:
            with pytest.raises(Refused) as refusal:
                settle(new, order, people[who], Decision(task, Fate.WITHDRAW))
            assert refusal.value.status == 403
    assert states() == before


def test_an_order_of_another_body_takes_no_tasks_over(
    people: dict[str, Person], bodies: Bodies, order: Order, task_at: TaskAt
) -> None:
    """An order's tasks are given by its own body: nothing moves into somebody else's register."""
    task = task_at("in_progress", order=order)
    above = Order.objects.create(body=bodies.top, number="1-QĐ/TOP", kind="decision")
    relation_actions.relate(order=above, kind="replaces", other=order, by=people["admin"])
    assert what_may_become(people["admin"], above, order).options == {task: ["keep", "withdraw"]}
    with pytest.raises(Unsettled):
        settle(above, order, people["admin"], Decision(task, Fate.MOVE))
    task.refresh_from_db()
    assert task.order == order


def test_of_a_restricted_task_nobody_else_learns(
    people: dict[str, Person], order: Order, new: Order, task_at: TaskAt
) -> None:
    task = task_at("in_progress", order=order, secrecy="restricted")
    assert not what_may_become(people["assistant"], new, order).left
    assert task in what_may_become(people["secretary"], new, order).options


def test_a_secret_task_keeps_only_the_number(
    people: dict[str, Person], order: Order, new: Order, task_at: TaskAt
) -> None:
    task = task_at("in_progress", order=order, secrecy="secret", number="3", parts=[])
    settle(new, order, people["secretary"], Decision(task, Fate.WITHDRAW))
    assert Event.objects.about(task).latest("pk").reason == "20-KH/BCĐ"


def test_entering_the_relation_leads_to_the_question(
    client: Client, people: dict[str, Person], order: Order, task_at: TaskAt
) -> None:
    later = order_actions.save_order(
        order=Order(body=order.body, number="20-KH/BCĐ", kind="plan"), by=people["secretary"]
    )
    client, data = signed_in(client, people["secretary"]), {"kind": "replaces", "other": order.number}
    task = task_at("in_progress", order=order)
    asked = client.post(f"/orders/{later.pk}/relations/", data)
    assert asked.headers["Location"] == f"/orders/{later.pk}/replaces/{order.pk}/"
    assert "1 open task: decide on it" in text_of(client.get(f"/orders/{later.pk}/"))
    actions.withdraw(task=task, by=people["head"], reason=WHY)
    assert "decide on" not in text_of(client.get(f"/orders/{later.pk}/"))
    page = client.get(f"/orders/{later.pk}/replaces/{order.pk}/")
    assert "No open task of the replaced order that you can see." in text_of(page)


def test_the_page_asks_of_each_task(
    client: Client, people: dict[str, Person], order: Order, new: Order, task_at: TaskAt
) -> None:
    one, two = task_at("in_progress", order=order), task_at("submitted", order=order)
    instead = task_at("assigned", order=new, number="7")
    client, url = signed_in(client, people["secretary"]), f"/orders/{new.pk}/replaces/{order.pk}/"
    page = client.get(url)
    assert {row.task.pk for row, *_fields in page.context["rows"]} == {one.pk, two.pk}
    assert "Replaced by 20-KH/BCĐ." in text_of(page)
    before = states()
    for data, sentence in [
        ({"reason": WHY}, "Decide on this task, or for all the others."),
        ({"rest": "keep"}, "This field is required"),
        ({"rest": "move", "reason": WHY}, "This cannot be done with this task."),
        ({"rest": "keep", f"fate_{one.pk}": "supersede", "reason": WHY}, "Name a task of the new order"),
        (
            {"rest": "keep", f"fate_{one.pk}": "supersede", f"by_{one.pk}": two.code, "reason": WHY},
            "Name a task",
        ),
        ({"rest": "burn", "reason": WHY}, "burn"),
    ]:
        assert sentence in text_of(client.post(url, data)), data
    assert states() == before
    data = {"rest": "keep", f"fate_{one.pk}": "supersede", f"by_{one.pk}": "7", "reason": WHY}
    told = client.post(url, data, follow=True)
    assert "Decided on 2 tasks of 11-KH/BCĐ." in text_of(told)
    assert states() == before | {one.pk: ("withdrawn", order.pk, instead.pk)}


@pytest.mark.both
def test_somebody_changed_a_task_meanwhile(
    client: Client, people: dict[str, Person], order: Order, new: Order, task_at: TaskAt
) -> None:
    task = task_at("in_progress", order=order)
    client, url = signed_in(client, people["secretary"]), f"/orders/{new.pk}/replaces/{order.pk}/"
    data = {"rest": "move", "reason": WHY, f"version_{task.pk}": task.version}
    actions.edit_task(task=task, values={"deliverable": "Bản đồ"}, by=people["head"])
    page = client.post(url, data)
    assert page.status_code == 409
    assert "Head changed" in text_of(page)
    task.refresh_from_db()
    assert task.order == order


def test_over_the_api(people: dict[str, Person], order: Order, new: Order, task_at: TaskAt) -> None:
    api, url = Api(people["secretary"]), f"orders/{new.pk}/settle/"
    task, other = task_at("in_progress", order=order), task_at("in_progress", order=order)
    unseen = api.post(url, replaced=order.pk, reason=WHY, decisions=[{"task": 10**6, "fate": "keep"}])
    assert unseen.status_code == 400
    wrong = [{"task": task.pk, "fate": "withdraw"}, {"task": other.pk, "fate": "supersede"}]
    refused = api.post(url, replaced=order.pk, reason=WHY, decisions=wrong)
    assert (refused.status_code, list(refused.json())) == (409, ["detail"])
    assert other.code in refused.json()["detail"]
    right = [
        {"task": task.pk, "fate": "withdraw"},
        {"task": other.pk, "fate": "move", "version": other.version},
    ]
    done = api.post(url, replaced=order.pk, reason=WHY, decisions=right)
    assert (done.status_code, done.json()) == (200, {"keep": 0, "move": 1, "supersede": 0, "withdraw": 1})


def test_a_hundred_tasks_are_asked_of_in_few_queries(
    client: Client,
    people: dict[str, Person],
    order: Order,
    new: Order,
    task_at: TaskAt,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = task_at("in_progress", order=order)
    rows = []
    for n in range(120):
        row = Task.objects.get(pk=task.pk)
        row.pk, row.title = None, f"Việc {n}"
        rows.append(row)
    Task.objects.bulk_create(rows)
    client, url = signed_in(client, people["secretary"]), f"/orders/{new.pk}/replaces/{order.pk}/"
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert (len(page.context["rows"]), page.context["more"]) == (100, 21)
    assert "21 more come after these" in text_of(page)
    # Kept, they stay under the old order: the next ones are asked of, and not the same again.
    monkeypatch.setattr("tasks.orders.replacement.PAGE_SIZE", 3)
    told = client.post(url, {"rest": "keep", "reason": WHY})
    assert told.headers["Location"] == f"{url}?after={task.pk + 2}"
    asked = client.get(told.headers["Location"]).context
    assert [row.task.pk for row, *_fields in asked["rows"]] == [task.pk + n for n in (3, 4, 5)]
