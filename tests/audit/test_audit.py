"""One event for every change, in the change's own transaction; and a chain that shows every tampering."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from audit.actions import changes, snapshot
from audit.models import Event
from committees import actions as committee_actions
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tasks.orders import actions as order_actions
from tasks.pages.story import HEADINGS
from tests.audit.events import EVENTS, ONLY_ONESELF
from tests.audit.world import World

# By the portal itself, one event for each task it makes: test_fan_out.py, test_cycle_actions.py.
MANY_EVENTS = {"tasks.give_fan_out", "tasks.make_occurrences"}


# One for each task, by its own action: tests/tasks/many.
MANY_EVENTS |= {"tasks.carry_out", "tasks.do_next"}


# The decision and the term that it gives: tests/committees/test_administrators.py.
MANY_EVENTS |= {"committees.approve_term"}


# Of a received file, one for the file and one for each draft: tests/imports/test_actions.py.
MANY_EVENTS |= {"imports.read_import", "imports.write_import"}


# One for each account that is meant: tests/committees/sign_in/test_password_letters.py.
MANY_EVENTS |= {"committees.ask_reset_letter"}


# Of an account that the portal itself closes, one and those of its terms: test_forget_demo.py.
MANY_EVENTS |= {"committees.close_demo_account"}


# Public, yet no change of its own: called by actions inside theirs, or telling and reading notices.
NO_EVENT = {
    "committees.open_offices",
    "committees.owe_letter",
    "tasks.give_batch",
    # Questions that pages ask.
    "tasks.named_in",
    "tasks.workers_of_many",
    # What is kept of a selection until it is carried out, and who carries it out.
    "tasks.prepare_run",
    "tasks.start_run",
    "tasks.hand_over",
    "tasks.forget_runs",
    "notices.build_notice",
    "notices.drop_untold",
    "notices.owe",
    "imports.next_import",
    "notices.owe_again",
    "notices.owe_all",
    "notices.owe_new",
    "notices.owe_selected",
    "notices.known_keys",
    "notices.mark_read",
    "notices.check_policy",
    # The work of the portal itself on what somebody asked for.
    "reports.make_export",
    "reports.expire_exports",
}


def public_functions(module: ModuleType) -> set[str]:
    """What doors can call: `__all__`, else the functions written in the module itself."""
    app = module.__name__.split(".")[0]
    names = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    ]
    return {f"{app}.{name}" for name in names}


def modules_of_actions() -> Iterator[ModuleType]:
    """`actions` of every app and of every feature of one, a module or a package, and `…_actions`."""
    for app in apps.get_app_configs():
        if Path(app.path).parent != settings.BASE_DIR or app.name == "audit":
            continue
        for found in walk_packages([app.path], f"{app.name}."):
            *above, last = found.name.split(".")
            if (last == "actions" or last.endswith("_actions")) and "actions" not in above:
                yield import_module(found.name)


def test_every_action_has_a_row() -> None:
    found = {name for module in modules_of_actions() for name in public_functions(module)}
    assert found == EVENTS.keys() | NO_EVENT | MANY_EVENTS


def test_the_story_of_a_task_tells_every_event_of_its_actions() -> None:
    verbs = [verb for name, (_who, verb, _ready) in EVENTS.items() if name.startswith("tasks.")]
    written = {each for verb in verbs for each in ((verb,) if isinstance(verb, str) else verb)}
    # A comment is shown itself; the others are about an order, a fan-out or a person.
    elsewhere = ("order_", "fan_out_", "person_", "comment_added")
    assert {verb for verb in written - HEADINGS.keys() if not verb.startswith(elsewhere)} == set()


@pytest.mark.once
def test_every_action_writes_one_event_with_its_change(world: World) -> None:
    for name, (who, verb, ready) in EVENTS.items():
        with transaction.atomic():
            by = world.people[who]
            act, last = ready(world, by), Event.objects.latest("pk").pk
            act()
            events = Event.objects.filter(pk__gt=last).order_by("pk")
            verbs = (verb,) if isinstance(verb, str) else verb
            assert tuple(event.verb for event in events) == verbs, name
            for event in events:
                assert (event.by, event.by_name, event.break_glass) == (by, str(by), False), name
                for key in event.before.keys() & event.after.keys():
                    assert event.before[key] != event.after[key], (name, key)
            transaction.set_rollback(True)
        for person in world.people.values():
            person.refresh_from_db()


class Undo(Exception):
    pass


@transaction.atomic
def done_and_undone(act: Callable[[], Any]) -> None:
    act()
    raise Undo


def test_an_event_lives_and_dies_with_its_change(world: World) -> None:
    """A failure after the action takes both back; a refused or invalid one leaves neither."""
    for name, (who, _verb, ready) in EVENTS.items():
        with transaction.atomic():
            act, count = ready(world, world.people[who]), Event.objects.count()
            with pytest.raises(Undo):
                done_and_undone(act)
            assert Event.objects.count() == count, name
            transaction.set_rollback(True)
        for person in world.people.values():
            person.refresh_from_db()


@pytest.mark.once
def test_a_refused_action_writes_nothing(world: World) -> None:
    for name in EVENTS.keys() - ONLY_ONESELF:
        _who, _verb, ready = EVENTS[name]
        with transaction.atomic():
            act, count = ready(world, world.people["outsider"]), Event.objects.count()
            with pytest.raises(Refused) as refused, transaction.atomic():
                act()
            assert refused.value.status == 403, name
            assert Event.objects.count() == count, name
            transaction.set_rollback(True)


@pytest.mark.once
def test_a_superuser_is_marked(world: World) -> None:
    for name in EVENTS.keys() - ONLY_ONESELF:
        _who, _verb, ready = EVENTS[name]
        with transaction.atomic():
            ready(world, world.people["admin"])()
            event = Event.objects.latest("pk")
            assert (event.by, event.break_glass) == (world.people["admin"], True), name
            transaction.set_rollback(True)


def test_an_edit_that_changes_nothing_is_no_event(world: World) -> None:
    task = world.task("draft", title="Như cũ")
    count = Event.objects.count()
    same = task_actions.edit_task(task=task, values={"title": "Như cũ"}, by=world.people["secretary"])
    assert same.version == task.version
    committee_actions.save_body(body=world.bodies.lead, by=world.people["staff"])
    committee_actions.save_membership(membership=world.term(), by=world.people["secretary"])
    committee_actions.save_person(person=world.people["member"], by=world.people["staff"])
    order_actions.save_order(order=world.order, by=world.people["secretary"])
    assert Event.objects.count() == count


def test_before_and_after_hold_what_differs(world: World) -> None:
    task = world.task("in_progress", deliverable="Bản đồ")
    task_actions.edit_task(
        task=task,
        values={"deliverable": "Danh mục", "title": task.title},
        by=world.people["head"],
        reason="Rõ hơn.",
    )
    event = Event.objects.latest("pk")
    assert (event.before, event.after) == ({"deliverable": "Bản đồ"}, {"deliverable": "Danh mục"})
    assert event.reason == "Rõ hơn."
    task_actions.confirm(task=world.task("submitted"), by=world.people["secretary"])
    event = Event.objects.latest("pk")
    assert event.before == {"state": "submitted", "confirmed_by": None, "confirmed_at": None}
    assert event.after["state"] == "completed"
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2}, {"b": 3, "c": 4})
    assert changes({"a": 1, "b": 2}, {"b": 2}) == ({"a": 1}, {})
    assert snapshot(task, ["lead", "state"]) == {"lead": task.lead_id, "state": task.state}


def test_a_password_is_in_no_event(world: World) -> None:
    act = EVENTS["committees.set_password"][2](world, world.people["staff"])
    act()
    event = Event.objects.latest("pk")
    assert (event.before, event.after) == ({}, {})


def test_another_file_under_the_same_name_is_a_change(world: World) -> None:
    files = [SimpleUploadedFile("kh.pdf", b"%PDF-1.7 " + text) for text in (b"one", b"two")]
    for file in files:
        last = Event.objects.latest("pk").pk
        world.order = order_actions.save_order(order=world.order, by=world.people["secretary"], file=file)
        (event,) = Event.objects.filter(pk__gt=last)
        assert event.after["file"] == world.order.file.name
    assert event.before["file"] != event.after["file"]


def test_the_event_of_a_draft_belongs_to_its_own_body_only(world: World) -> None:
    """Else the lead body would read in its trail what it may not see yet."""
    task = world.task("proposed")
    own = world.bodies.committee.pk
    assert [event.body_ids for event in Event.objects.about(task)] == [[own], [own]]
    task_actions.assign(task=task, by=world.people["head"])
    issued = sorted([own, world.bodies.lead.pk, world.bodies.helper.pk])
    assert Event.objects.latest("pk").body_ids == issued
    task_actions.recall(task=task, by=world.people["head"], reason="Giao lại.")
    assert Event.objects.latest("pk").body_ids == issued
    task_actions.withdraw(task=task, by=world.people["secretary"], reason="Trùng.")
    assert Event.objects.latest("pk").body_ids == [own]
