"""Urging many tasks: who is told, once a day, and what is passed over."""

from __future__ import annotations

from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tasks.urging.selection import foresee
from tests.support.people import Bodies, TaskAt, appoint
from tests.tasks.many.helpers import carried_out, outcomes, prepared

People = dict[str, Person]


def urged() -> set[tuple[int, str]]:
    return set(Notice.objects.filter(kind="task_urged").values_list("about_id", "person__username"))


def test_the_page_before_says_who_is_told_and_who_was(people: People, task_at: TaskAt) -> None:
    fresh, old = task_at("in_progress"), task_at("assigned")
    urging_actions.urge(task=old, by=people["head"])
    run = prepared("urge", [fresh, old], people["secretary"])
    first, second = run.rows.all()
    assert (first.outcome, second.outcome) == ("waiting", "refused")
    assert "Lead_Head" in first.reason
    assert second.reason == str(urging_actions.ALREADY)
    appoint(people["outsider"], fresh.lead, Role.OFFICER)  # type: ignore[arg-type]
    outlook = foresee([old], people["secretary"])[old.pk]
    assert outlook.verdict
    assert "Outsider" in outlook.words.split(" · ")[0]
    assert "Head" in outlook.words.split(" · ")[1]


def test_each_is_urged_once_and_the_others_say_why(people: People, task_at: TaskAt) -> None:
    fresh, old, done = task_at("in_progress"), task_at("in_progress"), task_at("completed")
    urging_actions.urge(task=old, by=people["head"])
    run = carried_out("urge", [fresh, old, done], people["secretary"])
    assert outcomes(run) == {fresh.pk: "done", old.pk: "refused", done.pk: "refused"}
    assert urged() == {(task.pk, name) for task in (fresh, old) for name in ("lead_head", "officer")}
    notice = Notice.objects.filter(about_id=fresh.pk, kind="task_urged").latest("pk")
    assert notice.data["reason"] == "Nhắc lần 1."
    carried_out("urge", [fresh, old, done], people["secretary"])
    assert Notice.objects.filter(kind="task_urged").count() == 4


def test_what_is_foreseen_is_what_is_told(people: People, task_at: TaskAt, bodies: Bodies) -> None:
    """Of a restricted task only who reads it."""
    tasks = [task_at(state) for state in ("assigned", "in_progress", "submitted", "suspended", "completed")]
    Task.objects.filter(pk=tasks[1].pk).update(secrecy=Task.Secrecy.RESTRICTED)
    appoint(people["outsider"], bodies.lead, Role.STANDING_DEPUTY)
    for task in tasks:
        task.refresh_from_db()
    outlooks = foresee(tasks, people["head"])
    carried_out("urge", tasks, people["head"])
    names = {person.username: str(person) for person in people.values()}
    for task in tasks:
        told = {names[name] for pk, name in urged() if pk == task.pk}
        words = outlooks[task.pk].words
        assert {name for name in names.values() if name in words.replace("Lead_Head", "")} == told - {
            "Lead_Head"
        }
        assert bool(outlooks[task.pk].verdict) == bool(told)
    assert len(urged()) == 5
