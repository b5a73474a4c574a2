"""Validators and conditions that several models share."""

from __future__ import annotations

from itertools import product
from typing import Any, ClassVar

from django.core.validators import (
    MaxLengthValidator,
)
from django.db import models
from django.db.models import F, Q

from portal.shared.text import MAX_TEXT_LENGTH, fold, validate_plain

PLAIN_TEXT: list[Any] = [validate_plain]
LONG_PLAIN_TEXT: list[Any] = [validate_plain, MaxLengthValidator(MAX_TEXT_LENGTH)]


class Searchable(models.Model):
    """A row that is found by its words: `search_text` is what a search compares.

    Whoever writes such rows in bulk sets it to `folded()`.
    """

    search_text = models.TextField(editable=False, default="")

    # The columns that hold these words.
    SEARCHED: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def folded(self) -> str:
        return fold(" ".join(getattr(self, name) for name in self.SEARCHED))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = self.folded()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)


def nobody_twice(before: tuple[str, str], after: tuple[str, str]) -> Q:
    """No person stands in both pairs of columns: who acted and for whom, who decided and for whom."""
    apart = Q()
    for one, other in product(before, after):
        apart &= Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True}) | ~Q(**{one: F(other)})
    return apart
