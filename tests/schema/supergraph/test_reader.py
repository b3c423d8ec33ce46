"""Reading a supergraph: what each subgraph knows, and what clients may see."""

import pytest
from graphql import parse, print_schema

from gateway.errors import SupergraphError
from gateway.schema.selection import print_selections
from gateway.schema.supergraph import OverrideLabel, TypeKind, read_supergraph
from gateway.types import OperationKind

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
{ query: Query }
enum join__Graph {
  SHOP @join__graph(name: "shop", url: "http://shop")
  CATALOG_1 @join__graph(name: "catalog-1", url: "http://catalog")
}
"""

SUPERGRAPH = (
    HEAD
    + """
type Query @join__type(graph: SHOP) @join__type(graph: CATALOG_1) {
  items: [Item!]! @join__field(graph: CATALOG_1, provides: "name")
  item(id: ID!, secret: Int @inaccessible): Item @join__field(graph: SHOP)
}
interface Item @join__type(graph: CATALOG_1, key: "id") @join__type(graph: SHOP, key: "id", isInterfaceObject: true) {
  id: ID!
  name: String @join__field(graph: CATALOG_1, external: true)
  price: Int @join__field(graph: SHOP)
}
type Book implements Item
  @join__implements(graph: CATALOG_1, interface: "Item")
  @join__type(graph: CATALOG_1, key: "id", resolvable: false)
  @context(name: "CATALOG_1__page")
{
  id: ID!
  name: String
  price: Int @join__field
  old: Int @join__field(graph: CATALOG_1, override: "shop", overrideLabel: "percent(5)", requires: "id")
  tax: Int @join__field(graph: CATALOG_1, contextArguments: [
    {context: "CATALOG_1__page", name: "rate", type: "Int", selection: "{ old }"}])
  hidden: Colour @inaccessible
}
union Thing @join__type(graph: CATALOG_1) @join__unionMember(graph: CATALOG_1, member: "Book") = Book
enum Colour @join__type(graph: SHOP) @join__type(graph: CATALOG_1) {
  RED @join__enumValue(graph: SHOP) @join__enumValue(graph: CATALOG_1)
  BLUE @join__enumValue(graph: SHOP) @inaccessible
}
"""
)


def test_a_subgraph_keeps_the_name_its_owner_gave_it() -> None:
    """Graph enum values are sanitised; @join__graph tells the real name, and subgraphs are sorted by it."""
    subgraphs = read_supergraph(SUPERGRAPH).subgraphs
    assert [(s.name, s.url, s.join_name) for s in subgraphs.values()] == [
        ("catalog-1", "http://catalog", "CATALOG_1"),
        ("shop", "http://shop", "SHOP"),
    ]


def test_a_document_reads_like_its_text() -> None:
    """The composer hands over a document, and nothing is parsed twice."""
    assert read_supergraph(parse(SUPERGRAPH)).subgraphs == read_supergraph(SUPERGRAPH).subgraphs


def test_the_api_schema_shows_only_what_is_accessible() -> None:
    """No join definitions, no inaccessible fields, arguments or enum values."""
    supergraph = read_supergraph(SUPERGRAPH)
    public, full = print_schema(supergraph.api_schema), print_schema(supergraph.full_schema)
    assert "join__" not in public
    assert "join__" not in full
    assert "hidden" not in public
    assert "hidden" in full
    assert "secret" not in public
    assert "BLUE" not in public


def test_types_are_known_per_subgraph() -> None:
    """Keys, interface objects, runtime types, members and enum values differ by subgraph."""
    supergraph = read_supergraph(SUPERGRAPH)
    catalog, shop = supergraph.subgraphs["catalog-1"].types, supergraph.subgraphs["shop"].types
    assert shop["Item"].is_interface_object
    assert shop["Item"].runtime_types == ()
    assert catalog["Item"].runtime_types == ("Book",)
    assert [(print_selections(k.selections), k.resolvable) for k in catalog["Book"].keys] == [("id", False)]
    assert "Book" not in shop
    assert catalog["Thing"].runtime_types == ("Book",)
    assert (catalog["Colour"].values, shop["Colour"].values) == (("RED",), ("RED", "BLUE"))
    assert catalog["Book"].contexts == ("CATALOG_1__page",)


def test_fields_are_known_per_subgraph() -> None:
    """A field without @join__field is everywhere; one with it only where it says; one without a graph nowhere."""
    supergraph = read_supergraph(SUPERGRAPH)
    catalog, shop = supergraph.subgraphs["catalog-1"].types, supergraph.subgraphs["shop"].types
    assert set(shop["Item"].fields) == {"id", "price"}
    assert set(catalog["Book"].fields) == {"id", "name", "old", "tax", "hidden"}
    assert catalog["Item"].fields["name"].is_external
    assert print_selections(catalog["Query"].fields["items"].provides) == "name"
    assert catalog["Book"].fields["old"].label == OverrideLabel("percent(5)", when=True)
    assert catalog["Book"].fields["tax"].contexts[0].name == "rate"
    assert supergraph.labels == ("percent(5)",)


def test_the_full_schema_is_in_tables() -> None:
    """Possible types, kinds, interfaces, field types and root types come from the full schema."""
    supergraph = read_supergraph(SUPERGRAPH)
    assert supergraph.possible_types["Item"] == ("Book",)
    assert supergraph.kinds["Thing"] is TypeKind.UNION
    assert supergraph.interfaces["Book"] == ("Item",)
    assert supergraph.field_types["Query"]["items"] == "[Item!]!"
    assert supergraph.root_types == {OperationKind.QUERY: "Query"}


def test_an_unknown_feature_for_security_is_refused_by_name() -> None:
    """Serving it without the feature would show what must be hidden."""
    text = SUPERGRAPH.replace(
        "{ query: Query }", '@link(url: "https://example.com/vault/v1.0", for: SECURITY) { query: Query }'
    )
    with pytest.raises(SupergraphError, match=r"https://example\.com/vault/v1\.0 for SECURITY"):
        read_supergraph(text)


def test_a_specification_may_be_renamed_and_its_names_imported() -> None:
    """`as` changes the namespace, `import` single names; the reader follows both."""
    text = (
        SUPERGRAPH.replace('join/v0.5"', 'join/v0.5", as: "j", import: [{name: "@field", as: "@at"}]')
        .replace("@join__field", "@at")
        .replace("join__", "j__")
        .replace('inaccessible/v0.2"', 'inaccessible/v0.2", import: [{name: "@inaccessible", as: "@private"}]')
        .replace("@inaccessible ", "@private ")
        .replace("@inaccessible)", "@private)")
        .replace("@inaccessible\n", "@private\n")
    )
    renamed, plain = read_supergraph(text), read_supergraph(SUPERGRAPH)
    assert renamed.subgraphs == plain.subgraphs
    assert print_schema(renamed.api_schema) == print_schema(plain.api_schema)


FIRST = """
schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1")
{ query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query { users: [User] @join__field(graph: A) page: Page }
type User @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A)
  name: String
  score(max: Int): Int @join__field(graph: B, requires: "name")
}
type Page { size: Int }
"""


def test_clients_do_not_see_what_the_partition_directives_are_made_of() -> None:
    """Its enum and input object are the specification's, whoever composed it; without the link such a type is an author's own."""
    own = SUPERGRAPH + "enum GatherStrategy { SUM } input GatherOrder { by: String! }"
    link = 'schema @link(url: "https://specs.tongfen.dev/partition/v0.1", import: ["@gather"])'
    hidden = read_supergraph(own.replace("schema", link, 1))
    assert not {"GatherStrategy", "GatherOrder"} & set(hidden.api_schema.type_map)
    assert "GatherStrategy" in read_supergraph(own).api_schema.type_map


def test_federation_1_supergraphs_are_read() -> None:
    """Join v0.1: unmarked entity fields live with the owner, key fields wherever the key is, value types everywhere."""
    supergraph = read_supergraph(FIRST)
    a, b = supergraph.subgraphs["a"].types, supergraph.subgraphs["b"].types
    assert set(a["User"].fields) == {"id", "name"}
    assert set(b["User"].fields) == {"id", "score"}
    assert set(b["Page"].fields) == {"size"}
    assert set(b["Query"].fields) == {"page"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type Query {", "not GraphQL"),
        ("type Query { a: Int }", "links no join specification"),
        (
            'schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query } type Query { a: Int }',
            "names no subgraph",
        ),
        (HEAD.replace("query: Query", "query: Missing"), "does not make a schema"),
        (
            HEAD + 'type Query @join__type(graph: SHOP) { a: Int @join__field(graph: SHOP, requires: "a {") }',
            "cannot be read",
        ),
    ],
)
def test_what_is_not_a_supergraph_is_refused(text: str, reason: str) -> None:
    """A refusal says what is wrong."""
    with pytest.raises(SupergraphError, match=reason):
        read_supergraph(text)
