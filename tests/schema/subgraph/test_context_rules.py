"""What may be taken from a context, by which arguments, and what not."""

import pytest

from gateway.schema import Subgraph, compose

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@context", "@fromContext", "@interfaceObject", "@shareable"])
"""
BODY = """
type Query { city: City town: Town }
type City @context(name: "place") { currency: String! rate: Float rates: [Float!]! mayor: Mayor sites: [Site!]! }
type Town @context(name: "town") { currency: String }
type Mayor { name: String! tags: [String!] }
type Site @key(fields: "id") { id: ID! PRICE: Int }
"""


def problems(price: str, *, body: str = BODY) -> list[tuple[str, str]]:
    """Codes and messages for a field whose argument is filled from a context."""
    sdl = LINK + body.replace("PRICE", price)
    result = compose([Subgraph("core", "http://core", sdl)])
    return [(error.code, error.message) for error in result.errors]


def argument(selection: str, type_: str = "String") -> str:
    return f'price(a: {type_} @fromContext(field: "$place {selection}"))'


@pytest.mark.parametrize(
    "price",
    [
        argument("{ currency }"),
        argument("{ rate }", "Float"),
        argument("{ rates }", "[Float]"),
        argument("{ mayor { name } }"),
        argument("{ mayor { tags } }", "[String]"),
        argument("... on City { currency }"),
        argument("{ ... on City { mayor { name } } }"),
    ],
)
def test_one_value_of_the_arguments_type_can_be_taken(price: str) -> None:
    """Directly or further down, on the object or by its type."""
    assert problems(price) == []


@pytest.mark.parametrize(
    ("price", "fault"),
    [
        (argument("{ money }"), "City has no field money."),
        (argument("{ currency"), "the selection cannot be read"),
        (argument("{ currency rate }"), "exactly one value can be taken."),
        (argument("{ c: currency }"), "only plain fields can be taken"),
        (argument("{ currency @include(if: true) }"), "only plain fields can be taken"),
        (argument("{ mayor }"), "City.mayor is of type Mayor; say which of its fields."),
        (argument("{ currency { a } }"), "City.currency is of type String!; it has no fields."),
        (argument("{ rate }", "Float!"), "City.rate gives Float, which is not Float!."),
        (argument("{ currency }", "String!"), "City.currency gives String, which is not String!."),
        (argument("{ mayor { tags } }", "[String!]"), "Mayor.tags gives [String], which is not [String!]."),
        (argument("{ rate }", "Int"), "City.rate gives Float, which is not Int."),
        (argument("{ ... on Mayor { name } }"), "no fragment is for City, which sets the context."),
        (argument("{ ... on City { currency } ... on Town { currency } }"), "Town does not set the context."),
        (argument("{ ... on City { currency } currency }"), "the selection mixes fields and fragments."),
        (argument("{ ... { currency } }"), "each fragment needs a condition of its own"),
        (argument("{ ... on City { currency } ... on City { rate } }"), "each fragment needs a condition of its own"),
    ],
)
def test_what_is_not_one_value_cannot_be_taken(price: str, fault: str) -> None:
    """The message says what is wrong with the selection."""
    ((code, message),) = problems(price)
    assert code == "CONTEXT_INVALID_SELECTION"
    assert fault in message


@pytest.mark.parametrize(
    ("price", "code", "fault"),
    [
        ('price(a: String @fromContext(field: "{ currency }"))', "NO_CONTEXT_IN_SELECTION", "it names no context"),
        ('price(a: String @fromContext(field: "$land { currency }"))', "CONTEXT_NOT_SET", 'sets the context "land"'),
        (
            'price(a: String = "x" @fromContext(field: "$place { currency }"))',
            "CONTEXT_NOT_SET",
            "cannot have a default",
        ),
    ],
)
def test_an_argument_takes_from_a_context_that_is_set(price: str, code: str, fault: str) -> None:
    """It names one, some type sets it, and it has nothing of its own."""
    ((found, message),) = problems(price)
    assert (found, fault in message) == (code, True)


def test_a_context_may_be_set_by_an_interface() -> None:
    """A fragment for an implementation takes from those of its objects."""
    body = BODY.replace('type City @context(name: "place")', "type City implements Place").replace(
        "type Town", 'interface Place @context(name: "place") { currency: String! }\ntype Town'
    )
    assert problems(argument("{ currency }"), body=body) == []
    assert problems(argument("{ ... on City { currency } }"), body=body) == []


def test_a_field_of_an_interface_cannot_take_from_a_context() -> None:
    """Neither the interface's field nor one that implements it."""
    body = BODY.replace("type Site @key", "interface Priced { PRICE: Int }\ntype Site implements Priced @key")
    found = problems(argument("{ currency }"), body=body)
    assert [code for code, _ in found] == ["CONTEXT_NOT_SET", "CONTEXT_NOT_SET"]


def test_a_reader_of_a_context_needs_a_key() -> None:
    """The value is sent with one."""
    found = problems(argument("{ currency }"), body=BODY.replace('type Site @key(fields: "id")', "type Site"))
    assert [code for code, _ in found] == ["CONTEXT_NO_RESOLVABLE_KEY"]


def test_a_contexts_name_is_plain() -> None:
    """No underscore, no digit in front."""
    found = problems(argument("{ currency }"), body=BODY.replace('@context(name: "town")', '@context(name: "my_town")'))
    assert [code for code, _ in found] == ["CONTEXT_NAME_INVALID"]
