"""What a gateway is made of beside its engine, and what outlives every supergraph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.app.caching import AnswerCache
from gateway.app.members import open_book
from gateway.app.on_demand import CallbackPart, RegistryPart, open_callbacks, open_registry
from gateway.app.peers import Peers
from gateway.app.seen import make_telemetry
from gateway.app.telemetry import UNSEEN, Telemetry
from gateway.resolvers.cache import Store
from gateway.resolvers.subgraph_client.local import AnswerLocally
from gateway.resolvers.subgraph_client.partitions import MemberBook
from gateway.settings import Settings
from gateway.types import SubgraphName


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that the settings ask for. ``local`` subgraphs are answered in this process; a ``shared`` store is that of all replicas.
    ``members`` are those of partitioned subgraphs, as they are at any time.
    """

    telemetry: Telemetry = UNSEEN
    cache: AnswerCache | None = None
    registry: RegistryPart | None = None
    local: Mapping[SubgraphName, AnswerLocally] = field(default_factory=dict)
    shared: Store | None = None
    members: MemberBook = field(default_factory=MemberBook)
    callbacks: CallbackPart | None = None


def make_parts(settings: Settings, peers: Peers) -> Parts:
    """The parts by the settings. Raises SettingsError for those that cannot be made."""
    registry = open_registry(settings)
    cache = AnswerCache(settings.cache) if settings.cache.enabled else None
    if registry is not None and cache is not None:
        registry.may_call_back(cache.call_back)
    telemetry = make_telemetry(settings, peers)
    if cache is not None:
        telemetry.watch_cache(cache)
    shared = cache.store if cache is not None and settings.cache.redis is not None else None
    local = registry.local if registry else {}
    callbacks = open_callbacks(settings.subscriptions, peers.folder)
    return Parts(telemetry, cache, registry, local, shared, open_book(settings.traffic), callbacks)
