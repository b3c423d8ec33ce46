"""A world of two replicas in front of one subgraph, and a model of it that says of every answer whether it may be given.

Nothing here knows how the cache works. It knows what the data was at every moment, what policies allow, and what was called back when.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.cache import MemoryStore, Store
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.cache.redis_store import RedisStore
from gateway.resolvers.cache.tags import Kinship
from gateway.resolvers.engine import Engine, WholeAnswers
from gateway.resolvers.engine.answers import Varying
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphRequest, SubgraphResponse, read_answer
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions, SubgraphRules
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.resolvers.subgraph_client.response import read_response
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind
from tests.resolvers.cache.entries import Clock

MAX_AGE: Final = 60
REVALIDATE: Final = 30
ERROR: Final = 200
NULL: Final = 10
IDS: Final = ("A1", "A2", "B1", "B2")
PEOPLE: Final = ("ann", "bo", None)
TURNS: Final = (0, 1, 5, 15, 35, 61, 75, 120, 300)

SDL: Final = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
directive @invalidates(tags: [String!], types: [String!]) repeatable on FIELD_DEFINITION
directive @partition(key: String!, prefix: Int) on OBJECT
enum CacheControlScope { PUBLIC PRIVATE }
type Query { listings(city: ID!): [Listing!]! @cacheControl(maxAge: 60) @cacheTag(format: "list-{$args.city}") }
type Mutation { rename(id: ID!): Listing clear(city: ID!): Boolean @invalidates(tags: ["list-{$args.city}"]) }
type Listing @key(fields: "id") @cacheControl(maxAge: 60) @cacheTag(format: "one-{$key.id}") {
  id: ID!
  title: String
  contact: String @cacheControl(scope: PRIVATE)
  MORE
}
"""


def compose_version(version: int) -> Supergraph:
    """The supergraph, of which each version has another field."""
    sdl = SDL.replace("MORE", f"field{version}: Int")
    found = compose([Subgraph("city", "http://city/graphql", sdl)])
    assert found.supergraph is not None, found.errors
    return found.supergraph


VERSIONS: Final = tuple(compose_version(version) for version in range(3))


@dataclass(frozen=True)
class Write:
    """What a listing was from a step on; None: there was none."""

    step: int
    at: float
    value: int | None


@dataclass
class Market:
    """The subgraph. It answers with what it holds when it is asked, which may be long before the answer arrives."""

    clock: Clock
    step: int = 0
    history: dict[str, list[Write]] = field(default_factory=dict)
    is_down: bool = False
    holds_next: bool = False
    held: list[asyncio.Event] = field(default_factory=list)
    numbers: int = 0
    failures: int = 0

    def __post_init__(self) -> None:
        for key in IDS[:3]:
            self.write(key)

    def write(self, key: str) -> None:
        self.numbers += 1
        self.history.setdefault(key, []).append(Write(self.step, self.clock.now, self.numbers))

    def value(self, key: str) -> int | None:
        writes = self.history.get(key)
        return writes[-1].value if writes else None

    def listing(self, key: str, person: str | None, version: int, private: bool) -> dict[str, Any] | None:
        value = self.value(key)
        if value is None:
            return None
        shown = {"id": key, "title": f"{key}/{value}/{version}"}
        return {**shown, "contact": f"{person}"} if private else shown


@dataclass
class Door:
    """A replica's way to the subgraph, as the version of the schema that it serves has it."""

    market: Market
    version: int = 0

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        market = self.market
        body = msgspec.json.encode({"data": self._data(request)})
        is_down = market.is_down
        if market.holds_next:
            market.holds_next = False
            event = asyncio.Event()
            market.held.append(event)
            await event.wait()
        if is_down:
            market.failures += 1
            raise SubgraphError("Subgraph 'city' cannot be reached.", subgraph="city")
        return HttpAnswer(200, {"content-type": "application/json"}, body)

    def _data(self, request: SubgraphRequest) -> dict[str, Any]:
        market, variables = self.market, request.variables
        assert request.context is not None
        person = request.context.claims.get("sub")
        private = "contact" in request.query
        if request.kind is OperationKind.MUTATION:
            if "rename" in request.query:
                if not market.is_down:
                    market.write(variables["id"])
                return {"rename": market.listing(variables["id"], person, self.version, False)}
            return {"clear": True}
        if "r" in variables:
            ids = [each["id"] for each in variables["r"]]
            return {"_entities": [market.listing(key, person, self.version, private) for key in ids]}
        found = [market.listing(k, person, self.version, private) for k in IDS if k.startswith(variables["city"])]
        return {"listings": [each for each in found if each]}

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer("city", await self.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""


class CutStore(RedisStore):
    """A store that can be cut off from its server."""

    is_cut = False

    async def _try(self, call: Callable[[], Awaitable[Any]]) -> Any:
        return None if self.is_cut else await super()._try(call)


@dataclass
class Replica:
    """One gateway. ``bound`` is the step from which data must be, for each listing: it was called back then."""

    store: Store
    door: Door
    client: CachingClient
    engine: Engine
    bound: dict[str, int] = field(default_factory=dict)


OPTIONS: Final = CachingOptions(
    others=SubgraphRules(default=Policy(stale_while_revalidate=REVALIDATE, stale_if_error=ERROR)),
    private_claim="sub",
    null_seconds=NULL,
    lock_seconds=0.04,
)


@dataclass
class World:
    """Replicas, the subgraph, and what was wrong so far."""

    random: Random
    stores: list[Store]
    clock: Clock
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    pending: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clients: list[CachingClient] = []
        self.market = Market(self.clock)
        self.replicas = [self._make(store, Door(self.market)) for store in self.stores]

    def _make(self, store: Store, door: Door) -> Replica:
        client = CachingClient(door, store, VERSIONS[door.version], OPTIONS, clock=self.clock)
        self.clients.append(client)
        answers = WholeAnswers(store, VERSIONS[door.version], OPTIONS, Varying(), clock=self.clock)
        return Replica(store, door, client, Engine(VERSIONS[door.version], client, answers=answers))

    async def run(self, steps: int) -> None:
        """Do so many things at random, then let everything end."""
        asks = {self.ask: 10, self.ask_list: 4, self.ask_whole: 4}
        others = {self.turn: 4, self.rename: 2, self.call_back: 2, self.hold: 3, self.release: 3, self.mutate: 3}
        others |= dict.fromkeys((self.clear, self.fail, self.publish, self.cut, self.create), 1)
        # Each world has likings of its own: what is rare in most is common in some, and what comes between is not there in others.
        weights = {**asks, **{action: weight * self.random.choice((0, 1, 1, 3)) for action, weight in others.items()}}
        actions = [action for action, weight in weights.items() for _ in range(weight)]
        for _ in range(steps):
            self.market.step += 1
            await self.random.choice(actions)()
        await self.release()
        while self.pending:
            await asyncio.gather(*self.pending)
        for client in self.clients:
            await client.close()

    # What happens

    async def ask(self) -> None:
        """Ask for some listings, as someone, on one replica."""
        keys = self.random.sample(IDS, self.random.randint(1, 3))
        private = self.random.random() < 0.3
        fields = "id title contact" if private else "id title"
        query = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Listing {{ {fields} }} }} }}"
        variables = {"r": [{"__typename": "Listing", "id": key} for key in keys]}
        await self._start(query, variables, keys, private)

    async def ask_list(self) -> None:
        """Ask for all of a partition."""
        city = self.random.choice("AB")
        keys = [key for key in IDS if key.startswith(city)]
        await self._start("query($city: ID!) { listings(city: $city) { id title } }", {"city": city}, keys, False)

    async def ask_whole(self) -> None:
        """The same through an engine, which keeps whole answers; at times with what is private."""
        city = self.random.choice("AB")
        keys = [key for key in IDS if key.startswith(city)]
        private = self.random.random() < 0.3
        fields = "id title contact" if private else "id title"
        query = f"query($city: ID!) {{ listings(city: $city) {{ {fields} }} }}"
        await self._start(query, {"city": city}, keys, private, whole=True)

    async def turn(self) -> None:
        """Time goes by."""
        self.clock.now += self.random.choice(TURNS)

    async def rename(self) -> None:
        """The data changes, and nobody says so."""
        key = self.random.choice(IDS[:3])
        self.market.write(key)

    async def create(self) -> None:
        """What was not there is."""
        self.market.write(IDS[3])

    async def fail(self) -> None:
        """The subgraph goes down, or comes back."""
        self.market.is_down = not self.market.is_down

    async def hold(self) -> None:
        """The next answer takes long."""
        self.market.holds_next = True

    async def release(self) -> None:
        """Held answers arrive."""
        self.market.holds_next = False
        for event in self.market.held:
            event.set()
        self.market.held.clear()
        await asyncio.sleep(0)

    async def publish(self) -> None:
        """One replica serves another version of the schema, with the same store."""
        number = self.random.randrange(len(self.replicas))
        old = self.replicas[number]
        door = Door(self.market, self.random.randrange(len(VERSIONS)))
        self.replicas[number] = self._make(old.store, door)
        self.replicas[number].bound = old.bound

    async def cut(self) -> None:
        """One replica loses its connection to the store's server, or gets it back."""
        store = self.random.choice(self.stores)
        if isinstance(store, CutStore):
            store.is_cut = not store.is_cut

    async def mutate(self) -> None:
        """Change a listing through the gateway."""
        key = self.random.choice(IDS[:3])
        replica = self.random.choice(self.replicas)
        self.market.holds_next = False
        is_down = self.market.is_down
        await self._mutate(replica, "mutation($id: ID!) { rename(id: $id) { id title } }", {"id": key})
        await self._bind(replica, IDS if is_down else [key])

    async def clear(self) -> None:
        """Call back a partition's list by a mutation; single listings are not in it."""
        replica = self.random.choice(self.replicas)
        self.market.holds_next = False
        await self._mutate(replica, "mutation($city: ID!) { clear(city: $city) }", {"city": "A"})
        await self._bind(replica, ["list A"])

    async def call_back(self) -> None:
        """Invalidate by name."""
        replica, kinship = self.random.choice(self.replicas), Kinship(VERSIONS[0])
        key = self.random.choice(IDS)
        kind = self.random.choice(("entity", "type", "tag", "list", "subgraph"))
        every = [*IDS, "list A", "list B"]
        tags, bound = {
            "entity": (tuple(kinship.entity_tags("Listing", {"id": key})), [key]),
            "type": (tuple(kinship.type_tags("Listing")), every),
            "tag": ((f"u:one-{key}",), [f"one {key}"]),
            "list": ((f"u:list-{key[0]}",), [f"list {key[0]}"]),
            "subgraph": (("s:city",), every),
        }[kind]
        self._say(f"call back {kind} {key}")
        done = await replica.store.invalidate(tags)
        await self._bind(replica, bound, everywhere=done.everywhere)

    # What must hold

    async def _mutate(self, replica: Replica, query: str, variables: dict[str, Any]) -> None:
        context = RequestContext(claims={"sub": "ann"})
        self._say(f"mutate {variables}")
        request = SubgraphRequest("city", OperationKind.MUTATION, query, variables, context=context)
        with contextlib.suppress(SubgraphError):
            await replica.client.post(request)

    async def _bind(self, replica: Replica, names: Any, *, everywhere: bool | None = None) -> None:
        """From now on this replica gives nothing older; the others too, unless they cannot be told yet."""
        if everywhere is None:
            everywhere = not isinstance(replica.store, CutStore) or not replica.store.is_cut
        bound = self.replicas if everywhere else [each for each in self.replicas if each.store is replica.store]
        for each in bound:
            each.bound.update(dict.fromkeys(names, self.market.step))

    async def _start(
        self, query: str, variables: dict[str, Any], keys: list[str], private: bool, *, whole: bool = False
    ) -> None:
        replica = self.random.choice(self.replicas)
        person = self.random.choice(PEOPLE)
        context = RequestContext(claims={"sub": person} if person else {})
        request = SubgraphRequest("city", OperationKind.QUERY, query, variables, context=context)
        self._say(f"ask {keys} as {person} private={private} down={self.market.is_down}")
        check = self._check(replica, request, keys, person, private, whole)
        task = asyncio.create_task(check)
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)
        await asyncio.wait([task], timeout=0.01 if self.market.held or self.market.holds_next else None)

    async def _check(
        self,
        replica: Replica,
        request: SubgraphRequest,
        keys: list[str],
        person: str | None,
        private: bool,
        whole: bool,
    ) -> None:
        now, bound, version = self.clock.now, dict(replica.bound), replica.door.version
        failures = self.market.failures
        response = await (ask_engine if whole else ask_client)(replica, request)
        if response is None:
            return
        data = response.data or {}
        failed = {error["path"][1] for error in response.errors if len(error.get("path", [])) > 1}
        is_list = "listings" in data
        found = (
            {each["id"]: each for each in data["listings"]}
            if is_list
            else dict(zip(keys, data["_entities"], strict=True))
        )
        for number, key in enumerate(keys):
            if number in failed and not is_list:
                continue
            names = [key, f"one {key}"]
            if is_list:  # One that is not in a list is nothing that the list could be called back for.
                names = [f"list {key[0]}", *([key] if key in found else [])]
            least = max((bound.get(name, 0) for name in names), default=0)
            stale = ERROR if self.market.failures > failures else REVALIDATE
            self._check_one(
                key, found.get(key), version, person if private else None, least, now, stale, private, is_list
            )

    def _check_one(
        self,
        key: str,
        listing: dict[str, Any] | None,
        version: int,
        person: str | None,
        least: int,
        now: float,
        stale: int,
        private: bool,
        is_list: bool,
    ) -> None:
        value = None
        if listing is not None:
            name, number, of_version = listing["title"].split("/")
            value = int(number)
            if name != key:
                self._fault(f"{key} got the data of {name}")
            if int(of_version) != version:
                self._fault(f"{key} is of schema {of_version}, and {version} is served")
            if private and listing["contact"] != str(person):
                self._fault(f"{person} got the contact of {listing['contact']}")
        lifetime = (MAX_AGE + stale) if listing is not None or is_list else NULL
        if not self._was(key, value, since=now - lifetime, least=least):
            self._fault(f"{key} is {value} at {now}, not current since {now - lifetime} and step {least}")

    def _was(self, key: str, value: int | None, *, since: float, least: int) -> bool:
        """Whether a listing had this value at some moment after ``since``, and at some step from ``least`` on."""
        writes = [Write(-1, 0.0, None), *self.market.history.get(key, [])]
        for number, write in enumerate(writes):
            if write.value == value:
                end = writes[number + 1] if number + 1 < len(writes) else None
                if end is None or (end.at > since and end.step >= least):
                    return True
        return False

    def _say(self, text: str) -> None:
        self.log.append(f"{self.market.step} {self.clock.now}: {text}")

    def _fault(self, text: str) -> None:
        self.wrong.append(text)
        self._say(f"WRONG {text}")


async def ask_client(replica: Replica, request: SubgraphRequest) -> SubgraphResponse | None:
    """The response; None for a failure."""
    try:
        return read_answer("city", await replica.client.post(request))
    except SubgraphError:
        return None


async def ask_engine(replica: Replica, request: SubgraphRequest) -> SubgraphResponse | None:
    """The same of a whole operation; None where its data is null."""
    assert request.context is not None
    asked = GraphQLRequest(request.query, variables=request.variables, claims=request.context.claims)
    response = read_response((await replica.engine.execute(asked)).body, {})
    return None if response.data is None else response


def memory_world(random: Random) -> World:
    """One replica with its own memory."""
    clock = Clock()
    return World(random, [MemoryStore(limit=1_000_000, clock=clock)], clock)
