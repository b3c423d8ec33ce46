"""Whether every operation can be answered, and what is said when one cannot.

The supergraphs are written as a composer prints them, so that each says in full which subgraph has what.
"""

import re

import pytest

from gateway.errors import CompositionError
from gateway.schema.composition.satisfiability import Satisfiability, check_satisfiability
from gateway.schema.supergraph import read_supergraph


def check(body: str, *, max_steps: int = 10_000) -> Satisfiability:
    """The outcome for a supergraph of the subgraphs ``core``, ``city`` and ``carbon``.

    ``@in(CITY)`` is short for ``@join__type(graph: CITY)``, ``@from(CITY)`` for ``@join__field(graph: CITY)``; more arguments go
    along.
    """
    head = """
    schema
      @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
      @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
      @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
    { query: Query ROOTS }
    enum join__Graph {
      CARBON @join__graph(name: "carbon", url: "")
      CITY @join__graph(name: "city", url: "")
      CORE @join__graph(name: "core", url: "")
    }
    """
    roots = " ".join(f"{name.lower()}: {name}" for name in ("Mutation", "Subscription") if f"type {name}" in body)
    text = re.sub(r"@in\((\w+)", r"@join__type(graph: \1", re.sub(r"@from\((\w+)", r"@join__field(graph: \1", body))
    return check_satisfiability(read_supergraph(head.replace("ROOTS", roots) + text), max_steps=max_steps)


def coordinates(outcome: Satisfiability) -> list[str]:
    return [error.coordinate for error in outcome.errors]


def only_error(outcome: Satisfiability) -> CompositionError:
    (error,) = outcome.errors
    return error


TWO_SIDES = """
type Query @in(CITY) @in(CORE) { site: Site @from(CORE) }
type Site @in(CITY KEYS) @in(CORE, key: "id") { id: ID! name: String @from(CORE) area: Int @from(CITY) }
"""


def test_a_field_behind_a_key_is_in_reach() -> None:
    """The other subgraph is entered by the key that both have."""
    assert check(TWO_SIDES.replace(" KEYS", ', key: "id"')) == Satisfiability()


def test_a_field_that_cannot_be_entered_is_an_error_with_a_witness_and_reasons() -> None:
    """The message shows the operation, where the object comes from, and what each subgraph lacks."""
    error = only_error(check(TWO_SIDES.replace(" KEYS", "")))
    assert (error.code, error.coordinate, error.subgraphs) == ("SATISFIABILITY_ERROR", "Site.area", ("city", "core"))
    assert error.message == (
        "Site.area is out of reach in this operation:\n"
        "query {\n"
        "  site {\n"
        "    area\n"
        "  }\n"
        "}\n"
        "There, the Site comes from core.\n"
        "- core does not have Site.area.\n"
        "- city has Site.area, but cannot be entered: Site has no @key there."
    )
    assert error.mend == (
        "Give Site in city a @key that core can give, or resolve Site.area (@shareable) in core, too."
    )


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (', key: "id", resolvable: false', "every @key of Site there is resolvable: false"),
        (', key: "code"', '@key(fields: "code") needs Site.code, out of reach here'),
        (
            ', key: "plan { code }"',
            '@key(fields: "plan { code }") needs Plan.code, out of reach here',
        ),
    ],
)
def test_a_key_that_does_not_help_is_named(keys: str, reason: str) -> None:
    """Not resolvable, or made of fields that are out of reach themselves, also one level down."""
    body = (
        TWO_SIDES.replace(" KEYS", keys).replace("name: String", "code: ID @from(CITY) plan: Plan name: String")
        + "type Plan @in(CITY) @in(CORE) { id: ID code: ID @from(CITY) }"
    )
    errors = {error.coordinate: error for error in check(body).errors}
    assert f"- city has Site.area, but cannot be entered: {reason}." in errors["Site.area"].message


def test_an_external_key_field_cannot_be_read() -> None:
    """The key is declared, but its field is resolved elsewhere: there is no way out."""
    body = """
    type Query @in(CITY) @in(CORE) { site: Site @from(CORE) }
    type Site @in(CITY, key: "id") @in(CORE, key: "id") { id: ID! @from(CITY) @from(CORE, external: true) area: Int @from(CITY) }
    """
    outcome = check(body)
    assert coordinates(outcome) == ["Site.area", "Site.id"]
    assert "- in core, Site.id is @external." in outcome.errors[1].message


def test_a_provided_field_is_in_reach_on_its_path_only() -> None:
    """The one way passes; the other way to the same type is an error."""
    body = """
    type Query @in(CORE) @in(CITY) { near: Site @from(CORE, provides: "area") far: Site @from(CORE) }
    type Site @in(CITY) @in(CORE) { id: ID! @from(CORE) area: Int @from(CITY) @from(CORE, external: true) }
    """
    error = only_error(check(body))
    assert error.coordinate == "Site.area"
    assert "far {" in error.message


REQUIRES = """
type Query @in(CITY) @in(CORE) @in(CARBON) { site: Site @from(CORE) }
type Site @in(CITY, key: "id") @in(CORE, key: "id") @in(CARBON KEYS) {
  id: ID!
  area: Int @from(CARBON) @from(CITY, external: true)
  tax: Int @from(CITY, requires: "area")
}
"""


def test_what_a_field_requires_may_come_from_a_third_subgraph() -> None:
    """From core to carbon for the area, and with it to city for the tax."""
    assert check(REQUIRES.replace(" KEYS", ', key: "id"')) == Satisfiability()


def test_a_requirement_out_of_reach_is_an_error_of_the_field_too() -> None:
    """Both the required field and the one that requires it are out of reach, each with its reason."""
    outcome = check(REQUIRES.replace(" KEYS", ""))
    assert coordinates(outcome) == ["Site.area", "Site.tax"]
    reason = '- city has Site.tax, but its @requires(fields: "area") needs Site.area, out of reach here.'
    assert reason in outcome.errors[1].message


def test_a_field_with_requirements_needs_a_key_to_come_back_by() -> None:
    """The required value is sent with a key: where there is none, it cannot be sent."""
    body = """
    type Query @in(CITY) @in(CARBON) { site: Site @from(CITY) @from(CARBON) }
    type Site @in(CITY) @in(CARBON) { area: Int @from(CARBON) @from(CITY, external: true) tax: Int @from(CITY, requires: "area") }
    """
    error = only_error(check(body))
    assert error.coordinate == "Site.tax"
    assert (
        "- city has Site.tax, but cannot be entered again with what the field @requires: Site has no @key"
        in error.message
    )


ABSTRACT = """
type Query @in(CITY) @in(CORE) @in(CARBON) { place: Place @from(CORE) OTHER }
interface Place @in(CITY) @in(CORE) { id: ID! }
type Site implements Place @join__implements(graph: CITY, interface: "Place") @join__implements(graph: CORE, interface: "Place")
  @in(CITY) @in(CORE) { id: ID! area: Int @from(CITY) }
type Town implements Place @join__implements(graph: CITY, interface: "Place") @in(CITY) { id: ID! }
"""


def test_every_concrete_type_of_an_interface_is_tried() -> None:
    """The witness goes through the type condition; a type that the subgraph does not know cannot occur."""
    error = only_error(check(ABSTRACT.replace("OTHER", "")))
    assert error.coordinate == "Site.area"
    assert "place {\n    ... on Site {\n      area\n" in error.message


def test_shared_fields_that_know_different_types_are_a_hint() -> None:
    """They agree on one type at least, so this may be meant."""
    outcome = check(ABSTRACT.replace("@from(CORE) OTHER", "@from(CORE) @from(CITY)"))
    (hint,) = outcome.hints
    assert outcome.errors == ()
    assert (hint.code, hint.coordinate) == ("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", "Query.place")
    assert hint.message == (
        "Query.place is shared, and its subgraphs know different types of Place: city knows Site and Town; core knows Site. "
        "It should return Site only."
    )


def test_shared_fields_that_know_no_common_type_are_an_error() -> None:
    """One of the subgraphs must be wrong whenever it returns anything."""
    body = """
    type Query @in(CITY) @in(CORE) { thing: Thing }
    union Thing @in(CITY) @in(CORE) @join__unionMember(graph: CITY, member: "A") @join__unionMember(graph: CORE, member: "B") = A | B
    type A @in(CITY) { id: ID }
    type B @in(CORE) { id: ID }
    """
    error = only_error(check(body))
    assert (error.code, error.coordinate) == ("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", "Query.thing")
    assert "city knows A; core knows B" in error.message


INTERFACE_OBJECT = """
type Query @in(CITY) @in(CORE) { place: Place @from(CITY) }
interface Place @in(CITY, key: "id", isInterfaceObject: true) @in(CORE KEYS) { id: ID! area: Int @from(CITY) name: String @from(CORE) }
type Site implements Place @join__implements(graph: CORE, interface: "Place") @in(CORE, key: "id") {
  id: ID! area: Int @join__field name: String
}
"""


def test_an_interface_objects_type_is_told_by_the_interface() -> None:
    """The subgraph with the real interface is entered by the interface's key."""
    assert check(INTERFACE_OBJECT.replace(" KEYS", ', key: "id"')) == Satisfiability()


def test_an_interface_object_whose_type_nobody_tells_is_an_error() -> None:
    """Without a way into the real interface, no type condition can be answered."""
    error = only_error(check(INTERFACE_OBJECT.replace(" KEYS", "")))
    assert error.coordinate == "Site"
    assert "- in city, Place is an @interfaceObject, so city cannot tell which objects are a Site." in error.message
    assert "- core could tell, but cannot be entered: Place has no @key there." in error.message


MUTATION = """
type Query @in(CITY) @in(CORE) { id: ID @from(CITY) }
type Mutation @in(CITY) @in(CORE) { build(at: ID!): Site }
type Site @in(CITY KEYS) @in(CORE KEYS) { id: ID! area: Int @from(CITY) name: String @from(CORE) }
"""


def test_a_shared_mutation_is_answered_through_one_subgraph() -> None:
    """Any of its subgraphs can go on to the other by a key."""
    assert check(MUTATION.replace(" KEYS", ', key: "id"')) == Satisfiability()


def test_a_shared_mutation_that_no_single_subgraph_can_answer_is_an_error() -> None:
    """A query could be sent to both; a mutation cannot."""
    error = only_error(check(MUTATION.replace(" KEYS", "")))
    assert error.coordinate == "Mutation.build"
    assert 'mutation {\n  build(at: "example") {\n    ...\n' in error.message
    assert "if that is city, Site.name is out of reach." in error.message
    assert "if that is core, Site.area is out of reach." in error.message


def test_a_shared_mutation_of_abstract_type_must_agree_too() -> None:
    """Whichever subgraph it is sent to, it should return the same."""
    body = ABSTRACT.replace("OTHER", "") + "type Mutation @in(CITY) @in(CORE) { build: Place }"
    body = body.replace("area: Int @from(CITY)", "area: Int")
    assert [hint.coordinate for hint in check(body).hints] == ["Mutation.build"]


def test_a_label_must_leave_every_field_in_reach_either_way() -> None:
    """While the label is off, the field is with carbon, which has no key."""
    label = 'override: "carbon", overrideLabel: "moving"'
    body = f"""
    type Query @in(CITY) @in(CARBON) {{ site: Site @from(CITY) }}
    type Site @in(CITY, key: "id") @in(CARBON) {{ id: ID! area: Int @from(CITY, {label}) @from(CARBON, overrideLabel: "moving") }}
    """
    error = only_error(check(body))
    assert error.coordinate == "Site.area"
    assert "- city resolves Site.area only while the override label moving is active." in error.message
    assert check(body.replace("@in(CARBON) { id", '@in(CARBON, key: "id") { id')) == Satisfiability()


def test_many_labels_are_tried_without_every_combination() -> None:
    """A field that is lost under one of six labels is found."""
    labels = [f"percent({n})" for n in range(6)]
    fields = " ".join(
        f'f{n}: Int @from(CITY, override: "carbon", overrideLabel: "{label}") @from(CARBON, overrideLabel: "{label}")'
        for n, label in enumerate(labels)
    )
    body = f"""
    type Query @in(CITY) @in(CARBON) {{ site: Site @from(CITY) }}
    type Site @in(CITY, key: "id") @in(CARBON) {{ id: ID! {fields} }}
    """
    assert coordinates(check(body)) == [f"Site.f{n}" for n in range(6)]


CONTEXT = """
type Query @in(CITY) { town: Town @from(CITY) site: SITE @from(CITY) }
type Town @in(CITY) @context(name: "city__town") { rate: Int site: Site }
type Wrapped @in(CITY) { id: ID }
type Site @in(CITY, key: "id") {
  id: ID!
  tax: Int @from(CITY, contextArguments: [{context: "city__town", name: "rate", type: "Int", selection: "{ rate }"}])
}
"""


def test_a_context_must_be_set_on_every_way_to_its_reader() -> None:
    """Through a town there is one; directly from the root there is none."""
    assert check(CONTEXT.replace("SITE", "Wrapped")) == Satisfiability()
    error = only_error(check(CONTEXT.replace("SITE", "Site")))
    assert error.coordinate == "Site.tax"
    reason = "- city has Site.tax, but no enclosing object can give its argument rate from the context town."
    assert reason in error.message


def test_the_query_type_can_be_entered_anywhere() -> None:
    """An object of the query type brings every subgraph's root fields with it."""
    body = """
    type Query @in(CITY) @in(CORE) { area: Int @from(CITY) again: Again @from(CORE) }
    type Again @in(CORE) { query: Query }
    """
    assert check(body) == Satisfiability()


def test_hidden_fields_need_no_way() -> None:
    """No client can ask for them."""
    assert (
        check(TWO_SIDES.replace(" KEYS", "").replace("@from(CITY) }", "@from(CITY) @inaccessible }"))
        == Satisfiability()
    )


def test_one_error_is_enough_for_a_field() -> None:
    """Two ways lead to the field, and both fail."""
    body = TWO_SIDES.replace(" KEYS", "").replace("site: Site @from(CORE)", "a: Site @from(CORE) b: [Site] @from(CORE)")
    assert coordinates(check(body)) == ["Site.area"]


def test_keys_that_nest_through_each_other_come_to_an_end() -> None:
    """A by its b's a's, B by its a's b's: nothing is found, and nothing runs for ever."""
    body = """
    type Query @in(CITY) { a: A @from(CITY) }
    type A @in(CITY) @in(CORE, key: "b { a { id } }") { b: B x: Int @from(CORE) id: ID @from(CORE) }
    type B @in(CITY) @in(CORE, key: "a { b { id } }") { a: A x: Int @from(CORE) id: ID @from(CORE) }
    """
    assert coordinates(check(body)) == ["A.id", "A.x", "B.id", "B.x"]


def test_required_arguments_have_example_values() -> None:
    """Of every kind of input type; optional ones are left out."""
    body = (
        TWO_SIDES.replace(" KEYS", "").replace(
            "site: Site",
            "site(id: ID!, n: Int!, x: Float!, yes: Boolean!, u: Unit!, ids: [ID!]!, at: Range!, one: One!, no: ID, d: Int! = 1): Site",
        )
        + """
    enum Unit @in(CORE) { KG @join__enumValue(graph: CORE) T @join__enumValue(graph: CORE) }
    input Range @in(CORE) { from: Int! to: Int }
    input One @in(CORE) @oneOf { a: Int b: Int }
    """
    )
    expected = 'site(id: "example", n: 1, x: 1.5, yes: true, u: KG, ids: [], at: {from: 1}, one: {a: 1}) {'
    assert expected in only_error(check(body)).message


def test_the_proof_is_given_up_after_so_many_steps() -> None:
    """An error of its own, and no other."""
    error = only_error(check(TWO_SIDES.replace(" KEYS", ""), max_steps=1))
    assert error.code == "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"


def test_subscriptions_are_walked_too() -> None:
    """The witness is a subscription."""
    body = TWO_SIDES.replace(" KEYS", "") + "type Subscription @in(CORE) { built: Site @from(CORE) }"
    body = body.replace("site: Site @from(CORE)", "id: ID @from(CORE)")
    assert "subscription {\n  built {\n    area" in only_error(check(body)).message


def test_a_long_way_is_shown_by_its_ends() -> None:
    """The witness of something a thousand levels down is still one that can be read."""
    types = "".join(f"type T{n} @in(CORE) {{ next: T{n + 1} }}" for n in range(1000))
    body = f"type Query @in(CORE) @in(CITY) {{ first: T0 @from(CORE) }} {types}"
    message = only_error(
        check(f"{body} type T1000 @in(CORE) @in(CITY) {{ a: ID @from(CORE) b: ID @from(CITY) }}")
    ).message
    assert "query {\n  first {\n    next {\n      next {\n        # 979 levels more\n        ... {\n" in message
    assert message.count("\n") < 60
