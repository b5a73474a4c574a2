"""How a request names rows and gives value objects."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from portal.shared.api import Input


class VisibleKey(serializers.PrimaryKeyRelatedField[Any]):
    """A row by its id, among those that the person who asks may see."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.visible_to(self.context["request"].user)


class ValueInput(Input):
    """An input that gives a value object, made of the validated fields, instead of a dictionary."""

    value_type: ClassVar[type[Any]]

    def to_internal_value(self, data: Any) -> Any:
        return self.value_type(**super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # Without the step that writes validated fields back into a dictionary: this is none.
        return self.to_internal_value(data)
