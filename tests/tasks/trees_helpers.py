"""What the tests of trees share."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from committees.models import Person

People = dict[str, Person]


def many(examples: int) -> settings:
    """The fixtures stay for all examples; each example's rows are rolled back.

    Nothing is made smaller: a course takes minutes to say again what its first failure says at once.
    """
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
