"""A market that stays with another composer can use our gateway: @apollo/composition keeps what says where partitions are.

Run by ``tests/interop/run``, or alone: ``tests/interop/run partitions``. The case's subgraphs and the whole demo market are composed by npm's
composer and by ours; the gateway must read the same of both supergraphs, and gather a page over the one that was composed elsewhere.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

from gateway.resolvers.cache.directives import read_directives
from gateway.resolvers.subgraph_client import SubgraphRequest, read_answer
from gateway.resolvers.subgraph_client.partitions import Member, MemberBook, PartitionedClient, PartitionOptions
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.types import OperationKind
from tests.interop.elsewhere import compose_elsewhere
from tests.resolvers.subgraph_client.partitions.market import MemberServer, Row, market

ROOT: Final = Path(__file__).parents[2]
CASE: Final = ROOT / "tests" / "schema" / "composition" / "cases" / "partitions_are_composed"
SPEAKING: Final = ("partition", "partitionedBy", "gather")


def read_files(files: dict[str, Path]) -> list[Subgraph]:
    return [Subgraph(name, f"http://{name}/graphql", path.read_text(encoding="utf-8")) for name, path in files.items()]


def spoken(supergraph: Supergraph, subgraph: str) -> dict[str, list[Any]]:
    """All that is said of partitions, by coordinate."""
    directives = read_directives(supergraph)
    found: dict[str, list[Any]] = {}
    for coordinate in directives.by_coordinate:
        for name in SPEAKING:
            said = [[name, arguments] for arguments in directives.of(name, coordinate, subgraph)]
            found.setdefault(coordinate, []).extend(said)
    return {coordinate: sorted(said, key=repr) for coordinate, said in found.items() if said}


async def gathered(supergraph: Supergraph) -> Any:
    """A page of two members, by the gateway's client over this supergraph."""
    of = market({"33": [Row("33-1", "2026-01", 1, "f")], "34": [Row("34-1", "2026-02", 2, "f")]})
    members = tuple(Member(name, (f"http://{name}/",)) for name in ("33", "34"))
    client = PartitionedClient(of, MemberBook({"city": members}), supergraph, PartitionOptions(lambda _: 30.0))
    for name in ("33", "34"):
        rows = [Row(f"{name}-1", "2026", 1, "f")]
        of.servers[f"city/{name}/0"] = MemberServer(rows, types=TYPES)
    request = SubgraphRequest("city", OperationKind.QUERY, "{ demands { totalCount edges { node { id } } } }", {})
    return read_answer("city", await client.post(request)).data


TYPES: Final = """
type Query { demand(id: ID!): Demand demands(region: ID, sort: Sort = NEWEST, first: Int, after: String): DemandConnection! organisation: Organisation }
enum Sort { NEWEST CHEAPEST }
type Demand { id: ID! publishedAt: String budget: Int }
type Organisation { uscc: ID! }
type DemandConnection { edges: [DemandEdge!]! pageInfo: PageInfo! totalCount: Int! }
type DemandEdge { cursor: String! node: Demand! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"""


def main() -> int:
    folder = Path(os.environ["PEERS"]) / "composers"
    case = read_files({path.stem: path for path in CASE.glob("*.graphql") if path.stem != "supergraph"})
    demo = read_files({path.parent.name: path for path in sorted((ROOT / "subgraphs").glob("*/schema.graphql"))})
    failures = 0
    for title, subgraphs in (("the case", case), ("the demo market", demo)):
        ours = compose(subgraphs).supergraph
        if ours is None:
            raise SystemExit(f"{title} does not compose")
        theirs = read_supergraph(compose_elsewhere(subgraphs, folder))
        kept, expected = spoken(theirs, "city"), spoken(ours, "city")
        is_same = bool(expected) and kept == expected
        failures += not is_same
        print(
            f"{'ok ' if is_same else 'NO '} {title}: {len(expected)} elements speak of partitions, {len(kept)} after @apollo/composition"
        )
        if title == "the case":
            page = asyncio.run(gathered(theirs))["demands"]
            is_gathered = page["totalCount"] == 2 and len(page["edges"]) == 2
            failures += not is_gathered
            print(f"{'ok ' if is_gathered else 'NO '} {title}: a page of two members is gathered over its supergraph")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
