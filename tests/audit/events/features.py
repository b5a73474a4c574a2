"""Rows of the features of tasks: orders, fan-outs, urging, leaving."""

from __future__ import annotations

from functools import partial

from tasks.fan_outs import actions as fan_out_actions
from tasks.leaving import actions as leaving_actions
from tasks.models import Order
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tasks.orders.relation_actions import Decision
from tasks.urging import actions as urging_actions
from tests.audit.world import Row, later, replacing

FEATURE_EVENTS: dict[str, Row] = {
    "tasks.prepare_fan_out": (
        "secretary",
        "fan_out_prepared",
        lambda w, by: partial(
            fan_out_actions.prepare_fan_out,
            task=w.task("in_progress"),
            giver=w.bodies.committee,
            bodies=[w.bodies.helper],
            by=by,
        ),
    ),
    "tasks.start_fan_out": (
        "head",
        "fan_out_started",
        lambda w, by: partial(fan_out_actions.start_fan_out, fan_out=w.fan_out(), by=by),
    ),
    "tasks.record_fan_out_approval": (
        "secretary",
        "fan_out_started",
        lambda w, by: partial(
            fan_out_actions.record_fan_out_approval, fan_out=w.fan_out(), by=by, approval="Phiếu trình 45"
        ),
    ),
    "tasks.cancel_fan_out": (
        "secretary",
        "fan_out_cancelled",
        lambda w, by: partial(fan_out_actions.cancel_fan_out, fan_out=w.fan_out(), by=by),
    ),
    "tasks.retry_fan_out": (
        "head",
        "fan_out_retried",
        lambda w, by: partial(fan_out_actions.retry_fan_out, fan_out=w.passed_over(), by=by),
    ),
    "tasks.urge": (
        "secretary",
        "task_urged",
        lambda w, by: partial(urging_actions.urge, task=w.task("in_progress"), by=by),
    ),
    "tasks.save_order": (
        "secretary",
        "order_entered",
        lambda w, by: partial(
            order_actions.save_order, order=Order(body=w.bodies.committee, number="2", kind="plan"), by=by
        ),
    ),
    "tasks.relate": (
        "secretary",
        "order_related",
        lambda w, by: partial(
            relation_actions.relate, order=later(w), kind="implements", other=w.order, by=by
        ),
    ),
    "tasks.unrelate": (
        "secretary",
        "order_unrelated",
        lambda w, by: partial(relation_actions.unrelate, relation=replacing(w), by=by),
    ),
    "tasks.settle_replaced": (
        "secretary",
        "order_tasks_settled",
        lambda w, by: partial(
            relation_actions.settle_replaced,
            order=replacing(w).order,
            replaced=w.order,
            decisions=[Decision(w.task("in_progress", order=w.order), "keep")],
            reason="Thay thế.",
            by=by,
        ),
    ),
    "tasks.leave": (
        "staff",
        "person_left",
        lambda w, by: partial(leaving_actions.leave, person=w.people["outsider"], by=by),
    ),
}
