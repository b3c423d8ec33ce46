"""The slot and closure evaluator: what can be had of an object, how soon and at what cost."""

from collections.abc import Iterable

from gateway.schema.query_graph import (
    Evaluator,
    Position,
    QueryGraph,
    Reach,
    Slot,
    at_hand,
    build_query_graph,
    unmet,
)
from gateway.schema.selection import Field, parse_field_set
from gateway.schema.supergraph import read_supergraph


def graph_of(types: str, subgraphs: str = "ABC") -> QueryGraph:
    graphs = " ".join(f'{name} @join__graph(name: "{name.lower()}", url: "")' for name in subgraphs)
    head = f"""
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
    {{ query: Query }}
    enum join__Graph {{ {graphs} }}
    """
    return build_query_graph(read_supergraph(head + types))


def reach_of(graph: QueryGraph, type_name: str, slots: Iterable[Slot], *wanted: str) -> Reach:
    evaluator = Evaluator(graph)
    position = Position(type_name)
    evaluator.want(position, wanted)
    return evaluator.close(position, at_hand(position, slots), None)


CHAIN = """
type Query @join__type(graph: A) { user: User @join__field(graph: A) }
type User @join__type(graph: A) @join__type(graph: B, key: "id") @join__type(graph: B, key: "mail") @join__type(graph: C, key: "mail") {
  id: ID! @join__field(graph: A) @join__field(graph: B)
  mail: String @join__field(graph: B) @join__field(graph: C)
  age: Int @join__field(graph: C)
  tax(year: Int): Int @join__field(graph: A, external: true) @join__field(graph: B, requires: "age")
}
"""


def test_a_jump_comes_one_wave_after_its_inputs() -> None:
    """The keys chain: `id` leads to b, whose `mail` leads to c."""
    table = reach_of(graph_of(CHAIN), "User", [Slot("a", "User")]).table
    assert {slot.graph: (entry.wave, entry.cost) for slot, entry in table.items()} == {
        "a": (0, 0),
        "b": (1, 1),
        "c": (2, 2),
    }


def test_a_required_field_makes_a_jump_wait_even_into_the_same_subgraph() -> None:
    """`tax` needs `age` from c, which needs `mail` from b: back to b in wave 3, and the slot offers only `tax`."""
    graph = graph_of(CHAIN)
    table = reach_of(graph, "User", [Slot("a", "User")], "tax").table
    slot = Slot("b", "User", (), "tax")
    assert table[slot].wave == 3
    assert graph.supplies(slot, "tax") is not None
    assert graph.supplies(slot, "mail") is None
    assert graph.supplies(Slot("b", "User"), "tax") is None


def test_a_conditional_field_nobody_wants_is_not_tried() -> None:
    """Only wanted conditional fields have slots."""
    table = reach_of(graph_of(CHAIN), "User", [Slot("a", "User")]).table
    assert all(slot.only == "" for slot in table)


def test_a_key_that_is_not_resolvable_is_no_entrance() -> None:
    """It can be read, but nothing enters by it."""
    graph = graph_of(CHAIN.replace('graph: B, key: "id"', 'graph: B, key: "id", resolvable: false'))
    assert [s.graph for s in reach_of(graph, "User", [Slot("a", "User")]).table] == ["a"]


NESTED = """
type Query @join__type(graph: A) { p: P @join__field(graph: A) }
type P @join__type(graph: A, key: "q { id }") @join__type(graph: B, key: "q { id }") {
  q: Q @join__field(graph: A) @join__field(graph: B)
  size: Int @join__field(graph: B)
}
type Q @join__type(graph: A, key: "p { size }") @join__type(graph: B, key: "p { size }") {
  id: ID! @join__field(graph: B)
  p: P @join__field(graph: A) @join__field(graph: B)
}
"""


def test_keys_that_nest_through_each_other_end() -> None:
    """P by `q { id }`, Q by `p { size }`: neither can be entered, and the search for it stops."""
    assert [s.graph for s in reach_of(graph_of(NESTED), "P", [Slot("a", "P")]).table] == ["a"]


ABSTRACT = """
type Query @join__type(graph: A) { node: Node @join__field(graph: A) }
interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! name: String }
type X implements Node @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! name: String @join__field(graph: A)
}
type Y implements Node @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! name: String @join__field(graph: A, external: true) @join__field(graph: B)
}
"""


def test_an_interface_field_counts_only_if_every_type_gives_it() -> None:
    """Y has `name` elsewhere, so a cannot give Node.name; type by type it can be had, for one jump."""
    graph = graph_of(ABSTRACT)
    slot = Slot("a", "Node")
    assert graph.supplies(slot, "id") is not None
    assert graph.supplies(slot, "name") is None
    found = Evaluator(graph).cheapest_explosion(reach_of(graph, "Node", [slot]), Field("name"))
    assert found is not None
    assert (found[0].cost, found[0].wave, found[1]) == (1, 1, slot)


def test_a_view_makes_external_fields_readable() -> None:
    """@provides, also behind a type condition."""
    graph = graph_of(
        ABSTRACT.replace(
            "node: Node @join__field(graph: A)", 'node: Node @join__field(graph: A, provides: "... on Y { name }")'
        )
    )
    slot = graph.follow(Slot("a", "Query"), "node")
    assert slot is not None
    assert graph.supplies(slot, "name") is not None
    y = graph.narrow(slot, "Y")
    assert y is not None
    assert y.view == (("name", ()),)


INTERFACE_OBJECT = """
type Query @join__type(graph: A) @join__type(graph: B) { media: Media @join__field(graph: B) }
interface Media @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
  id: ID! title: String @join__field(graph: A) stars: Int @join__field(graph: B)
}
type Book implements Media @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id") {
  id: ID! title: String stars: Int @join__field
}
"""


def test_an_interface_object_cannot_tell_its_type() -> None:
    """`__typename` and everything under a type condition wait for the subgraph that has the real interface."""
    graph = graph_of(INTERFACE_OBJECT)
    slot = Slot("b", "Media")
    assert graph.supplies(slot, "__typename") is None
    evaluator = Evaluator(graph)
    media = evaluator.close(Position("Media"), at_hand(Position("Media"), [slot]), None)
    book = media.position.exploded("Book", None)
    table = evaluator.arrive(book, media.table)
    assert {(s.graph, s.only, e.wave) for s, e in table.items()} == {("a", "", 1), ("b", "!", 1)}


def test_an_implementer_enters_an_interface_object_by_the_interface() -> None:
    """Book has no `stars` of its own; b gives it for Media."""
    graph = graph_of(INTERFACE_OBJECT)
    table = reach_of(graph, "Book", [Slot("a", "Book")]).table
    assert table[Slot("b", "Media")].wave == 1


LABEL = """
type Query @join__type(graph: A) @join__type(graph: B) {
  feed: Int @join__field(graph: A, override: "b", overrideLabel: "canary") @join__field(graph: B, overrideLabel: "canary")
}
"""


def test_a_label_moves_a_field_from_one_subgraph_to_another() -> None:
    """The winner has the field while the label is active, the loser while it is not."""
    graph = graph_of(LABEL, "AB")
    for labels, owner in ((frozenset(), "b"), (frozenset({"canary", "unknown"}), "a")):
        under = graph.under(labels)
        assert [s.graph for s in under.root_slots("Query") if under.supplies(s, "feed")] == [owner]
    assert graph.under(frozenset({"canary"})) is graph.under(frozenset({"canary", "unknown"}))


def test_the_explaining_mode_names_the_fields_out_of_reach() -> None:
    """Down to the nested field, with the object it belongs to."""
    graph = graph_of(NESTED)
    reach = reach_of(graph, "P", [Slot("a", "P")])
    found = list(unmet(Evaluator(graph), reach, parse_field_set("q { p { q { id } } }")))
    assert [(u.reach.position.type, u.field) for u in found] == [("Q", "id")]
