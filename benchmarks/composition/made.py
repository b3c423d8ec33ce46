"""A made-up market of many large subgraphs: entities, value types and enums that refer to one another across subgraphs."""

from typing import Any, Final

LINK: Final = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
TYPES_BY_SUBGRAPH: Final = 48
"""So many that eleven subgraphs have about 120 kB of text."""


def make_subgraphs(count: int) -> list[dict[str, Any]]:
    """``count`` subgraphs: each owns its types, and adds a field to some of its neighbour's."""
    return [{"name": f"s{n}", "url": f"http://s{n}", "sdl": _sdl(n, count)} for n in range(count)]


def _sdl(own: int, count: int) -> str:
    parts = [LINK, "type Money @shareable { amount: Int! currency: Currency! }", "enum Currency { CNY EUR }"]
    parts.append(
        "type Query {" + " ".join(f"t{own}x{i}(id: ID!): T{own}x{i}" for i in range(0, TYPES_BY_SUBGRAPH, 8)) + "}"
    )
    for i in range(TYPES_BY_SUBGRAPH):
        other = (i * 7 + 3) % TYPES_BY_SUBGRAPH
        parts.append(
            f'"The type number {i} of subgraph {own}"\ntype T{own}x{i} @key(fields: "id") {{\n  id: ID!\n'
            f'  "What it is called"\n  name: String!\n  note(first: Int = 10, after: String): [String!]!\n'
            f"  price: Money\n  next: T{own}x{other}\n}}"
        )
    neighbour = (own + 1) % count
    parts.extend(
        f'type T{neighbour}x{i} @key(fields: "id") {{ id: ID! seenBy{own}: [T{own}x{i}!]! }}'
        for i in range(0, TYPES_BY_SUBGRAPH, 4)
    )
    return "\n".join(parts)
