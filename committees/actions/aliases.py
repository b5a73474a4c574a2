"""How a body reads received papers and writes its own: its settings, and the names it gives to others."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import record, snapshot
from committees import rules
from committees.actions.common import PAPER_FIELDS, save_and_record
from committees.models import Alias, Body, Person
from portal.shared.days import today
from portal.shared.text import fold, tidy


@transaction.atomic
def save_paper_settings(*, body: Body, values: dict[str, Any], by: Person) -> Body:
    """Change what "before a day" means in a body's orders, and the form and place of its documents."""
    body = Body.objects.select_for_update(no_key=True).get(pk=body.pk)
    right = rules.may_keep_papers(by, body).or_raise()
    before = snapshot(body, PAPER_FIELDS)
    for name in PAPER_FIELDS:
        setattr(body, name, values.get(name, getattr(body, name)))
    return save_and_record(
        body, before, PAPER_FIELDS, verb="body", by=by, right=right, bodies=lambda: [body.pk]
    )


@transaction.atomic
def remember_alias(*, body: Body, name: str, reader: Body | None, by: Person) -> Alias:
    """Let a name in received papers stand for this body, where `reader` reads it, or everywhere."""
    right = rules.may_name_bodies(by, reader).or_raise()
    if reader:
        # Two people who import for the same body choose one after the other.
        Body.objects.select_for_update(no_key=True).get(pk=reader.pk)
    name = tidy(name)
    aliases = Alias.objects.select_for_update(no_key=True, of=("self",)).filter(
        used_by=reader, folded=fold(name)
    )
    alias = aliases.select_related("body").first() or Alias(used_by=reader)
    before = _event_values(alias) if alias.pk else {}
    if body.is_dissolved(today()):
        raise ValidationError({"body": _("This body no longer exists. Choose the one that took its place.")})
    alias.body, alias.name = body, name
    alias.full_clean()
    alias.save()
    if before != _event_values(alias):
        bodies = [reader.pk] if reader else [body.pk]
        after = _event_values(alias)
        record("name_remembered", about=body, by=by, right=right, before=before, after=after, bodies=bodies)
    return alias


@transaction.atomic
def forget_alias(*, alias: Alias, by: Person) -> None:
    """Let a name stand for nobody any more; what was read by it stays as it is."""
    alias = Alias.objects.select_related("body", "used_by").get(pk=alias.pk)
    right = rules.may_name_bodies(by, alias.used_by).or_raise()
    bodies = [alias.used_by_id or alias.body_id]
    before = _event_values(alias)
    record("name_forgotten", about=alias.body, by=by, right=right, before=before, bodies=bodies)
    alias.delete()


def _event_values(alias: Alias) -> dict[str, Any]:
    return {
        "alias": alias.name,
        "body": alias.body.code,
        "used_by": alias.used_by.code if alias.used_by else "",
    }
