"""Which bodies a fan-out is for: a level, what stands below a body, a list; in any mixture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees.fields import code_in, find_body
from committees.models import Body, BodyQuerySet
from portal.shared.days import today

BY_NAME = 50
"""Names that are looked up one by one; codes are found all at once."""


@dataclass(frozen=True)
class Choice:
    level: str = ""
    kind: str = ""
    below: Body | None = None
    """Where to look; below the giver when it is not named."""
    listed: Sequence[Body] = ()
    without: Collection[int] = ()

    def bodies(self, giver: Body) -> list[Body]:
        """As they were listed, then in the order of the tree. Twice only what was listed twice."""
        known = {body.pk for body in self.listed}
        found = [body for body in self._in_the_tree(giver) if body.pk not in known]
        return [body for body in (*self.listed, *found) if body.pk not in self.without]

    def _in_the_tree(self, giver: Body) -> BodyQuerySet:
        if not self.level and not self.below:
            return Body.objects.none()
        wanted = {"level": self.level, "kind": self.kind}
        bodies = Body.objects.below(self.below or giver).standing_on(today()).exclude(pk=giver.pk)
        return bodies.filter(**{name: value for name, value in wanted.items() if value})


def find_bodies(names: Sequence[str]) -> list[Body]:
    """The bodies that codes or whole names stand for, in their order; a sentence for what is none."""
    codes = [code_in(name) for name in names]
    by_code = {body.code: body for body in Body.objects.filter(code__in=codes)}
    if sum(code not in by_code for code in codes) > BY_NAME:
        raise ValidationError(_("Most of these are no codes of bodies. Write one code on each line."))
    return [by_code.get(code) or find_body(name) for code, name in zip(codes, names, strict=True)]
