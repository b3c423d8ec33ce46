"""A contract gives a supergraph, or the reasons why what it leaves is no schema."""

from gateway.schema import Subgraph, compose
from gateway.schema.composition.contract import Contract, derive_contract
from gateway.schema.supergraph import Supergraph

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])
type Query { offer: Offer  cost: Cost @tag(name: "internal") }
type Offer { id: ID! secret: Int @tag(name: "internal") }
type Cost @tag(name: "internal") { amount: Int @tag(name: "number") }
"""


def source() -> Supergraph:
    supergraph = compose([Subgraph("core", "http://core", SDL)]).supergraph
    assert supergraph is not None
    return supergraph


def test_a_contract_gives_a_supergraph() -> None:
    """Its public schema lacks what the contract hides; its subgraphs still resolve all of it."""
    result = derive_contract(source(), Contract(exclude=frozenset({"internal"})))
    assert result.supergraph is not None
    assert "Cost" not in result.supergraph.api_schema.type_map
    assert "secret" in result.supergraph.subgraphs["core"].types["Offer"].fields
    assert "@inaccessible" in (result.supergraph_sdl or "")


def test_a_contract_that_leaves_no_schema_says_why() -> None:
    """A field is shown whose type is hidden."""
    sdl = SDL.replace('cost: Cost @tag(name: "internal")', "cost: Cost")
    supergraph = compose([Subgraph("core", "http://core", sdl)]).supergraph
    assert supergraph is not None
    result = derive_contract(supergraph, Contract(exclude=frozenset({"internal"})))
    assert [(error.code, error.coordinate) for error in result.errors] == [("REFERENCED_INACCESSIBLE", "Query.cost")]
    assert result.supergraph_sdl is None


def test_a_contract_that_hides_every_query_says_so() -> None:
    """Nothing of the query root has an included tag."""
    result = derive_contract(source(), Contract(include=frozenset({"unknown"})))
    assert [error.code for error in result.errors] == ["QUERY_ROOT_TYPE_INACCESSIBLE"]
