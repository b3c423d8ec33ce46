"""Which override labels are active for a request."""

import pytest

from gateway.resolvers.engine.labels import draw_labels


@pytest.mark.parametrize(
    ("label", "number", "is_active"),
    [
        ("percent(0)", 0.0, False),
        ("percent(100)", 0.999999, True),
        ("percent(25)", 0.2499, True),
        ("percent(25)", 0.25, False),
        ("percent(0.00000001)", 0.00000000005, True),
        ("percent(x)", 0.0, False),
        ("beta", 0.0, False),
    ],
)
def test_a_percent_label_is_active_with_its_probability(label: str, number: float, is_active: bool) -> None:
    """Any other label is active only if the operator says so."""
    assert draw_labels([label], frozenset(), lambda: number) == (frozenset({label}) if is_active else frozenset())


def test_a_label_of_the_operators_needs_no_chance() -> None:
    """And a label that no field has is not active: it would only split the plan cache."""
    assert draw_labels(["beta"], frozenset({"beta", "other"}), lambda: 1.0) == frozenset({"beta"})
