"""The schema of one subgraph, derived from the supergraph."""

from graphql import print_schema, print_type

from gateway.schema.supergraph import derive_subgraph_schema, read_supergraph

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
{ query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) { items: [Item!]! @join__field(graph: A) }
interface Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
  id: ID! price: Int @join__field(graph: B)
}
type Book implements Item @join__implements(graph: A, interface: "Item") @join__type(graph: A, key: "id") {
  id: ID! price: Int @join__field
  pages: Int! @join__field(graph: A, type: "Int!")
}
"""


def test_an_interface_object_is_an_object_in_its_subgraph() -> None:
    """There it is an entity of its own, with only the fields of that subgraph."""
    schema = derive_subgraph_schema(read_supergraph(SUPERGRAPH), "b")
    assert print_type(schema.type_map["Item"]) == "type Item {\n  id: ID!\n  price: Int\n}"
    assert print_type(schema.type_map["_Entity"]) == "union _Entity = Item"


def test_a_subgraph_without_root_fields_still_has_entities() -> None:
    """Every subgraph with keys answers _entities on its query type."""
    schema = derive_subgraph_schema(read_supergraph(SUPERGRAPH), "b")
    assert "_entities(representations: [_Any!]!): [_Entity]!" in print_type(schema.type_map["Query"])


def test_fields_of_other_subgraphs_are_absent() -> None:
    """Only the fields, implementations and types of the subgraph are there."""
    text = print_schema(derive_subgraph_schema(read_supergraph(SUPERGRAPH), "a"))
    assert "price" not in text
    assert "type Book implements Item" in text
