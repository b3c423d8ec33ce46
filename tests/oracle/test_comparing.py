"""The comparison itself tells right from wrong."""

import pytest

from tests.oracle.comparing import differences, failed_places

DATA = {"a": None, "b": {"c": [{"d": 1}, None]}}


def test_equal_answers_have_no_differences() -> None:
    """The same data and errors at the same places are equal whatever the messages say."""
    one = {"data": DATA, "errors": [{"message": "x", "path": ["a"]}]}
    other = {"data": DATA, "errors": [{"message": "y", "path": ["a"]}]}
    assert differences(one, other) == []


@pytest.mark.parametrize(
    "found",
    [
        {"errors": [{"message": "no"}]},
        {"data": {**DATA, "a": 1}},
        {"data": dict(reversed(DATA.items()))},
        {"data": DATA, "errors": [{"message": "x", "path": ["a"]}]},
        {"data": DATA, "errors": [{"message": "x", "path": ["b"]}]},
        {"data": DATA, "errors": [{"message": "x", "path": ["b", "c", 7]}]},
    ],
    ids=["refusal", "value", "order", "extra error", "error without null", "error at no place"],
)
def test_a_wrong_answer_is_different(found: dict[str, object]) -> None:
    """A refusal, another value, another order, and an error where there is none."""
    assert differences({"data": DATA}, found) != []


def test_an_error_counts_where_its_null_is() -> None:
    """Which of several failures below one null is told, the specification leaves open (section 6.4.4)."""
    errors = [{"message": "x", "path": ["b", "c", 1, "d"]}, {"message": "y", "path": ["b", "c", 1, "e"]}]
    assert failed_places(DATA, errors) == {("b", "c", 1)}
