"""Entering orders in a register and correcting them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees.models import Person
from portal.shared import uploads
from portal.shared.changes import clean_changes
from portal.shared.text import tidy_row
from tasks import rules
from tasks.actions.common import refuse_stale
from tasks.models import Order

# What a person enters, at every door.
ENTERED_FIELDS = (
    "body",
    "number",
    "kind",
    "issuer",
    "issued_on",
    "issued_words",
    "signer",
    "abstract",
    "ask_until",
)
# What an event keeps.
RECORDED_FIELDS = (*ENTERED_FIELDS, "file_name")


@transaction.atomic
def save_order(
    *, order: Order, by: Person, file: File[Any] | None = None, version: int | None = None
) -> Order:
    """Enter an order in its body's register or correct it; `file` replaces the one it has."""
    right = rules.may_draft(by, order.body).or_raise()
    before, stored = {}, None
    if order.pk:
        stored = (
            Order.objects.select_for_update(of=("self",), no_key=True).select_related("body").get(pk=order.pk)
        )
        right = rules.may_edit_order(by, stored).or_raise()
        refuse_stale(stored, version)
        if stored.body_id != order.body_id and stored.tasks.exists():
            raise ValidationError(
                {"body": _("Leave the body as it is: this order has tasks in its register.")}
            )
        before, order.version = snapshot(stored, RECORDED_FIELDS), stored.version + 1
    else:
        order.created_by = by
    if file:
        try:
            uploads.check_file(file)
        except ValidationError as error:
            raise ValidationError({"file": error.messages}) from error
        order.file_name = uploads.clean_name(file.name or "")
        file.name = uploads.stored_name(order.file_name)
        order.file = file
    tidy_row(order, RECORDED_FIELDS)
    clean_changes(order, stored)
    order.save()
    after = snapshot(order, RECORDED_FIELDS)
    if file:
        # Another file under the same name is a change too; where it is kept tells the two apart.
        before = {**before, "file": stored.file.name} if stored else {}
        after = {**after, "file": order.file.name}
    old, new = changes(before, after)
    if new:
        verb = "order_changed" if before else "order_entered"
        old, bodies = old if before else {}, [order.body_id]
        record(verb, about=order, by=by, right=right, before=old, after=new, bodies=bodies)
    return order
