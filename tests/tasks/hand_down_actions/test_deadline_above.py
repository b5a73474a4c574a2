"""What becomes of tasks below when the deadline above moves, and their shares."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from audit.models import Event
from committees.models import Body, Person
from notices.models import Notice
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.task_fields import PartSpec
from tasks.models import Request, Task
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, make_body, task_below
from tests.tasks.admin_tasks_helpers import errors, task_values
from tests.tasks.drafting_helpers import refused_fields
from tests.tasks.hand_down_actions.helpers import DAY, DUE, EARLIER, People, form_of, fresh, hand_down, move

pytestmark = pytest.mark.usefixtures("plain_day")


def test_without_an_answer_nothing_moves(above: Task, child: Task, people: People) -> None:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        move(above, people["secretary"])
    assert list(refused.value.message_dict) == ["below"]
    assert f"{child.code} ({child.due_on:%d/%m/%Y})" in refused.value.messages[0]
    act = partial(move, above, people["secretary"], below={child.pk: "burn"})
    assert refused_fields(act) == {"below"}
    assert (fresh(above).due_on, fresh(child).due_on) == (DUE, DUE)


def test_brought_forward_down_to_the_last(above: Task, child: Task, office: Body, people: People) -> None:
    low = hand_down(child, make_body("TEAM", office), people)
    fits = hand_down(above, office, people, due_on=EARLIER)
    Notice.objects.all().delete()
    move(above, people["secretary"], below={child.pk: "bring_forward"})
    for task in (child, low):
        now = fresh(task)
        assert (now.due_on, now.original_due_on) == (EARLIER, DUE)
        assert (now.due_version, now.version) == (task.due_version + 1, task.version + 1)
        event = Event.objects.about(task).newest_first()[0]
        assert (event.verb, event.by) == ("task_changed", people["secretary"])
        assert event.after == {"due_on": str(EARLIER)}
        assert above.code in event.reason
        assert "Chỉ đạo mới." in event.reason
    assert fresh(fits).version == fits.version
    told = Notice.objects.filter(kind="task_changed", about_id=child.pk)
    assert set(told.values_list("person__username", flat=True)) == {"outsider"}


def test_who_helps_is_brought_forward_too(above: Task, bodies: Bodies, people: People) -> None:
    low = task_below(above, people)
    asked = [PartSpec(bodies.helper, "coordinating", "Vốn", DUE), PartSpec(bodies.sister, "co_lead")]
    actions.edit_task(task=low, values={}, parts=asked, by=people["secretary"])
    move(above, people["secretary"], below={low.pk: "bring_forward"})
    assert set(low.parts.values_list("due_on", flat=True)) == {EARLIER, None}
    assert set(Event.objects.about(low).newest_first()[0].after) == {"due_on", "parts"}


def test_rest_answers_for_all_that_is_not_named(
    above: Task, child: Task, office: Body, people: People
) -> None:
    other = hand_down(above, office, people)
    move(above, people["secretary"], below={"rest": "bring_forward"})
    assert {fresh(child).due_on, fresh(other).due_on} == {EARLIER}


def test_withdrawn_where_the_editor_may(above: Task, child: Task, people: People) -> None:
    """A task that another body gave is not the editor's to withdraw."""
    own = task_below(above, people)
    answers = {child.pk: "withdraw", own.pk: "withdraw"}
    assert refused_fields(partial(move, above, people["secretary"], below=answers)) == {"below"}
    move(above, people["secretary"], below={child.pk: "bring_forward", own.pk: "withdraw"})
    assert (fresh(own).state, fresh(own).due_on, fresh(child).due_on) == ("withdrawn", DUE, EARLIER)


def test_what_is_done_or_prepared_elsewhere_stays(
    above: Task, child: Task, office: Body, bodies: Bodies, people: People
) -> None:
    actions.withdraw(task=child, by=people["officer"], reason="Trùng.")
    values = {"assigner": bodies.lead, "lead": office, "parent": above, "title": "Việc con", "due_on": DUE}
    draft = actions.new_task(task=Task(**values), by=people["officer"])
    move(above, people["secretary"])
    assert (fresh(draft).due_on, fresh(child).due_on) == (DUE, DUE)


def test_a_request_for_a_day_past_the_new_one_is_over(above: Task, child: Task, people: People) -> None:
    actions.edit_task(task=child, values={"due_on": DUE - 5 * DAY}, by=people["officer"])
    actions.ask_extension(task=child, by=people["outsider"], proposed_on=DUE, reason="Chờ.")
    move(above, people["secretary"], below={child.pk: "bring_forward"})
    assert child.requests.get().state == Request.State.CANCELLED


def test_a_task_that_starts_later_is_not_brought_forward(above: Task, child: Task, people: People) -> None:
    actions.edit_task(task=child, values={"start_on": EARLIER + DAY}, by=people["officer"])
    act = partial(move, above, people["secretary"], below={child.pk: "bring_forward"})
    assert refused_fields(act) == {"below"}


def test_moved_under_another_task_with_an_earlier_day(
    above: Task, child: Task, people: People, task_at: TaskAt
) -> None:
    """What is below comes along, also where the task itself has no day."""
    middle = task_at("in_progress", due_on=None, due_kind="continuous")
    low = task_below(middle, people, due_on=DUE)
    top = task_at("in_progress", due_on=EARLIER)
    edit = partial(actions.edit_task, task=middle, values={"parent": top}, by=people["secretary"])
    assert refused_fields(edit) == {"below"}
    edit(below={low.pk: "bring_forward"})
    assert fresh(low).due_on == EARLIER


def test_the_page_asks_for_each(above: Task, child: Task, people: People) -> None:
    Person.objects.update(language="en")
    page = Client()
    page.force_login(people["secretary"])
    data = form_of(above, due_on=f"{EARLIER:%d/%m/%Y}", reason="Chỉ đạo mới.")
    answer = page.post(f"/tasks/{above.pk}/edit/", data)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="below-{child.pk}"' in text
    assert f"{child.code}: {child.title}" in text
    assert '<option value="bring_forward" selected>' in text
    assert fresh(above).due_on == DUE
    answer = page.post(f"/tasks/{above.pk}/edit/", {**data, f"below-{child.pk}": "bring_forward"})
    assert answer.status_code == 302
    assert (fresh(above).due_on, fresh(child).due_on) == (EARLIER, EARLIER)


def test_a_task_that_the_editor_does_not_see_is_told_by_its_code(
    above: Task, child: Task, people: People
) -> None:
    Task.objects.filter(pk=child.pk).update(secrecy="restricted", title="Chuyện kín")
    deputy = people["standing_deputy"]
    page = Client()
    page.force_login(deputy)
    text = page.post(
        f"/tasks/{above.pk}/edit/", form_of(above, due_on=f"{EARLIER:%d/%m/%Y}")
    ).content.decode()
    assert child.code in text
    assert "Chuyện kín" not in text


def test_the_api_asks_for_each(above: Task, child: Task, people: People) -> None:
    api, path = Api(people["secretary"]), f"tasks/{above.pk}/"
    asked = {"due_on": str(EARLIER), "version": fresh(above).version}
    answer = api.patch(path, **asked)
    assert (answer.status_code, list(answer.json())) == (400, ["below"])
    assert api.patch(path, **asked, below={str(child.pk): "burn"}).status_code == 400
    assert api.patch(path, **asked, below={str(child.pk): "bring_forward"}).status_code == 200
    assert fresh(child).due_on == EARLIER


def test_the_admin_says_that_it_does_not_fit(enter: Any, above: Task, child: Task) -> None:
    Person.objects.update(is_staff=True)
    values = task_values(above, due_on=f"{EARLIER:%d/%m/%Y}")
    assert errors(enter("secretary").post(url(Task, "change", above.pk), values)) == ["__all__"]
    assert fresh(above).due_on == DUE


# --- shares -------------------------------------------------------------------------------------


def test_shares_make_a_hundred(above: Task, child: Task, office: Body, people: People) -> None:
    other, by = hand_down(above, office, people), people["officer"]
    for one, two in ((40, 50), (60, 50), (101, -1), (100, None), (-10, 110)):
        act = partial(actions.set_weights, task=above, by=by, weights={child.pk: one, other.pk: two})
        assert refused_fields(act) == {"weights"}, (one, two)
    stranger = {child.pk: 50, other.pk: 40, 999: 10}
    assert refused_fields(partial(actions.set_weights, task=above, by=by, weights=stranger)) == {"weights"}
    actions.set_weights(task=above, by=by, weights={child.pk: 30, other.pk: 70})
    assert [fresh(child).weight, fresh(other).weight] == [30, 70]
    event = Event.objects.about(above).newest_first()[0]
    assert (event.verb, event.after) == (
        "task_weights_set",
        {"weights": [f"{child.code}: 30%", f"{other.code}: 70%"]},
    )
    events = Event.objects.count()
    actions.set_weights(task=above, by=by, weights={child.pk: 30, other.pk: 70})
    assert Event.objects.count() == events
    actions.set_weights(task=above, by=by, weights={})
    assert [fresh(child).weight, fresh(other).weight] == [None, None]


def test_only_what_counts_is_weighed(above: Task, child: Task, office: Body, people: People) -> None:
    gone = hand_down(above, office, people)
    actions.withdraw(task=gone, by=people["officer"], reason="Trùng.")
    actions.set_weights(task=above, by=people["officer"], weights={child.pk: 100})
    act = partial(actions.set_weights, task=above, by=people["officer"], weights={child.pk: 50, gone.pk: 50})
    assert refused_fields(act) == {"weights"}


def test_who_gave_them_weighs_them(above: Task, child: Task, people: People) -> None:
    """Handed down: who prepares for the lead, and its head; given by the assigner: who prepares for that."""
    may = {name for name, person in people.items() if rules.may_set_weights(person, above)}
    assert may == {"officer", "lead_head", "admin"}
    assert rules.may_set_weights(people["secretary"], above).later is False
    task_below(above, people)
    may = {name for name, person in people.items() if rules.may_set_weights(person, above)}
    assert may == {"officer", "lead_head", "admin", "secretary", "assistant"}
    actions.withdraw(task=child, by=people["officer"], reason="Trùng.")
    may = {name for name, person in people.items() if rules.may_set_weights(person, above)}
    assert may == {"secretary", "assistant", "admin"}


def test_nothing_below_nothing_to_weigh(above: Task, people: People) -> None:
    with pytest.raises(Refused) as refused:
        actions.set_weights(task=above, by=people["secretary"], weights={})
    assert refused.value.status == 409


def test_the_page_takes_a_number_for_each(above: Task, child: Task, office: Body, people: People) -> None:
    other, page = hand_down(above, office, people), Client()
    page.force_login(people["officer"])
    address = f"/tasks/{above.pk}/set-weights/"
    assert f"{child.code}: {child.title}" in page.get(address).content.decode()
    one, two = f"weight-{child.pk}", f"weight-{other.pk}"
    answer = page.post(address, {one: "40", two: "50"})
    assert (answer.status_code, "90" in str(answer.context["form"].errors)) == (200, True)
    assert page.post(address, {one: "101", two: "x"}).status_code == 200
    assert page.post(address, {one: "40", two: "60"}).status_code == 302
    assert fresh(other).weight == 60
    assert 'value="60"' in page.get(address).content.decode()


def test_the_api_takes_them_by_id(above: Task, child: Task, people: People) -> None:
    api, path = Api(people["officer"]), f"tasks/{above.pk}/set-weights/"
    for weights in (
        {"abc": 100},
        {"²": 100},
        {str(child.pk): 99},
        {str(child.pk): "x"},
        {"9" * 30: 100},
        [1],
    ):
        assert api.post(path, weights=weights).status_code == 400, weights
    assert api.post(path, weights={str(child.pk): 100}).status_code == 200
    assert fresh(child).weight == 100


# --- two at once --------------------------------------------------------------------------------


def test_a_day_is_read_again_under_the_lock(above: Task, child: Task, people: People) -> None:
    """The form of the task below was filled in while the one above moved."""
    stale = Task.objects.select_related("parent").get(pk=child.pk)
    assert stale.parent
    move(above, people["secretary"], below={child.pk: "bring_forward"})
    values: dict[str, Any] = {"due_on": DUE, "parent": stale.parent}
    edit = partial(actions.edit_task, task=stale, values=values, by=people["officer"])
    assert refused_fields(edit) == {"due_on"}


def test_a_circle_is_found_in_the_rows_of_now(people: People, task_at: TaskAt) -> None:
    one, two = task_at("draft"), task_at("draft")
    actions.edit_task(task=Task.objects.get(pk=one.pk), values={"parent": two}, by=people["secretary"])
    close = partial(actions.edit_task, task=two, values={"parent": one}, by=people["secretary"])
    assert refused_fields(close) == {"parent"}
