"""Printing a supergraph."""

from graphql import parse

from gateway.schema.supergraph.printer import print_supergraph

SDL = '''schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
{
  query: Query
}

"""
What "@mark" means.
"""
directive @mark(
  "How much."
  level: Int! = 3
  names: [String!]
) repeatable on FIELD_DEFINITION | OBJECT

enum Colour
  @mark(level: 1)
{
  "like fire"
  RED @deprecated(reason: "too \\"hot\\"")
  BLUE
}

input Filter @oneOf {
  colour: Colour = RED
  box: Box = { x: [1, 2], y: null }
}
'''


def test_printing_what_was_parsed_prints_the_same_again() -> None:
    """Descriptions, defaults, directives and arguments survive any number of turns."""
    once = print_supergraph(parse(SDL))
    assert print_supergraph(parse(once)) == once
    assert "names: [String!]" in once
    assert '@deprecated(reason: "too \\"hot\\"")' in once


def test_a_type_with_directives_has_each_on_its_own_line() -> None:
    """A supergraph's types carry one and more for every subgraph."""
    sdl = 'type A implements B & C @join__type(graph: X) @join__type(graph: Y, key: "id") { id: ID! }'
    assert print_supergraph(parse(sdl)) == (
        'type A implements B & C\n  @join__type(graph: X)\n  @join__type(graph: Y, key: "id")\n{\n  id: ID!\n}\n'
    )


def test_a_union_names_its_members_after_its_directives() -> None:
    """With and without directives."""
    assert print_supergraph(parse("union U = A | B")) == "union U = A | B\n"
    assert print_supergraph(parse("union U @x = A")) == "union U\n  @x\n  = A\n"
