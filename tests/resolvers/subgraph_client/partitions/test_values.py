"""Values compare as their order says, however they are made quick to compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resolvers.subgraph_client.partitions.values import comparable

TEXTS = st.text(alphabet=st.characters(max_codepoint=0x10FFFF), max_size=4)


@given(TEXTS, TEXTS)
def test_texts_compare_by_their_code_points_in_both_directions(one: str, other: str) -> None:
    """Greater texts come first where the order descends, and a text after what it is the beginning of."""
    assert (comparable(one, descending=True) < comparable(other, descending=True)) is (one > other)
    assert (comparable(one, descending=False) < comparable(other, descending=False)) is (one < other)


@given(st.integers() | st.floats(allow_nan=False), st.integers() | st.floats(allow_nan=False))
def test_numbers_compare_in_both_directions(one: float, other: float) -> None:
    """Whole numbers and others are mixed."""
    assert (comparable(one, descending=True) < comparable(other, descending=True)) is (one > other)


@pytest.mark.parametrize("value", ["", "x", 0, -1.5, False, [1], {"a": 1}])
def test_nothing_sorts_before_everything(value: object) -> None:
    """And after it where the order descends."""
    assert comparable(None, descending=False) < comparable(value, descending=False)
    assert comparable(value, descending=True) < comparable(None, descending=True)


def test_values_of_different_kinds_do_not_compare() -> None:
    """Whoever sent the one that is wrong can be found by that."""
    with pytest.raises(TypeError):
        _ = comparable("1", descending=True) < comparable(1, descending=True)
