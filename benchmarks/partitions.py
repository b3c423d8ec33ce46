"""What a gathered page costs: ``python -m benchmarks.partitions``.

One page of 20 demands of 1, 11 and 101 members that answer from memory. CPU: the gateway's own per page, beside the same number of pages that are
fetched from one subgraph each, by the same engine. Latency: members that take between 5 and 50 ms, chosen by chance, at half of the load that
the gateway can bear; each page beside the slowest of its own members. Without HTTP: what is measured is the gathering.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphRequest, SubgraphResponse, read_answer
from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.partitions import Member, MemberBook, PartitionedClient, PartitionOptions
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph

SIZE: Final = 20
COUNTS: Final = (1, 11, 101)
SECONDS: Final = (0.005, 0.05)
SDL: Final = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://specs.tongfen.dev/partition/v0.1", import: ["@partition", "@partitionedBy", "@gather"])
type Query {
  demands(region: ID, first: Int, after: String): DemandConnection! @partitionedBy(argument: "region")
    @gather(strategy: CONNECTION, order: [{by: "publishedAt DESC, id ASC"}], sharedCursors: true)
}
type Demand @key(fields: "id") @partition(key: "id", prefix: 4) {
  id: ID! title: String! publishedAt: String! budget: Int region: String! contact: Contact
}
type Contact { name: String! phone: String! }
type DemandConnection { edges: [DemandEdge!]! pageInfo: PageInfo! totalCount: Int! @gather(strategy: SUM) }
type DemandEdge { cursor: String! node: Demand! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"""
QUERY: Final = """query Page($first: Int) {
  demands(first: $first) {
    totalCount
    edges { node { id title publishedAt budget region contact { name phone } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


class Memory:
    """A ``SubgraphClient`` whose answers are ready: a page of each partition, as a plain or as a gathered request has it."""

    def __init__(self, pages: Mapping[str, bytes], seconds: tuple[float, float] | None = None) -> None:
        self._pages, self._seconds = pages, seconds
        self.slowest = 0.0

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        encode_request(request)
        if self._seconds is not None:
            wait = random.uniform(*self._seconds)  # noqa: S311  # no secret
            self.slowest = max(self.slowest, wait)
            await asyncio.sleep(wait)
        _, _, rest = request.subgraph.partition("/")
        body = self._pages[f"{rest.partition('/')[0]}"]
        return HttpAnswer(200, {"content-type": "application/json"}, body)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer(request.subgraph, await self.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        raise NotImplementedError(request.subgraph)

    async def close(self) -> None: ...


def page(partition: str, *, gathered: bool) -> bytes:
    """A member's page, with what gathering adds to it."""
    nodes = [
        {
            "id": f"{partition}-D-{n:06}",
            "title": f"Cold-rolled steel for bearings, number {n}",
            "publishedAt": f"2026-{12 - n % 12:02}-{28 - n % 28:02}T08:{n:02}:00+08:00",
            "budget": 1_000_000 + n,
            "region": "330106",
            "contact": {"name": "Li", "phone": "0571-8888"},
        }
        for n in range(SIZE)
    ]
    nodes.sort(key=lambda node: str(node["publishedAt"]), reverse=True)
    info = {"hasNextPage": True, "hasPreviousPage": False, "endCursor": "c" * 40}
    demands = {"totalCount": 5000, "edges": [{"node": node} for node in nodes], "pageInfo": info}
    if gathered:
        demands["_gather_edges"] = [
            {
                "_gather_cursor": f"cursor-of-{node['id']}-in-its-own-words",
                "_gather_node": {"_gather_by_0": node["publishedAt"], "_gather_by_1": node["id"]},
            }
            for node in nodes
        ]
        demands["_gather_page"] = {"hasNextPage": True, "hasPreviousPage": False}
    return msgspec.json.encode({"data": {"demands": demands}})


def read() -> Supergraph:
    supergraph = compose([Subgraph("city", "http://city/", SDL)]).supergraph
    if supergraph is None:
        raise SystemExit("The benchmark's own subgraph does not compose.")
    return supergraph


def gathering(count: int, seconds: tuple[float, float] | None = None) -> tuple[Engine, Memory]:
    """An engine in front of so many members."""
    names = [f"{3301 + number}" for number in range(count)]
    memory = Memory({name: page(name, gathered=count > 1) for name in names}, seconds)
    book = MemberBook({"city": tuple(Member(name, (f"http://{name}/",)) for name in names)})
    supergraph = read()
    client = PartitionedClient(memory, book, supergraph, PartitionOptions(lambda _: 30.0, in_flight=100_000))
    return Engine(supergraph, client, options=EngineOptions()), memory


def plain() -> Engine:
    """The same engine in front of one subgraph without members."""
    return Engine(read(), Memory({"": page("3301", gathered=False)}), options=EngineOptions())


async def ask(engine: Engine) -> None:
    response = await engine.execute(GraphQLRequest(QUERY, variables={"first": SIZE}))
    if b'"errors"' in response.body:
        raise SystemExit(response.body.decode()[:500])


async def cpu(engine: Engine, pages: int, at_once: int) -> float:
    """CPU seconds for one lot of ``at_once`` requests, the best of five rounds."""
    for _ in range(3):
        await ask(engine)
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(pages):
            await asyncio.gather(*(ask(engine) for _ in range(at_once)))
        rounds.append((time.process_time() - began) / pages)
    return min(rounds)


async def latency(count: int, pages: int, rate: float) -> tuple[float, float]:
    """The median latency of pages beside the slowest of their members, and that of the 95th percentile; ``rate`` pages a second."""
    ratios: list[float] = []

    async def one() -> None:
        engine, memory = engines.pop()
        memory.slowest = 0.0
        began = time.perf_counter()
        await ask(engine)
        ratios.append((time.perf_counter() - began) / memory.slowest)
        engines.append((engine, memory))

    engines = [gathering(count, SECONDS) for _ in range(8)]
    for engine, _ in engines:
        for _ in range(2):
            await ask(engine)
    tasks = []
    for _ in range(pages):
        while not engines:  # noqa: ASYNC110  # one comes back with each page
            await asyncio.sleep(0.001)
        tasks.append(asyncio.create_task(one()))
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*tasks)
    return statistics.median(ratios), statistics.quantiles(ratios, n=20)[-1]


async def main(pages: int) -> None:
    print(
        "| members | CPU ms a gathered page | CPU ms so many plain pages | share | latency / slowest member: median | 95 % |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for count in COUNTS:
        lots = max(3, pages // count)
        gathered = await cpu(gathering(count)[0], lots, 1)
        fetched = await cpu(plain(), lots, count)
        median, late = await latency(count, max(60, pages // count), min(60.0, 0.5 / gathered))
        print(
            f"| {count} | {gathered * 1000:.2f} | {fetched * 1000:.2f} | {gathered / fetched:.2f} | {median:.2f} | {late:.2f} |"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000, help="How many pages of one member; fewer of many.")
    asyncio.run(main(parser.parse_args().pages))
