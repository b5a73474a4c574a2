"""The life of a task, whole: every state × every verb × every person, against a table written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from committees.models import Body, Membership, Person
from notices.models import Notice
from portal.shared.days import start_of
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.milestones import MilestoneSpec
from tasks.diagram import diagram, table
from tasks.lifecycle import MOVES, State
from tasks.models import Comment, Evidence, Progress, Request, Task
from tasks.urging import actions as urging_actions
from tests.support.people import Bodies, TaskAt, other_than

pytestmark = pytest.mark.once

# --- the table ----------------------------------------------------------------------------------
#
# Written from the regulation (DESIGN §3 and §4), not from the code.

ASSIGNERS = "head standing_deputy deputy secretary assistant member"
PREPARERS = "secretary assistant"
APPROVERS = "head standing_deputy"  # and a deputy for drafts of their own field, which has its own test
KEEPERS = "head standing_deputy secretary"
JUDGES = "head standing_deputy deputy secretary"
LEAD = "lead_head officer"
HELPERS = "helper"

# verb: who | in which states | what follows
TABLE: dict[str, tuple[str, str, str]] = {
    "propose": (PREPARERS, "draft", "proposed"),
    "assign": (APPROVERS, "proposed", "assigned"),
    "record_approval": ("secretary", "proposed", "assigned"),
    "recall": (KEEPERS, "proposed assigned", "draft"),
    "accept": (LEAD, "assigned", "in_progress"),
    "decline": (LEAD, "assigned", "proposed"),
    "progress": (LEAD, "assigned in_progress", "in_progress"),
    "submit": (LEAD, "assigned in_progress", "submitted"),
    "confirm": (JUDGES, "submitted", "completed"),
    "send_back": (JUDGES, "submitted", "in_progress"),
    "suspend": (KEEPERS, "assigned in_progress", "suspended"),
    "resume": (KEEPERS, "suspended", "in_progress"),
    "withdraw": (
        KEEPERS,
        "draft proposed assigned in_progress submitted suspended",
        "withdrawn",
    ),
    "change_lead": (KEEPERS, "assigned in_progress suspended", "assigned"),
    "supersede": (KEEPERS, "assigned in_progress submitted suspended", "withdrawn"),
    "edit": (KEEPERS, "draft proposed assigned in_progress", ""),
    "vouch": (PREPARERS, "", ""),  # of a draft that an import was not sure of: test_import_actions.py
    "name_people": (LEAD, "assigned in_progress submitted", ""),
    "contribute": (HELPERS, "assigned in_progress", ""),
    # With nothing delivered there is nothing to send back: tests/tasks/test_contributions.py.
    "return_contribution": (LEAD, "", ""),
    "add_evidence": (f"{LEAD} {HELPERS}", "assigned in_progress", ""),
    "comment": (
        f"{ASSIGNERS} {LEAD} {HELPERS}",
        "draft proposed assigned in_progress submitted completed suspended",
        "",
    ),
    # Without a task below there is nothing to weigh, in any state; with some: test_actions_handing.py.
    "set_weights": (f"{PREPARERS} lead_head", "", ""),
    "set_event_day": (KEEPERS, "", ""),  # of a deadline that follows an event: test_actions_relative.py
    "urge": ("head standing_deputy deputy secretary assistant", "assigned in_progress", ""),
    "mark_posted": (LEAD, "assigned in_progress submitted", ""),
    "ask_extension": (LEAD, "assigned in_progress", ""),
    "ask_withdrawal": (LEAD, "assigned in_progress", ""),
    # Without a request there is nothing to answer, in any state; with one: tests/tasks/test_requests.py.
    "approve_request": (APPROVERS, "", ""),
    "refuse_request": (APPROVERS, "", ""),
    "counter_request": (APPROVERS, "", ""),
    "accept_counter": (LEAD, "", ""),
    "decline_counter": (LEAD, "", ""),
    "cancel_request": (LEAD, "", ""),
    "flag_risk": (LEAD, "assigned in_progress", ""),
    "clear_risk": (LEAD, "", ""),  # flagged: tests/tasks/test_at_risk.py
    "stop_escalation": (KEEPERS, "assigned in_progress", ""),
    "resume_escalation": (KEEPERS, "", ""),  # stopped: tests/reminders/test_escalation.py
    "set_milestones": (KEEPERS, "draft proposed assigned in_progress", ""),
    "mark_milestone": (LEAD, "", ""),  # with some: tests/tasks/test_milestones.py
    "resume_cycle": (KEEPERS, "", ""),  # stopped: tests/tasks/test_jobs_obey.py
}

# Before issue a task belongs to those who prepare it, whoever else may see it then.
BEFORE_ISSUE = {
    "edit": PREPARERS,
    "set_event_day": PREPARERS,
    "set_milestones": PREPARERS,
    "recall": f"{KEEPERS} assistant",
    "withdraw": f"{KEEPERS} assistant",
    "comment": ASSIGNERS,
}

SEES_ALWAYS = f"{ASSIGNERS} inspector admin"
SEES_ONCE_ISSUED = f"{LEAD} {HELPERS}"
SEES_NEVER = "sister outsider staff"

UNISSUED = ("draft", "proposed")


def may(who: str, verb: str, state: str) -> bool:
    """Whether the table names this person for the verb while the task is in this state; `admin` may all."""
    named = TABLE[verb][0]
    if state in UNISSUED:
        named = BEFORE_ISSUE.get(verb, named)
    return who == "admin" or who in named.split()


def expected(who: str, verb: str, state: str) -> str:
    if not may(who, verb, state):
        return "403"
    return "ok" if state in TABLE[verb][1].split() else "409"


# --- how each verb is really done ---------------------------------------------------------------

Act = Callable[[Task, Person, dict[str, Person]], Any]
ACTS: dict[str, Act] = {
    "propose": lambda task, by, people: actions.propose(task=task, by=by),
    "assign": lambda task, by, people: actions.assign(task=task, by=by),
    "record_approval": lambda task, by, people: actions.record_approval(
        task=task, by=by, approval="Tờ trình số 5/TTr"
    ),
    "recall": lambda task, by, people: actions.recall(task=task, by=by, reason="Giao lại."),
    "accept": lambda task, by, people: actions.accept(task=task, by=by),
    "decline": lambda task, by, people: actions.decline(task=task, by=by, reason="Không đúng thẩm quyền."),
    "progress": lambda task, by, people: actions.report_progress(task=task, by=by, percent=40, note="Xong."),
    "submit": lambda task, by, people: actions.submit(task=task, by=by, report="Đã xong."),
    "confirm": lambda task, by, people: actions.confirm(task=task, by=by),
    "send_back": lambda task, by, people: actions.send_back(task=task, by=by, reason="Thiếu phụ lục."),
    "suspend": lambda task, by, people: actions.suspend(task=task, by=by, reason="Chờ hướng dẫn."),
    "resume": lambda task, by, people: actions.resume(task=task, by=by),
    "withdraw": lambda task, by, people: actions.withdraw(task=task, by=by, reason="Trùng."),
    "change_lead": lambda task, by, people: actions.change_lead(
        task=task, by=by, lead=Body.objects.get(code="SISTER"), reason="Đổi đầu mối."
    ),
    "supersede": lambda task, by, people: actions.supersede(
        task=task, by=by, superseded_by=other_than(task), reason="Trùng."
    ),
    "edit": lambda task, by, people: actions.edit_task(task=task, by=by, values={"deliverable": "Bản đồ"}),
    "vouch": lambda task, by, people: actions.vouch(task=task, by=by),
    "name_people": lambda task, by, people: actions.name_people(
        task=task, by=by, leader=people["lead_head"], contact=people["officer"]
    ),
    "contribute": lambda task, by, people: actions.contribute(task=task, by=by, contribution="Đã góp ý."),
    "return_contribution": lambda task, by, people: actions.return_contribution(
        task=task, by=by, reason="Thiếu số liệu."
    ),
    "add_evidence": lambda task, by, people: actions.add_evidence(
        task=task, by=by, kind="document", document="9/BC"
    ),
    "comment": lambda task, by, people: actions.add_comment(task=task, by=by, text="Đề nghị làm rõ."),
    "set_weights": lambda task, by, people: actions.set_weights(task=task, by=by, weights={}),
    "urge": lambda task, by, people: urging_actions.urge(task=task, by=by),
    "mark_posted": lambda task, by, people: actions.mark_posted(task=task, by=by),
    "ask_extension": lambda task, by, people: actions.ask_extension(
        task=task, by=by, proposed_on=date(2099, 1, 1), reason="Chờ hướng dẫn."
    ),
    "ask_withdrawal": lambda task, by, people: actions.ask_withdrawal(task=task, by=by, reason="Trùng."),
    "approve_request": lambda task, by, people: actions.approve_request(task=task, by=by),
    "refuse_request": lambda task, by, people: actions.refuse_request(task=task, by=by, decision="Không."),
    "counter_request": lambda task, by, people: actions.counter_request(
        task=task, by=by, counter_on=date(2099, 1, 1)
    ),
    "accept_counter": lambda task, by, people: actions.accept_counter(task=task, by=by),
    "decline_counter": lambda task, by, people: actions.decline_counter(task=task, by=by),
    "cancel_request": lambda task, by, people: actions.cancel_request(task=task, by=by),
    "set_event_day": lambda task, by, people: actions.set_event_day(
        task=task, by=by, happened_on=date(2026, 1, 15), past_deadline=True
    ),
    "flag_risk": lambda task, by, people: actions.flag_risk(task=task, by=by, days=6, remedy="Thêm người."),
    "clear_risk": lambda task, by, people: actions.clear_risk(task=task, by=by),
    "stop_escalation": lambda task, by, people: actions.stop_escalation(task=task, by=by, reason="Chờ Bộ."),
    "resume_escalation": lambda task, by, people: actions.resume_escalation(task=task, by=by),
    "set_milestones": lambda task, by, people: actions.set_milestones(
        task=task, by=by, milestones=[MilestoneSpec(date(2026, 1, 15), "Gửi dự thảo")]
    ),
    "mark_milestone": lambda task, by, people: actions.mark_milestone(
        task=task, by=by, milestone=0, done_on=None
    ),
    "resume_cycle": lambda task, by, people: actions.resume_cycle(task=task, by=by),
}


def everything(task: Task) -> tuple[Any, ...]:
    """All that a refused action could have left behind."""
    row = Task.objects.filter(pk=task.pk).values().get()
    rows = (Event, Notice, Progress, Evidence, Comment, Request)
    return row, *(model._default_manager.count() for model in rows)


def outcome(act: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    try:
        act(*args, **kwargs)
    except Refused as refused:
        return str(refused.status)
    return "ok"


def test_the_table_names_every_verb_and_state() -> None:
    assert set(TABLE) == set(rules.VERBS) == set(ACTS)
    assert {state for _who, states, _to in TABLE.values() for state in states.split()} < set(State)
    assert set(MOVES) <= set(TABLE)


@pytest.mark.parametrize("state", State.values)
def test_every_verb_for_everybody(state: str, people: dict[str, Person], task_at: TaskAt) -> None:
    """The rule and the real action answer as the table says; a refusal leaves nothing behind."""
    task_at("draft", title="Nhiệm vụ thay thế")
    task = task_at(state)
    if state in ("assigned", "in_progress"):
        actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
        task.refresh_from_db()
    before = everything(task)
    for who, person in people.items():
        sees = who in SEES_ALWAYS.split() or (who in SEES_ONCE_ISSUED.split() and state not in UNISSUED)
        assert Task.objects.visible_to(person).filter(pk=task.pk).exists() is sees, who
        for verb, verdict in rules.verdicts(person, task).items():
            case, wanted = f"{who} {verb} {state}", expected(who, verb, state)
            if not sees:
                # Doors answer 404 before they ask; the rule itself must still refuse.
                assert not verdict, case
                continue
            assert ("ok" if verdict else "409" if verdict.later else "403") == wanted, case
            assert bool(verdict.reason) is (wanted != "ok"), case
            with transaction.atomic():
                said = outcome(ACTS[verb], task, person, people)
                assert said == wanted, case
                if wanted != "ok":
                    assert everything(task) == before, case
                else:
                    after = Task.objects.get(pk=task.pk)
                    assert after.state == (TABLE[verb][2] or state), case
                    assert Event.objects.count() == before[1] + 1, case
                    transaction.set_rollback(True)
    assert everything(task) == before


def test_a_stranger_is_refused_before_the_state_is_told(people: dict[str, Person], task_at: TaskAt) -> None:
    """The same sentence whatever the state: who comes before when."""
    tasks = [task_at("in_progress"), task_at("completed")]
    for verb in TABLE:
        for who in ("outsider", "sister"):
            reasons = {str(rules.VERBS[verb](people[who], task).reason) for task in tasks}
            assert len(reasons) == 1, (who, verb, reasons)


# --- a deputy's own field, approval on paper ----------------------------------------------------


OWN_FIELD = [
    ("", "Thể chế", False),
    ("Thể chế", "Thể chế", True),
    ("Hạ tầng; Thể chế", "thể chế", True),
    ("Hạ tầng; Thể chế", "the che", True),
    ("Hạ tầng", "Thể chế", False),
    ("Hạ tầng", "", False),
    ("Hạ tầng;", "", False),
]


def test_a_deputy_approves_drafts_of_their_own_field(people: dict[str, Person], task_at: TaskAt) -> None:
    for fields, pillar, ok in OWN_FIELD:
        Membership.objects.filter(person=people["deputy"]).update(fields=fields)
        task = task_at("proposed", pillar=pillar)
        assert bool(rules.may_assign(people["deputy"], task)) is ok, (fields, pillar)
        said = outcome(ACTS["assign"], task, people["deputy"], people)
        assert said == ("ok" if ok else "403"), (fields, pillar)
        task.refresh_from_db()
        assert task.state == ("assigned" if ok else "proposed")
        assert task.assigned_by == (people["deputy"] if ok else None)


def test_a_field_in_another_body_counts_for_nothing_here(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    Membership.objects.filter(person=people["member"]).update(fields="Thể chế")
    task = task_at("proposed", pillar="Thể chế")
    assert not rules.may_assign(people["member"], task)


def test_the_secretary_records_an_approval_on_paper(people: dict[str, Person], task_at: TaskAt) -> None:
    task = actions.record_approval(
        task=task_at("proposed"), by=people["secretary"], approval="Bút phê 12/11/2025"
    )
    assert (task.state, task.approval) == ("assigned", "Bút phê 12/11/2025")
    assert (task.assigned_by, task.original_due_on) == (people["secretary"], task.due_on)
    event = Event.objects.get(verb="task_approval_recorded")
    assert event.after["approval"] == "Bút phê 12/11/2025"
    assert not rules.may_assign(people["secretary"], task_at("proposed"))


# --- evidence, and nobody confirms their own work -----------------------------------------------


def test_nothing_is_submitted_without_evidence(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("assigned", "in_progress"):
        task, officer = task_at(state), people["officer"]
        assert outcome(ACTS["submit"], task, officer, people) == "409"
        evidence = actions.add_evidence(task=task, by=officer, kind="document", document="1/BC")
        actions.remove_evidence(evidence=evidence, by=officer)
        before = everything(task)
        assert outcome(ACTS["submit"], task, officer, people) == "409"
        assert everything(task) == before


def test_nobody_judges_what_they_reported(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    """Not with an office on both sides, and not as a superuser; somebody else may."""
    task = task_at("assigned", lead=bodies.committee, parts=[])
    actions.add_evidence(task=task, by=people["secretary"], kind="document", document="1/BC")
    actions.submit(task=task, by=people["secretary"], report="Xong.")
    for verb in ("confirm", "send_back"):
        assert outcome(ACTS[verb], task, people["secretary"], people) == "403"
    assert outcome(ACTS["confirm"], task, people["head"], people) == "ok"

    other = task_at("in_progress")
    actions.add_evidence(task=other, by=people["admin"], kind="document", document="1/BC")
    actions.submit(task=other, by=people["admin"], report="Xong.")
    for verb in ("confirm", "send_back"):
        assert outcome(ACTS[verb], other, people["admin"], people) == "403"


def test_the_database_refuses_it_too(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(
            state="completed", confirmed_by=task.submitted_by, confirmed_at=timezone.now()
        )


BROKEN: list[dict[str, Any]] = [
    {"state": "completed"},
    {"confirmed_at": start_of(date(2026, 7, 1))},
    {"submitted_at": None},
    {"submitted_by": None},
    {"state": "in_progress"},
    {"state": "suspended"},
    {"lead": None},
    {"percent": 101},
    {"risk_days": 5},
]


def test_the_database_keeps_pairs_together(task_at: TaskAt) -> None:
    task = task_at("submitted")
    for broken in BROKEN:
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**broken)


# --- what each step leaves on the row -----------------------------------------------------------


def test_sent_back_the_clock_runs_as_if_it_had_never_stopped(
    people: dict[str, Person], task_at: TaskAt
) -> None:
    task = actions.send_back(task=task_at("submitted"), by=people["secretary"], reason="Thiếu phụ lục.")
    assert (task.submitted_by, task.submitted_at, task.submissions) == (None, None, 1)
    task = actions.submit(task=task, by=people["lead_head"], report="Đã bổ sung phụ lục.")
    assert (task.submitted_by, task.submissions) == (people["lead_head"], 2)
    assert list(task.progress.order_by("report").values_list("report", flat=True)) == [1, 2]


def test_resumed_to_where_it_was(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("assigned", "in_progress"):
        task = actions.suspend(task=task_at(state), by=people["head"], reason="Chờ.")
        assert task.suspended_from == state
        task = actions.resume(task=task, by=people["head"])
        assert (task.state, task.suspended_from) == (state, "")


def test_a_draft_that_was_withdrawn_was_never_issued(people: dict[str, Person], task_at: TaskAt) -> None:
    """Python and the database agree on who was given what."""
    task = actions.withdraw(task=task_at("draft"), by=people["secretary"], reason="Trùng.")
    assert not task.is_issued
    assert not Task.objects.issued().filter(pk=task.pk).exists()
    assert not Task.objects.visible_to(people["officer"]).filter(pk=task.pk).exists()
    for state in State.values:
        task = task_at(state)
        assert task.is_issued is Task.objects.issued().filter(pk=task.pk).exists(), state


def test_an_inspector_reads_and_changes_nothing(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("in_progress", "submitted"):
        task = task_at(state)
        assert Task.objects.visible_to(people["inspector"]).filter(pk=task.pk).exists()
        assert not any(rules.verdicts(people["inspector"], task).values())


def test_the_page_of_the_life_of_a_task_is_drawn_from_the_table() -> None:
    page = (settings.BASE_DIR / "docs" / "lifecycle.md").read_text()
    assert diagram() in page
    assert table() in page
    for verb in MOVES:
        assert f"`{verb}`" in page
