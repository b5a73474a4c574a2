"""The lead body warns that it will likely be late: who, when, who is told, and when the warning ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation

from audit.models import Event
from committees.models import Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reminders import kinds as task_kinds
from tasks import actions
from tasks.lifecycle import Pace
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, other_than, ready_for
from tests.support.told import told_by

pytestmark = pytest.mark.once

DAY = timedelta(days=1)
People = dict[str, Person]
HOW = "Tăng thêm hai người, làm cả thứ Bảy."


@pytest.fixture
def flagged(task_at: TaskAt, people: People) -> Task:
    task = task_at("in_progress")
    return actions.flag_risk(task=task, by=people["officer"], days=6, remedy=HOW)


def fresh(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_days_remedy_who_and_when_are_kept(flagged: Task, people: People) -> None:
    task = fresh(flagged)
    assert (task.risk_days, task.risk_remedy, task.risk_by) == (6, HOW, people["officer"])
    assert task.risk_at is not None
    event = Event.objects.latest("pk")
    assert (event.verb, event.after["risk_days"], event.after["risk_remedy"]) == ("risk_flagged", 6, HOW)
    assert (task.due_on, task.pace(today())) == (flagged.due_on, Pace.AT_RISK)


def test_again_replaces_and_the_same_again_is_nothing(flagged: Task, people: People) -> None:
    events = Event.objects.count()
    actions.flag_risk(task=flagged, by=people["lead_head"], days=6, remedy=HOW)
    assert (Event.objects.count(), fresh(flagged).risk_by) == (events, people["officer"])
    actions.flag_risk(task=flagged, by=people["lead_head"], days=9, remedy=HOW)
    assert (fresh(flagged).risk_days, fresh(flagged).risk_by) == (9, people["lead_head"])
    assert Event.objects.latest("pk").before == {"risk_days": 6, "risk_by": people["officer"].pk}


def test_back_on_schedule(flagged: Task, people: People) -> None:
    task = actions.clear_risk(task=flagged, by=people["lead_head"])
    assert (task.risk_days, task.risk_remedy, task.risk_by, task.risk_at) == (None, "", None, None)
    assert task.pace(today()) == Pace.ON_SCHEDULE
    with pytest.raises(Refused) as refused:
        actions.clear_risk(task=flagged, by=people["lead_head"])
    assert refused.value.status == 409


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days, status",
    [
        (1, 0),
        (0, 0),
        (-1, 409),
        (None, 409),
    ],
)
def test_only_while_the_day_can_still_be_missed(
    task_at: TaskAt, people: People, days: int | None, status: int
) -> None:
    due = {"due_on": None, "due_kind": "none"} if days is None else {"due_on": today() + days * DAY}
    task = task_at("in_progress", **due)
    before = Event.objects.count()
    try:
        actions.flag_risk(task=task, by=people["officer"], days=1, remedy=HOW)
        said = 0
    except Refused as refused:
        said = refused.status
    assert (said, Event.objects.count()) == (status, before + (not status))


@pytest.mark.parametrize(
    "days, remedy, field", [(0, HOW, "days"), (366, HOW, "days"), (-3, HOW, "days"), (3, " ", "remedy")]
)
def test_what_was_typed_is_checked(
    task_at: TaskAt, people: People, days: int, remedy: str, field: str
) -> None:
    task = task_at("in_progress")
    with pytest.raises(ValidationError) as refused:
        actions.flag_risk(task=task, by=people["officer"], days=days, remedy=remedy)
    assert list(refused.value.message_dict) == [field]
    assert fresh(task).risk_days is None


def test_a_secret_task_keeps_the_days_and_no_words(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress", title="", secrecy="secret", number="7")
    with pytest.raises(ValidationError):
        actions.flag_risk(task=task, by=people["officer"], days=6, remedy="12/BC")
    assert actions.flag_risk(task=task, by=people["officer"], days=6, remedy="").risk_days == 6


@pytest.mark.both
def test_the_database_refuses_a_warning_that_means_nothing(flagged: Task) -> None:
    broken: list[dict[str, Any]] = [
        {"risk_days": 0},
        {"risk_by": None},
        {"due_on": None},
        {"state": "submitted", "submitted_by": flagged.risk_by_id, "submitted_at": timezone.now()},
        {"state": "withdrawn"},
    ]
    for values in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=flagged.pk).update(**values)


# --- who is told --------------------------------------------------------------------------------

JUDGES = {"head", "standing_deputy", "deputy", "secretary"}


@pytest.mark.parametrize(
    "days, by, told",
    [
        (4, "officer", set()),
        (5, "officer", {*JUDGES, "lead_head"}),
        (60, "lead_head", JUDGES),
        (5, "admin", {*JUDGES, "lead_head"}),
    ],
)
def test_from_five_days_the_superior_is_told(
    task_at: TaskAt, people: People, days: int, by: str, told: set[str]
) -> None:
    task = task_at("in_progress")
    said = told_by(lambda: actions.flag_risk(task=task, by=people[by], days=days, remedy=HOW))
    assert said == {("risk_flagged", name) for name in told}


@pytest.mark.parametrize(
    "then, owed",
    [
        (lambda task, by: None, True),
        (lambda task, by: actions.flag_risk(task=task, by=by, days=8, remedy=HOW), True),
        (lambda task, by: actions.flag_risk(task=task, by=by, days=2, remedy=HOW), False),
        (lambda task, by: actions.clear_risk(task=task, by=by), False),
    ],
)
def test_a_warning_taken_back_is_not_told(
    flagged: Task, people: People, then: Callable[..., Any], owed: bool
) -> None:
    then(flagged, people["officer"])
    notices = list(Notice.objects.filter(kind="risk_flagged", person=people["head"]))
    reasons = task_kinds.recheck(notices, today())
    # Of several flags the last one is told, once.
    assert len(notices) - len(reasons) == owed
    kept = [notice for notice in notices if notice.pk not in reasons]
    days = fresh(flagged).risk_days
    with translation.override("en"):
        said = [line.sentence for line in task_kinds.compose(kept, today()).values()]
    assert all(f"{days} days late" in words and HOW in words for words in said)


# --- it ends by itself, in the same action and event --------------------------------------------


def _submit(task: Task, people: People, bodies: Bodies) -> None:
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
    actions.submit(task=task, by=people["officer"], report="Xong.")


def _extend(task: Task, people: People, bodies: Bodies) -> None:
    actions.approve_request(task=ready_for("approve_request", task, people), by=people["head"])


def _supersede(task: Task, people: People, bodies: Bodies) -> None:
    ready_for("supersede", task, people)
    other = other_than(task)
    actions.supersede(task=task, by=people["head"], reason="Thay.", superseded_by=other)


ENDS: dict[str, tuple[str, Callable[[Task, People, Bodies], Any]]] = {
    "task_submitted": ("in_progress", _submit),
    "extension_given": ("in_progress", _extend),
    "task_superseded": ("in_progress", _supersede),
    "task_suspended": (
        "in_progress",
        lambda task, people, bodies: actions.suspend(task=task, by=people["head"], reason="Chờ."),
    ),
    "task_withdrawn": (
        "in_progress",
        lambda task, people, bodies: actions.withdraw(task=task, by=people["head"], reason="Trùng."),
    ),
    "task_recalled": (
        "assigned",
        lambda task, people, bodies: actions.recall(task=task, by=people["head"], reason="Giao lại."),
    ),
    "task_declined": (
        "assigned",
        lambda task, people, bodies: actions.decline(task=task, by=people["officer"], reason="Sai."),
    ),
    "task_lead_changed": (
        "in_progress",
        lambda task, people, bodies: actions.change_lead(
            task=task, by=people["head"], lead=bodies.helper, reason="Đúng chức năng hơn."
        ),
    ),
    "task_changed": (
        "in_progress",
        lambda task, people, bodies: actions.edit_task(
            task=task, by=people["secretary"], values={"due_on": today() + 60 * DAY}
        ),
    ),
}


@pytest.mark.parametrize("verb", ENDS)
def test_it_ends_by_itself(task_at: TaskAt, people: People, bodies: Bodies, verb: str) -> None:
    state, act = ENDS[verb]
    task = actions.flag_risk(task=task_at(state), by=people["officer"], days=6, remedy=HOW)
    act(task, people, bodies)
    now = fresh(task)
    assert (now.risk_days, now.risk_remedy, now.risk_by, now.risk_at) == (None, "", None, None)
    told = [event.verb for event in Event.objects.about(task) if event.before.get("risk_days")]
    assert told == [verb]


def test_a_task_made_secret_keeps_no_remedy(task_at: TaskAt, people: People) -> None:
    """Not every task may become secret; one that may loses the words with the warning."""
    task = actions.flag_risk(task=task_at("in_progress"), by=people["officer"], days=6, remedy=HOW)
    try:
        actions.edit_task(task=task, by=people["secretary"], values={"secrecy": "secret"})
    except ValidationError:
        assert fresh(task).secrecy == "normal"
    else:
        assert fresh(task).risk_remedy == ""


def test_what_changes_neither_day_nor_lead_leaves_it(flagged: Task, people: People) -> None:
    actions.report_progress(task=flagged, by=people["officer"], percent=30, note="Đang làm.")
    actions.edit_task(task=flagged, by=people["secretary"], values={"deliverable": "Bản đồ"})
    assert fresh(flagged).risk_days == 6


# --- where it shows -----------------------------------------------------------------------------


def page(person: Person, address: str) -> Any:
    client = Client()
    Person.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    return client.get(address)


def test_the_task_page_says_what_by_whom_and_when(flagged: Task, people: People) -> None:
    text = page(people["secretary"], flagged.get_absolute_url()).content.decode()
    assert "At risk: 6 days late expected." in text
    assert HOW in text
    assert str(people["officer"]) in text
    assert "days late expected: 6" in text  # the story


def test_the_button_to_take_it_back_is_there_only_then(
    flagged: Task, task_at: TaskAt, people: People
) -> None:
    for task, there in ((flagged, True), (task_at("in_progress"), False)):
        acts = page(people["officer"], task.get_absolute_url()).context["panel"].acts
        assert any(act.verb.name == "clear_risk" for act in acts) is there
        assert any(act.verb.name == "flag_risk" for act in acts)


def test_lists_show_and_find_it(flagged: Task, task_at: TaskAt, people: People) -> None:
    late = actions.flag_risk(task=task_at("in_progress"), by=people["officer"], days=6, remedy=HOW)
    Task.objects.filter(pk=late.pk).update(due_on=today() - DAY)  # its day has passed meanwhile
    task_at("in_progress", due_on=None, due_kind="none")
    answer = page(people["secretary"], "/tasks/")
    rows = {row.task.pk: row.at_risk for row in answer.context["rows"]}
    assert [pk for pk, at_risk in rows.items() if at_risk] == [flagged.pk]
    chip = answer.context["chips"][-1]
    assert (chip.key, chip.count) == ("at_risk", 1)
    for query, found in (("at_risk=1", 1), ("at_risk=0", 1), ("standing=overdue", 1), ("", 3)):
        answer = page(people["secretary"], f"/tasks/?{query}")
        assert len(answer.context["rows"]) == answer.context["page"].paginator.count == found, query
        assert Api(people["secretary"]).get(f"tasks/?{query}").json()["count"] == found, query
    assert page(people["secretary"], chip.url.join(("/tasks/", ""))).context["page"].paginator.count == 1


def test_the_api_tells_the_days_in_rows_and_all_in_the_task(flagged: Task, people: People) -> None:
    api = Api(people["secretary"])
    assert api.get("tasks/").json()["results"][0]["risk_days"] == 6
    told = api.get(f"tasks/{flagged.pk}/").json()
    assert (told["risk_days"], told["risk_remedy"], told["risk_by"]["username"]) == (6, HOW, "officer")
    numbers = api.get("tasks/tally/").json()
    assert [numbers[pace] for pace in Pace] == [0, 1, 0]


def test_my_work_of_the_assigner_shows_it(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress", due_on=today())
    actions.flag_risk(task=task, by=people["officer"], days=3, remedy=HOW)
    answer = page(people["secretary"], "/")
    rows = [row for section in answer.context["sections"] for row in section.rows]
    assert [row.at_risk for row in rows] == [True]
    assert answer.context["at_risk"] == 1
    assert "mine=given&amp;at_risk=1" in answer.content.decode()


def test_the_page_of_a_body_counts_three_colours(flagged: Task, task_at: TaskAt, people: People) -> None:
    task_at("in_progress", due_on=today() - DAY)
    task_at("submitted")
    task_at("completed")
    lines = page(people["secretary"], "/bodies/LEAD/").context["counts"]
    assert [[line["counts"][pace] for pace in Pace] for line in lines] == [[1, 1, 1]]
    for query, found in (("at_risk=0", 1), ("at_risk=1", 1), ("standing=overdue", 1)):
        answer = page(people["secretary"], f"{lines[0]['open_url']}&{query}")
        assert answer.context["page"].paginator.count == found


def test_over_the_api_a_remedy_left_out_is_asked_for(task_at: TaskAt, people: People) -> None:
    api = Api(people["officer"])
    answer = api.post(f"tasks/{task_at('in_progress').pk}/flag-risk/", days=6)
    assert (answer.status_code, list(answer.json())) == (400, ["remedy"])
