"""The bodies that a fan-out is for: those of a level, those below a body, those of a list, or a mixture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees.fields import code_in, find_body
from committees.models import Body, BodyQuerySet
from portal.shared.days import today

# Names are looked up one by one, unlike codes.
MAX_NAMES = 50


@dataclass(frozen=True)
class Choice:
    """What was chosen; `below` is where to look, by default below the giver."""

    level: str = ""
    kind: str = ""
    below: Body | None = None
    listed: Sequence[Body] = ()
    without: Collection[int] = ()

    def bodies(self, giver: Body) -> list[Body]:
        """The listed bodies, as often as listed, then the others in the order of the tree."""
        listed = {body.pk for body in self.listed}
        others = [body for body in self._in_the_tree(giver) if body.pk not in listed]
        return [body for body in (*self.listed, *others) if body.pk not in self.without]

    def _in_the_tree(self, giver: Body) -> BodyQuerySet:
        if not self.level and not self.below:
            return Body.objects.none()
        conditions = {"level": self.level, "kind": self.kind}
        bodies = Body.objects.below(self.below or giver).standing_on(today()).exclude(pk=giver.pk)
        return bodies.filter(**{name: value for name, value in conditions.items() if value})


def find_bodies(names: Sequence[str]) -> list[Body]:
    """The bodies with these codes or whole names, in the same order; refuses a name that no body has."""
    codes = [code_in(name) for name in names]
    by_code = {body.code: body for body in Body.objects.filter(code__in=codes)}
    if sum(code not in by_code for code in codes) > MAX_NAMES:
        raise ValidationError(_("Most of these are no codes of bodies. Write one code on each line."))
    return [by_code.get(code) or find_body(name) for code, name in zip(codes, names, strict=True)]
