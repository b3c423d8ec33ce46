"""What a supergraph says about caching, by subgraph."""

from gateway.resolvers.cache.directives import Hint, read_directives
from gateway.resolvers.cache.policy import Policy
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, read_supergraph

HEAD = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@composeDirective"])
  @link(url: "https://example.org/cache/v0.1", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
"""
LEFT = """
type Query { hit: Hit }
union Hit @cacheControl(maxAge: 5) = Buoy
type Buoy @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! depth: Int @shareable owner: String @cacheControl(scope: PRIVATE) }
"""
RIGHT = """
type Query { tide: Int }
type Buoy @key(fields: "id") @cacheControl(maxAge: 10) { id: ID! depth: Int @shareable }
"""


def composed() -> Supergraph:
    found = compose([Subgraph(name, f"http://{name}/", HEAD + sdl) for name, sdl in (("left", LEFT), ("right", RIGHT))])
    assert found.supergraph_sdl is not None, found.errors
    return read_supergraph(found.supergraph_sdl)


def test_each_subgraph_speaks_for_itself() -> None:
    """Where two say different things of one type, each keeps its own."""
    directives = read_directives(composed())
    assert directives.hint("Buoy", "left") == Hint(Policy(60))
    assert directives.hint("Buoy", "right") == Hint(Policy(10))
    assert directives.hint("Buoy.owner", "left") == Hint(Policy(private=True))
    assert directives.hint("Buoy.owner", "right") is None


def test_what_only_the_composed_form_says_holds_for_all() -> None:
    """A union's directive, or that of another composer, comes without the subgraph that wrote it."""
    directives = read_directives(composed())
    assert directives.hint("Hit", "left") == directives.hint("Hit", "right") == Hint(Policy(5))
