"""What stands in the addresses of the tables, and what a form holds that is sent to them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from committees import actions as committee_actions
from committees.models import Absence, Person
from imports.models import ColumnMeaning
from notices import kinds
from notices.delivery import unsubscribe as unsubscribing
from notices.forms import preference_questions
from notices.models import Notice
from reports import actions as report_actions
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.lifecycle import State
from tasks.many import actions as many_actions
from tasks.models import Order
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tasks.verbs import VERBS
from tests.support.imports import checked, read_as
from tests.support.people import Bodies, TaskAt, given, ready_for, task_below
from tests.support.verbs import CASES, as_form, as_json

# What a POST holds; of the verbs `CASES` knows it. A person who is refused sends the same.
DATA: dict[str, dict[str, Any]] = {
    "api:tasks-evidence": {"kind": "document", "document": "9/BC"},
    "api:tasks-many": {"verb": "confirm", "tasks": [1]},
    "tasks:many": {"verb": "confirm", "task": "1"},
    "record_fan_out_approval": {"approval": "Tờ trình số 5/TTr"},
    "api:tasks-fan-outs": {"bodies": ["HELPER"]},
    "api:tasks-edit": {"deliverable": "Bản đồ"},
    "api:tasks-list": {"title": "Việc mới", "assigner": "COMMITTEE"},
    "api:tasks-detail": {"deliverable": "Bản đồ"},
    "api:orders-list": {"body": "COMMITTEE", "number": "12-KH", "kind": "plan"},
    "api:orders-detail": {"signer": "Trưởng ban"},
    "api:memberships-list": {
        "person": "outsider",
        "body": "COMMITTEE",
        "role": "member",
        "starts_on": "2026-01-01",
    },
    "api:memberships-end": {"at_once": True},
    "api:memberships-detail": {"position": "Ủy viên"},
    "orders:import_row": {"title": "Lập danh mục", "due_kind": "none"},
    "orders:name_columns": {"column_0": "deliverable"},
    "orders:name_body": {"words": "Sở lạ", "other": "LEAD"},
    "language": {"language": "en"},
    "api:preferences": {"preferences": {"task_confirmed": "portal"}},
    "bodies:reminders": {"hour": "09:00", "version": 0},
    "api:bodies-reminders": {
        "before": [2],
        "on_the_day": True,
        "after": [1],
        "weekly": True,
        "hour": "09:00",
        "quiet_from": None,
        "quiet_until": None,
        "muted": [],
        "escalation": [],
        "version": 0,
    },
    "api:bodies-detail": {"place": "Nha Trang"},
    "api:bodies-aliases": {"name": "Sở KH&CN", "body": "LEAD"},
    "api:bodies-below": {"name_vi": "Phòng mới", "kind": "agency"},
    "api:bodies-names": {"short_name": "Sở mới"},
    "api:bodies-people": {
        "name": "Người mới",
        "email": "nguoi.moi@demo.invalid",
        "role": "officer",
        "starts_on": "2026-01-01",
    },
    "bodies:below": {"name_vi": "Phòng mới", "parent": "COMMITTEE", "kind": "agency"},
    "bodies:edit_body": {"name_vi": "Sở mới"},
    "bodies:add_person": {"person": "outsider", "role": "member", "starts_on": "01/01/2026"},
    "bodies:edit_person": {"name": "Tên mới", "email": "moi@demo.invalid"},
    "bodies:papers": {"before_means": "that_day", "letterhead": "party", "place": "Nha Trang"},
    "bodies:name": {"name": "Sở KH&CN", "body": "LEAD"},
    "bodies:appoint": {"person": "outsider", "role": "member", "starts_on": "01/01/2026"},
    "bodies:membership": {"role": "member", "starts_on": "10/01/2025", "position": "Ủy viên"},
    "bodies:end_membership": {"ends_on": "30/06/2026"},
    "bodies:away": {"deputy": "{assistant}", "starts_on": "01/01/2099", "ends_on": "02/01/2099"},
    "away": {"deputy": "{assistant}", "starts_on": "01/01/2099", "ends_on": "02/01/2099"},
    "away_change": {"ends_on": "03/01/2098"},
    "reports:new": {"report": "list", "format": "xlsx"},
    "profile": {"language": "en", "email": "a@demo.invalid", "phone": ""},
}


# Offices that not everybody who keeps members may fill. `{who}` is whoever asks.
APPOINTED: dict[str, dict[str, Any]] = {
    "as_head": {"role": "head"},
    "as_deputy": {"role": "deputy"},
    "oneself": {"person": "{who}", "role": "assistant"},
}


VERSIONED = ("api:tasks-detail", "api:tasks-edit", "api:orders-detail")

# Settings that are a task at work with something more: what the verb acts on.
READY = {
    "asked": "approve_request",
    "countered": "accept_counter",
    "stopped": "resume_escalation",
    "still_cycle": "resume_cycle",
    "with_marks": "mark_milestone",
    "flagged": "clear_risk",
    "relative": "set_event_day",
    "weighed": "set_weights",
    "contributed": "return_contribution",
}


class Settings:
    """What stands in the addresses: a task in every state, an order, a term, a notice."""

    def __init__(self, bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt) -> None:
        self.people, self.bodies, self.task_at = people, bodies, task_at
        self._make_orders(order)
        self._make_tasks()
        self._make_what_hangs_on_tasks()
        self._make_members_and_names()
        # Parts of orders are known by their own keys, below that of the order.
        self.imported = read_as(self.order, [checked()], people["secretary"])
        self.notice = Notice.objects.filter(person=people["officer"]).latest("pk")

    def _make_orders(self, order: Order) -> None:
        by, paper = self.people["secretary"], SimpleUploadedFile("kh.pdf", b"%PDF-1.7")
        self.order = order_actions.save_order(order=order, by=by, file=paper)
        later = Order(body=order.body, number="12-KH/BCĐ", kind="plan")
        self.later = order_actions.save_order(order=later, by=by)
        self.relation = relation_actions.relate(order=self.later, kind="replaces", other=order, by=by)

    def _make_tasks(self) -> None:
        people, bodies, task_at = self.people, self.bodies, self.task_at
        self.tasks = {state: task_at(state) for state in State.values}
        self.tasks["working"] = self.tasks["with_evidence"] = task_at("in_progress", order=self.order)
        self.tasks["fanned_out"] = task_at("in_progress")
        self.tasks["unsure"] = ready_for("vouch", task_at("draft"), people)
        for setting, verb in READY.items():
            self.tasks[setting] = ready_for(verb, task_at("in_progress"), people)
        values = {"title": "Việc cấp trên", "assigner": bodies.top, "lead": bodies.committee}
        self.above = given(people["admin"], **values)
        below = {"assigner": bodies.committee, "lead": bodies.lead}
        self.tasks["served"] = task_below(self.above, people, **below)

    def _make_what_hangs_on_tasks(self) -> None:
        by, paper = self.people["secretary"], SimpleUploadedFile("bc.pdf", b"%PDF-1.7")
        self.evidence = actions.add_evidence(
            task=self.tasks["working"], by=self.people["officer"], kind="file", file=paper
        )
        self.fan_out = fan_out_actions.prepare_fan_out(
            task=self.tasks["fanned_out"],
            giver=self.bodies.committee,
            bodies=[self.bodies.helper],
            by=by,
        )
        self.run = many_actions.prepare_run(verb=VERBS["confirm"], keys=[self.tasks["submitted"].pk], by=by)
        self.file = report_actions.ask_export(
            by=by, report="list", format="xlsx", data=QueryDict("standing=overdue")
        )
        report_actions.make_export(self.file.pk, tell=False)

    def _make_members_and_names(self) -> None:
        people, bodies = self.people, self.bodies
        self.reset_uid = urlsafe_base64_encode(force_bytes(people["outsider"].pk))
        self.reset_token = default_token_generator.make_token(people["outsider"])
        self.terms = {
            "term": people["member"].memberships.get(),
            "head_term": people["head"].memberships.get(),
            "secretary_term": people["secretary"].memberships.get(),
        }
        self.head = people["head"].pk
        self.assistant, self.helper = people["assistant"].pk, people["helper"].pk
        away = Absence(person=people["head"], deputy=people["assistant"], starts_on=date(2098, 1, 1))
        away.ends_on = date(2098, 1, 2)
        self.absence = committee_actions.save_absence(absence=away, by=people["head"])
        self.meaning = ColumnMeaning.objects.create(
            body=bodies.committee, key="kinh phi", heading="Kinh phí", field="note"
        )
        self.alias = committee_actions.remember_alias(
            body=bodies.helper, name="Sở TC", reader=bodies.committee, by=people["secretary"]
        )

    def data(self, route: str, setting: str) -> dict[str, Any]:
        """What a POST to this address holds; an edit names the version that it read."""
        space, _colon, name = route.partition(":")
        verb = name.removeprefix("tasks-").replace("-", "_") if space == "api" else name
        data = DATA.get(route, DATA.get(verb, {}))
        data = {name: self.assistant if value == "{assistant}" else value for name, value in data.items()}
        data = {**data, **APPOINTED.get(setting, {})}
        if route == "notices:preferences":
            names = [question.name for question in preference_questions()]
            data = dict.fromkeys([*names, *(kind.name for kind in kinds.every())], "daily")
        if route in ("orders:write_import", "orders:name_columns"):
            data = {**data, "version": self.imported.version}
        if verb in CASES and setting in self.tasks and route not in DATA:
            values = CASES[verb].values(self.tasks[setting], self.people)
            return as_json(values) if space == "api" else as_form(values)
        if verb == "relations" or route == "api:orders-relations":
            return {"kind": "amends", "other": self.order.pk if space == "api" else self.order.number}
        if verb == "settle":
            return {"rest": "keep", "reason": "Đã thay thế."}
        if route == "api:orders-settle":
            kept = [{"task": self.tasks["working"].pk, "fate": "keep"}]
            return {"replaced": self.order.pk, "decisions": kept, "reason": "Đã thay thế."}
        if route in VERSIONED:
            thing = self.order if setting == "order" else self.tasks[setting]
            return {**data, "version": type(thing)._default_manager.get(pk=thing.pk).version}
        return data

    def address(self, route: str, setting: str) -> str:
        values: dict[str, Any] = {}
        if setting in self.tasks:
            values = {"pk": self.tasks[setting].pk}
        if setting == "fanned_out" and not route.endswith("fan-outs"):
            values["fan_out_pk"] = self.fan_out.pk
        if setting == "with_evidence":
            values["evidence_pk"] = self.evidence.pk
        if route == "deciding:decide":
            values["slug"] = "confirm"
        if route == "tasks:above":
            values["above_pk"] = self.above.pk
        if setting == "order":
            values = {"pk": self.order.pk}
        if setting == "run":
            values = {"run" if route.startswith("api:") else "pk": self.run.pk}
        if setting == "file":
            values = {"pk": self.file.pk}
        if setting == "replacing":
            values = {"pk": self.later.pk}
        if route.endswith("unrelate"):
            values["relation_pk"] = self.relation.pk
        if route == "orders:settle":
            values["other_pk"] = self.order.pk
        if setting.startswith("imported"):
            values = {"pk": self.order.pk, "import_pk": self.imported.pk}
        if setting == "imported_row":
            values["position"] = 1
        if setting == "person":
            values = {"pk": self.helper}
        if setting == "meaning":
            values = {"code": "COMMITTEE", "pk": self.meaning.pk}
        if setting == "alias":
            values = {"code": "COMMITTEE", "pk": self.alias.pk}
        if setting == "absence":
            values = {"pk": self.absence.pk}
        if setting == "letter":
            values = {"uidb64": self.reset_uid, "token": self.reset_token}
        if setting == "notice":
            values = {"pk": self.notice.pk}
        if setting == "head_person":
            values = {"pk": self.head}
        if setting == "body" or (setting in APPOINTED and route.startswith("bodies:")):
            values = {"code": "COMMITTEE"}
        if setting == "lead_body":
            values = {"code": "LEAD"}
        if setting == "member_of":
            values = {"code": "COMMITTEE", "pk": self.people["member"].pk}
        if setting == "token":
            return urlsplit(unsubscribing.unsubscribe_url(self.notice.person, ["task_confirmed"])).path
        if setting in self.terms:
            pages = {"code": "COMMITTEE"} if route.startswith("bodies:") else {}
            values = {**pages, "pk": self.terms[setting].pk}
        return reverse(route, kwargs=values)
