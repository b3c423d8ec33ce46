"""Reading one subgraph: links, names, definitions with their extensions, defaults."""

from graphql import print_ast

from gateway.schema.subgraph import SubgraphSchema, find_facts, read_subgraph
from gateway.schema.subgraph.model import applied, has
from gateway.types import OperationKind

FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{imports}])\n'


def read(sdl: str, *imports: str) -> SubgraphSchema:
    """A subgraph of federation 2.9 with imports, or of Federation 1 without."""
    head = FEDERATION.replace("{imports}", ", ".join(f'"{name}"' for name in imports)) if imports else ""
    found = read_subgraph("s", "", head + sdl)
    assert found.errors == ()
    assert found.schema is not None
    return found.schema


def codes(sdl: str) -> set[str]:
    return {error.code for error in read_subgraph("s", "", sdl).errors}


def test_a_definition_and_its_extensions_are_one_type() -> None:
    """Fields, interfaces and directives of every block add up."""
    schema = read("type A { x: Int } extend type A implements I @extra { y: Int } interface I { y: Int }")
    assert list(schema.types["A"].fields) == ["x", "y"]
    assert schema.types["A"].interfaces == ("I",)
    assert schema.types["A"].has_definition


def test_root_types_get_their_default_names_everywhere() -> None:
    """Fields and union members that name a root type name it by its default."""
    schema = read("schema { query: Reads } type Reads { again: [Reads!]! }")
    assert schema.roots == {OperationKind.QUERY: "Query"}
    assert schema.types["Query"].fields["again"].type == "[Query!]!"


def test_a_default_name_of_a_root_type_is_for_the_root_type() -> None:
    """Another type called Query beside a renamed root is an error."""
    assert codes("schema { query: Reads } type Reads { a: Int } type Query { b: Int }") == {"ROOT_QUERY_USED"}


def test_a_subgraph_without_a_query_still_has_the_query_root() -> None:
    """Every subgraph answers ``_service`` there; that and ``_entities`` are not for clients."""
    assert read("type A { x: Int }").types["Query"].fields == {}
    assert list(read("type Query { a: Int _service: S } type S { sdl: String }").types["Query"].fields) == ["a"]


def test_renamed_directives_are_known_by_their_own_names() -> None:
    """An import under another name, and a name with the link's prefix, mean the specification's directive."""
    schema = read_subgraph(
        "s",
        "",
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", '
        'import: [{name: "@key", as: "@identity"}]) type A @identity(fields: "x") { x: Int @fed__shareable }',
    ).schema
    assert schema is not None
    assert [d.name for d in applied(schema.types["A"], "key")] == ["identity"]
    assert has(schema.types["A"].fields["x"], "shareable")


def test_a_name_of_a_later_version_cannot_be_imported() -> None:
    """The error says which version has the directive."""
    sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@policy"]) type Query { a: Int }'
    (error,) = read_subgraph("s", "", sdl).errors
    assert error.code == "INVALID_LINK_DIRECTIVE_USAGE"
    assert "v2.6" in error.message
    assert [(place.line, place.column) for place in error.locations] == [(1, 15)]


def test_a_syntax_error_has_its_line_and_column() -> None:
    """What is no GraphQL is reported where it stops being GraphQL."""
    (error,) = read_subgraph("s", "", "type Query {\n  a: \n}").errors
    assert error.code == "INVALID_GRAPHQL"
    assert [(place.subgraph, place.line, place.column) for place in error.locations] == [("s", 3, 1)]


def test_versions_that_do_not_exist_are_refused() -> None:
    """Of federation, of link, and of anything whose url names no version."""
    link = "extend schema @link(url: {url}) type Query {{ a: Int }}".format
    assert codes(link(url='"https://specs.apollo.dev/federation/v7.0"')) == {"UNKNOWN_FEDERATION_LINK_VERSION"}
    assert codes(link(url='"https://specs.apollo.dev/link/v3.0"')) == {"UNKNOWN_LINK_VERSION"}
    both = 'extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://x.dev/y") type Query { a: Int }'
    assert codes(both) == {"INVALID_LINK_IDENTIFIER"}


def test_defaults_are_read_in_the_form_of_their_types() -> None:
    """A string that names an enum's value, and a whole number with a point, are what they stand for."""
    schema = read('type Query { a(e: E = "X", n: [Int] = [1.0]): Int } enum E { X }')
    arguments = schema.types["Query"].fields["a"].arguments
    assert {name: print_ast(a.default) for name, a in arguments.items() if a.default} == {"e": "X", "n": "[1]"}


def test_reading_the_same_text_again_gives_the_same_object() -> None:
    """Composing again after one subgraph changed reads one subgraph."""
    assert read_subgraph("s", "u", "type Query { a: Int }") is read_subgraph("s", "u", "type Query { a: Int }")


def test_shareable_on_a_type_holds_for_its_own_block_only() -> None:
    """Fields of an extension are shared only if the extension says so."""
    schema = read("type A @shareable { x: Int } extend type A { y: Int }", "@shareable")
    assert find_facts(schema).shareable == {"A.x"}


def test_a_key_field_of_an_extension_is_external_in_name_only() -> None:
    """``extend type`` with an external key field resolves that field all the same."""
    schema = read('extend type A @key(fields: "id") { id: ID! @external x: Int @external }', "@key", "@external")
    facts = find_facts(schema)
    assert (facts.external, facts.pretended) == ({"A.x"}, {"A.id"})


def test_what_directives_need_is_used() -> None:
    """Keys, requires, provides and interfaces use fields; provided fields may be external and yet given."""
    schema = read(
        """
        type Query { a: A @provides(fields: "p") }
        type A implements I @key(fields: "id") {
          id: ID! p: Int @external q: Int @external r: Int @requires(fields: "q") s: Int t: Int
        }
        interface I { s: Int }
        """,
        "@key",
        "@external",
        "@requires",
        "@provides",
    )
    facts = find_facts(schema)
    assert facts.used == {"A.id", "A.p", "A.q", "A.s"}
    assert facts.provided == {"A.p"}
