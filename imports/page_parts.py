"""What pages below show of received files: those read under an order, and what columns mean to a body."""

from __future__ import annotations

from typing import Any

from committees.doors import SignedInRequest
from committees.models import Body
from committees.rules import may_name_bodies
from imports import rules
from imports.forms import FIELD_NAMES
from imports.models import ColumnMeaning, Import
from portal.shared.page_parts import register
from tasks.models import Order


def received_files(request: SignedInRequest, order: Order) -> dict[str, Any] | None:
    if not rules.may_import(request.user, order):
        return None
    imports = Import.objects.filter(order=order).exclude(state=Import.State.DROPPED)
    return {"order": order, "imports": imports[:5]}


def column_meanings(request: SignedInRequest, body: Body) -> dict[str, Any] | None:
    columns = [(meaning, FIELD_NAMES[meaning.field]) for meaning in ColumnMeaning.objects.filter(body=body)]
    if not columns:
        return None
    return {"body": body, "columns": columns, "may_name": may_name_bodies(request.user, body)}


def register_all() -> None:
    register("orders:detail", "imports/of_order.html", received_files)
    register("bodies:papers", "imports/column_meanings.html", column_meanings)
