"""A market whose demands lie with many members, and one merged database to hold their answers against."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import msgspec
from graphql import DocumentNode, GraphQLSchema, build_schema, execute_sync, parse, validate

from gateway.errors import SubgraphError
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import Events, HttpAnswer, SubgraphRequest, SubgraphResponse, read_answer
from gateway.resolvers.subgraph_client.partitions import Member, MemberBook, PartitionedClient, PartitionOptions
from gateway.resolvers.subgraph_client.response import read_response
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind

JSON = {"content-type": "application/json"}
LINKS = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  @link(url: "https://specs.tongfen.dev/partition/v0.1", import: ["@partition", "@partitionedBy", "@gather"])
"""
TYPES = """
type Query {
  demand(id: ID!): Demand
  demands(region: ID, regions: [ID!], sort: Sort = NEWEST, first: Int = 3, after: String, last: Int, before: String): DemandConnection!
    @partitionedBy(argument: "region", prefix: 2) @partitionedBy(argument: "regions", prefix: 2)
    @gather(strategy: CONNECTION, order: [{by: "budget ASC, id ASC", when: "CHEAPEST"}, {by: "day DESC, id ASC"}]%(shared)s)
  top(first: Int = 2): [Demand!]! @gather(strategy: CONCAT, order: [{by: "budget DESC, id ASC"}], limit: "first")
  fields: [FieldStatistics!]! @gather(strategy: GROUP, group: "field")
  figures: Figures @gather(strategy: FIELDS)
  newest: String @gather(strategy: MAX)
  oldest: String @gather(strategy: MIN)
  isOpen: Boolean! @gather(strategy: ALL)
  isBusy: Boolean! @gather(strategy: ANY)
  motto: String @gather(strategy: FIRST)
}
type Mutation {
  publish(input: Publication!): Demand @partitionedBy(argument: "input.region", prefix: 2)
}
type Subscription { published(region: ID): Demand @partitionedBy(argument: "region", prefix: 2) }
input Publication { region: ID! title: String! }
enum Sort { NEWEST CHEAPEST }
type Demand @key(fields: "id") @partition(key: "id", prefix: 2) {
  id: ID! day: String! budget: Int title: String field: ID! bids: Int! contact: Contact
}
type Contact { name: String! phone: String }
type DemandConnection { edges: [DemandEdge!]! nodes: [Demand!]! pageInfo: PageInfo! totalCount: Int! @gather(strategy: SUM) }
type DemandEdge { cursor: String! node: Demand! }
type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type FieldStatistics { field: ID! demands: Int! @gather(strategy: SUM) dearest: Int @gather(strategy: MAX) }
type Figures { demands: Int! @gather(strategy: SUM) cheapest: Int @gather(strategy: MIN) }
type Organisation @key(fields: "uscc") { uscc: ID! demands: [Demand!]! @gather(strategy: CONCAT, order: [{by: "id ASC"}]) }
"""
ENTITIES = "union _Entity = Demand | Organisation scalar _Any extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
CORE = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { organisation: Organisation }
type Organisation @key(fields: "uscc") { uscc: ID! name: String! }
"""


@cache
def supergraph(*, shared: bool = True) -> Supergraph:
    """The supergraph of the market, whose members' cursors are places in each other's lists, or are not."""
    sdl = LINKS + TYPES % {"shared": ", sharedCursors: true" if shared else ""}
    result = compose([Subgraph("city", "http://city/", sdl), Subgraph("core", "http://core/", CORE)])
    assert result.supergraph is not None, result.errors
    return result.supergraph


@cache
def executable(types: str) -> GraphQLSchema:
    """What a member of these types executes."""
    directives = """
    directive @key(fields: String!) on OBJECT
    directive @shareable on OBJECT
    directive @partition(key: String!, prefix: Int) on OBJECT
    directive @partitionedBy(argument: String!, prefix: Int) repeatable on FIELD_DEFINITION
    directive @gather(strategy: S!, order: [O!], group: String, limit: String, sharedCursors: Boolean) on FIELD_DEFINITION
    enum S { CONCAT CONNECTION GROUP FIELDS SUM MIN MAX ANY ALL FIRST }
    input O { by: String! when: String }
    """
    return build_schema(directives + types + ENTITIES)


@lru_cache
def valid(schema: GraphQLSchema, query: str) -> DocumentNode:
    """A query that a member can execute."""
    document = parse(query)
    assert not (wrong := validate(schema, document)), wrong
    return document


@dataclass(frozen=True)
class Row:
    """A demand."""

    id: str
    day: str
    budget: int | None
    field: str
    owner: str = "u"

    @property
    def entries(self) -> dict[str, Any]:
        own = {"id": self.id, "day": self.day, "budget": self.budget, "field": self.field}
        return {
            **own,
            "title": f"t{self.id}",
            "bids": 0,
            "contact": {"name": "n", "phone": None},
            "__typename": "Demand",
        }


def newest(row: Row) -> tuple[Any, ...]:
    return (tuple(-ord(letter) for letter in row.day), row.id)


def cheapest(row: Row) -> tuple[Any, ...]:
    return (row.budget is not None, row.budget or 0, row.id)


ORDERS: Mapping[str, Any] = {"NEWEST": newest, "CHEAPEST": cheapest}


class MemberServer:
    """One member: its rows, its types, and how it fails. With ``shared`` cursors a cursor tells what it is after, else which row it is."""

    def __init__(self, rows: Iterable[Row], *, shared: bool = True, types: str | None = None, most: int = 1000) -> None:
        self.rows = list(rows)
        self.shared = shared
        self.schema = executable(TYPES % {"shared": ""} if types is None else types)
        self.most = most
        self.asked: list[SubgraphRequest] = []
        self.failure: SubgraphError | None = None
        self.spoiled: bytes | None = None
        self.gate: asyncio.Event | None = None
        self.headers: dict[str, str] = {}

    async def answer(self, request: SubgraphRequest) -> HttpAnswer:
        self.asked.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise SubgraphError(self.failure.message, subgraph=request.subgraph, code=self.failure.code)
        if self.spoiled is not None:
            return HttpAnswer(200, JSON, self.spoiled)
        entries = msgspec.json.decode(request.body) if request.body else {"variables": dict(request.variables)}
        result = execute_sync(
            self.schema,
            valid(self.schema, request.query),
            root_value=Resolvers(self),
            variable_values=entries.get("variables", {}),
        )
        return HttpAnswer(200, JSON | self.headers, msgspec.json.encode(result.formatted))


class Resolvers:
    """The member's root fields."""

    def __init__(self, server: MemberServer) -> None:
        self._server = server

    def demand(self, _: Any, id: str) -> Any:  # noqa: A002 - the argument's name
        return next((row.entries for row in self._server.rows if row.id == id), None)

    def demands(self, _: Any, sort: str = "NEWEST", **wanted: Any) -> Any:
        key = ORDERS[sort]
        rows = sorted(self._server.rows, key=key)
        after, before = (self._read(wanted.get(name), key) for name in ("after", "before"))
        inside = [row for row in rows if (after is None or key(row) > after) and (before is None or key(row) < before)]
        first, last = wanted.get("first"), wanted.get("last")
        if last is not None:
            page = inside[max(0, len(inside) - min(last, self._server.most)) :]
        else:
            page = inside[: min(first if first is not None else 3, self._server.most)]
        edges = [{"cursor": self._write(row), "node": row.entries} for row in page]
        ends = {"startCursor": edges[0]["cursor"], "endCursor": edges[-1]["cursor"]} if edges else {}
        info = {
            "hasNextPage": bool(rows)
            and (rows[-1] not in page if page else bool(after is None and before is not None)),
            "hasPreviousPage": bool(rows) and (rows[0] not in page if page else bool(after is not None)),
            **ends,
        }
        return {"edges": edges, "nodes": [row.entries for row in page], "pageInfo": info, "totalCount": len(rows)}

    def _write(self, row: Row) -> str:
        content = [row.id, row.day, row.budget] if self._server.shared else [row.id]
        return base64.urlsafe_b64encode(msgspec.json.encode(content)).decode()

    def _read(self, cursor: str | None, key: Any) -> Any:
        if cursor is None:
            return None
        id_, *rest = msgspec.json.decode(base64.urlsafe_b64decode(cursor))
        if self._server.shared:
            day, budget = rest
            return key(Row(id_, day, budget, ""))
        return key(next(row for row in self._server.rows if row.id == id_))

    def top(self, _: Any, first: int | None = None) -> Any:
        rows = sorted(self._server.rows, key=lambda row: (row.budget is None, -(row.budget or 0), row.id))
        return [row.entries for row in rows[:first]]

    def fields(self, _: Any) -> Any:
        names = sorted({row.field for row in self._server.rows})
        return [statistics(name, [row for row in self._server.rows if row.field == name]) for name in names]

    def figures(self, _: Any) -> Any:
        budgets = [row.budget for row in self._server.rows if row.budget is not None]
        return {"demands": len(self._server.rows), "cheapest": min(budgets, default=None)}

    def newest(self, _: Any) -> Any:
        return max((row.day for row in self._server.rows), default=None)

    def oldest(self, _: Any) -> Any:
        return min((row.day for row in self._server.rows), default=None)

    def isOpen(self, _: Any) -> bool:  # noqa: N802 - the field's name
        return bool(self._server.rows)

    def isBusy(self, _: Any) -> bool:  # noqa: N802 - the field's name
        return len(self._server.rows) > 1

    def motto(self, _: Any) -> Any:
        return self._server.rows[0].id if self._server.rows else None

    def publish(self, _: Any, input: Mapping[str, Any]) -> Any:  # noqa: A002 - the argument's name
        row = Row(f"{input['region'][:2]}-{input['title']}", "2026", 1, "f")
        self._server.rows.append(row)
        return row.entries

    def _entities(self, _: Any, representations: Sequence[Mapping[str, Any]]) -> Any:
        return [self._entity(each) for each in representations]

    def _entity(self, representation: Mapping[str, Any]) -> Any:
        if representation["__typename"] == "Demand":
            return self.demand(None, representation["id"])
        mine = [row.entries for row in self._server.rows if row.owner == representation["uscc"]]
        return {"__typename": "Organisation", "uscc": representation["uscc"], "demands": mine}


def statistics(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    budgets = [row.budget for row in rows if row.budget is not None]
    return {"field": name, "demands": len(rows), "dearest": max(budgets, default=None)}


@dataclass
class Market:
    """All members behind one client. ``servers`` are by the names under which they are asked: ``city/33/0``."""

    servers: dict[str, MemberServer]
    client: PartitionedClient = field(init=False)
    book: MemberBook = field(init=False)
    shared: bool = True
    options: PartitionOptions = field(default_factory=lambda: PartitionOptions(lambda _: 30.0))
    sdl: Mapping[str, str] = field(default_factory=dict)
    streams: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        partitions: dict[str, int] = {}
        for name in self.servers:
            _, partition, _ = name.split("/")
            partitions[partition] = partitions.get(partition, 0) + 1
        members = tuple(
            Member(name, tuple(f"http://{name}-{n}/" for n in range(count)), self.sdl.get(name, ""))
            for name, count in partitions.items()
        )
        self.book = MemberBook()
        self.book.replace({"city": members})
        self.client = PartitionedClient(self, self.book, supergraph(shared=self.shared), self.options)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        if request.subgraph == "core":
            data = {"organisation": {"__typename": "Organisation", "uscc": "u"}}
            return HttpAnswer(200, JSON, msgspec.json.encode({"data": data}))
        return await self.servers[request.subgraph].answer(request)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer(request.subgraph, await self.post(request))

    async def subscribe(self, request: SubgraphRequest) -> Events:
        events: AsyncGenerator[bytes, None] = self.streams[request.subgraph](request)
        async for body in events:
            yield read_response(body, {})

    async def close(self) -> None: ...

    async def ask(self, query: str, context: RequestContext | None = None, **variables: Any) -> SubgraphResponse:
        """What the members answer together."""
        kind = OperationKind.MUTATION if query.lstrip().startswith("mutation") else OperationKind.QUERY
        request = SubgraphRequest("city", kind, query, variables, context=context)
        return read_answer("city", await self.client.post(request))

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        response = await self.ask(query, **variables)
        assert not response.errors, response.errors
        assert response.data is not None
        return response.data

    def asked(self) -> set[str]:
        """The partitions that were sent something."""
        return {name.split("/")[1] for name, server in self.servers.items() if server.asked}


def market(rows: Mapping[str, Sequence[Row]], *, shared: bool = True, **more: Any) -> Market:
    """A market with one server for each partition."""
    servers = {f"city/{name}/0": MemberServer(own, shared=shared) for name, own in rows.items()}
    return Market(servers, shared=shared, **more)
