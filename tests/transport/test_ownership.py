"""Which sub-market answers which field, as GraphiQL asks for it."""

from collections import defaultdict

from starlette.applications import Starlette

from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.transport.graphiql import ownership_route
from tests.app.markets import SUPERGRAPH
from tests.transport.exchange import exchange

LIST = "/graphiql/supergraph.json"


async def ask(supergraph: Supergraph | None) -> object:
    partitions = defaultdict(tuple, city=("3302", "3301"))
    route = ownership_route(LIST, lambda: supergraph, partitions.__getitem__)
    response = await exchange(Starlette(routes=[route]), "GET", LIST)
    assert response is not None
    assert response.headers["cache-control"] == "no-store"
    return response.json


async def test_each_sub_market_is_listed_with_its_public_fields() -> None:
    """By type, and with the partitions that it has members for; what is hidden from clients is hidden here too."""
    hidden = SUPERGRAPH.replace("title: String @join", "title: String @inaccessible @join").replace(
        "{ query: Query", '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)\n{ query: Query'
    )
    assert await ask(read_supergraph(hidden)) == {
        "subgraphs": [
            {
                "name": "city",
                "partitions": ["3301", "3302"],
                "types": [
                    {"name": "Achievement", "fields": ["id"]},
                    {"name": "Mutation", "fields": ["publish"]},
                    {"name": "Query", "fields": ["achievement"]},
                ],
            },
            {
                "name": "healthcare",
                "partitions": [],
                "types": [{"name": "Achievement", "fields": ["id", "indication"]}],
            },
        ]
    }


async def test_before_there_is_a_supergraph_the_list_is_empty() -> None:
    """And no failure."""
    assert await ask(None) == {"subgraphs": []}
