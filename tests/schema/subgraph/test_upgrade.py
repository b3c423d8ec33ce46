"""Federation 1 subgraphs in the terms of Federation 2."""

from gateway.schema.subgraph import SubgraphSchema, find_facts, read_subgraph
from gateway.schema.subgraph.field_set import fields_text
from gateway.schema.subgraph.model import applied, has
from gateway.schema.subgraph.upgrade import upgrade_subgraphs


def upgrade(**sdl: str) -> dict[str, SubgraphSchema]:
    schemas = [schema for name, text in sdl.items() if (schema := read_subgraph(name, "", text).schema)]
    upgraded, errors = upgrade_subgraphs(schemas)
    assert errors == []
    return {schema.name: upgraded[schema].schema if schema in upgraded else schema for schema in schemas}


def error_codes(**sdl: str) -> list[str]:
    schemas = [schema for name, text in sdl.items() if (schema := read_subgraph(name, "", text).schema)]
    return [error.code for error in upgrade_subgraphs(schemas)[1]]


OWNER = 'type Query { a: A } type A @key(fields: "id") { id: ID! x: Int y: Int }'


def test_key_fields_of_an_extension_are_resolved() -> None:
    """Marking them external was custom, not meaning."""
    schema = upgrade(owner=OWNER, other='extend type A @key(fields: "id") { id: ID! @external z: Int }')["other"]
    assert find_facts(schema).external == frozenset()
    assert not has(schema.types["A"].fields["id"], "external")


def test_external_fields_that_nothing_needs_are_dropped() -> None:
    """Federation 1 did not mind them."""
    schema = upgrade(owner=OWNER, other='extend type A @key(fields: "id") { id: ID! @external x: Int @external }')[
        "other"
    ]
    assert list(schema.types["A"].fields) == ["id"]


def test_required_fields_that_are_resolved_here_are_left_out() -> None:
    """What is not external had no effect in ``@requires``."""
    other = (
        'extend type A @key(fields: "id") { id: ID! @external x: Int @external w: Int z: Int @requires(fields: "x w") }'
    )
    schema = upgrade(owner=OWNER, other=other)["other"]
    assert [fields_text(d) for d in applied(schema.types["A"].fields["z"], "requires")] == ["x"]


def test_value_types_and_doubled_fields_are_shareable() -> None:
    """Value types in several subgraphs, and entity fields that several resolve; key fields are so anyway."""
    value = "type V { x: Int }"
    found = upgrade(
        owner=f"{OWNER} {value}", other=f'extend type A @key(fields: "id") {{ id: ID! @external y: Int }} {value}'
    )
    assert find_facts(found["owner"]).shareable == {"A.id", "A.y", "V.x"}


def test_federation_2_subgraphs_stay_as_they_are() -> None:
    """Only what was written for Federation 1 is rewritten."""
    text = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0") type B { x: Int }'
    young = read_subgraph("young", "", text).schema
    assert upgrade(owner=OWNER, young=text)["young"] is young


def test_an_extension_needs_a_definition_of_its_kind_elsewhere() -> None:
    """Extending what nobody defines, or what others define as another kind, is an error."""
    assert error_codes(owner=OWNER, other="extend type B { x: Int }") == ["EXTENSION_WITH_NO_BASE"]
    assert error_codes(owner=f"{OWNER} input B {{ x: Int }}", other="extend type B { x: Int }") == [
        "EXTENSION_WITH_NO_BASE"
    ]


def test_a_key_on_an_interface_cannot_serve_interface_objects() -> None:
    """In Federation 1 it meant nothing, so it cannot tell which implementation a key belongs to."""
    interface = 'type Query { i: I } interface I @key(fields: "id") { id: ID! } type T implements I { id: ID! }'
    head = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"]) '
    text = head + 'type I @interfaceObject @key(fields: "id") { id: ID! }'
    assert error_codes(old=interface, young=text) == ["INTERFACE_OBJECT_USAGE_ERROR"]


def test_a_type_of_unused_external_fields_is_dropped_or_refused() -> None:
    """Dropped where nothing speaks of it; where a field returns it, nothing would be left to return."""
    lonely = "extend type A { x: Int @external }"
    assert "A" not in upgrade(owner=OWNER, other=lonely)["other"].types
    assert error_codes(owner=OWNER, other=f"{lonely} type Query {{ a: A }}") == ["TYPE_WITH_ONLY_UNUSED_EXTERNAL"]
