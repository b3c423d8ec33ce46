"""Variables get their values by the specification, or the request is refused."""

from typing import Any

import pytest
from graphql import build_schema

from gateway.errors import RequestError
from gateway.resolvers.operation import Limits, coerce_variables, read_operation

SCHEMA = build_schema(
    """
    type Query { search(filter: Filter, ids: [ID!], first: Int, level: Level, ratio: Float): Int }
    input Filter { text: String = "*", level: Level }
    enum Level { LAB PILOT }
    """
)
QUERY = """
query($filter: Filter, $ids: [ID!], $first: Int = 10, $level: Level, $ratio: Float) {
  search(filter: $filter, ids: $ids, first: $first, level: $level, ratio: $ratio)
}"""


def coerce(**values: Any) -> dict[str, Any]:
    operation = read_operation(SCHEMA, QUERY, None, Limits())
    return coerce_variables(SCHEMA, operation.variables, values)


def test_defaults_fill_in_and_absent_variables_stay_absent() -> None:
    """A variable without value and default is not sent at all."""
    assert coerce() == {"first": 10}


def test_an_explicit_null_is_no_absence() -> None:
    """Null overrides a default."""
    assert coerce(first=None) == {"first": None}


def test_values_are_coerced_to_their_types() -> None:
    """One item becomes a list, a number an ID, an input object gets its defaults."""
    given = coerce(ids=7, ratio=1, filter={"level": "LAB"})
    assert given == {"ids": ["7"], "ratio": 1.0, "filter": {"text": "*", "level": "LAB"}, "first": 10}


def test_an_enum_value_is_sent_by_its_name() -> None:
    """What goes to a subgraph is the name that the client wrote."""
    assert coerce(level="PILOT")["level"] == "PILOT"


@pytest.mark.parametrize(
    "values",
    [{"first": "ten"}, {"first": 2**31}, {"ids": [None]}, {"level": "NONE"}, {"filter": {"other": 1}}],
)
def test_a_value_of_another_type_is_refused(values: dict[str, Any]) -> None:
    """Nothing is sent for a request with a wrong variable."""
    with pytest.raises(RequestError) as caught:
        coerce(**values)
    (error,) = caught.value.errors
    assert error["extensions"]["code"] == "VALIDATION_INVALID_TYPE_VARIABLE"
    assert f"${next(iter(values))}" in error["message"]


def test_every_wrong_variable_is_named() -> None:
    """One request, all its errors."""
    with pytest.raises(RequestError) as caught:
        coerce(first="ten", level="NONE")
    assert len(caught.value.errors) == 2


def test_undeclared_values_are_ignored() -> None:
    """A client may send more variables than the operation declares."""
    assert coerce(unknown=1) == {"first": 10}
