"""The settings' keys, their types, defaults and bounds. ``config/gateway.yaml`` shows and explains every one."""

from typing import Annotated

from pydantic import Field, model_validator

from gateway.settings.authentication import Authentication, Authorization
from gateway.settings.cache import Cache
from gateway.settings.compression import Compression
from gateway.settings.cors import Cors
from gateway.settings.documents import Documents
from gateway.settings.registry import Registry
from gateway.settings.section import Count, FilePath, HeaderName, Seconds, Section, UrlPath
from gateway.settings.subscriptions import StreamProtocolSetting, Subscriptions
from gateway.settings.supergraph import SupergraphSource
from gateway.settings.telemetry import Log, Metrics, OpenTelemetry
from gateway.settings.traffic import Traffic
from gateway.settings.uploads import Uploads
from gateway.settings.workers import Workers


class Listen(Section):
    """Where the gateway listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 4000


class GraphQL(Section):
    """What the endpoint offers."""

    path: UrlPath = "/graphql"
    introspection: bool = True
    """Answer ``__schema`` and ``__type``."""
    expose_query_plan: bool = False
    """Add the query plan to answers whose request has the header ``Apollo-Expose-Query-Plan``."""
    share_queries: bool = False
    """Whether equal queries of clients that are under way at the same time are answered by one run."""
    mask_subgraph_errors: bool = False
    """Replace the messages of subgraphs' errors, which may tell what nobody outside should know."""


class GraphiQL(Section):
    """The page that browsers get."""

    enabled: bool = True
    examples: FilePath | None = None
    """A folder of ``*.graphql`` files, each with its variables in a ``.json`` file of the same name."""


class Csrf(Section):
    """Refusal of requests that a page of another site could make a browser send."""

    enabled: bool = True
    required_headers: tuple[HeaderName, ...] = ("apollo-require-preflight", "x-apollo-operation-name")
    """Any of these shows that the browser has asked beforehand."""


class Limits(Section):
    """What one request may cost, and how many there may be."""

    concurrent_requests: Count = 1_000
    head_bytes: Count = 65_536
    head_time: Seconds = 10.0
    reading_time: Seconds = 60.0
    body_bytes: Count = 2_000_000
    body_time: Seconds = 30.0
    tokens: Count = 15_000
    depth: Count = 100
    aliases: Count = 1_000
    root_fields: Count = 100
    directives: Count = 500
    selections: Count = 20_000
    introspection_depth: Count = 3
    batch: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many requests one body may hold; 1 takes no arrays."""


class Settings(Section):
    """All of it."""

    supergraph: SupergraphSource
    listen: Listen = Listen()
    workers: Workers = Workers()
    graphql: GraphQL = GraphQL()
    graphiql: GraphiQL = GraphiQL()
    documents: Documents = Documents()
    authentication: Authentication = Authentication()
    authorization: Authorization = Authorization()
    csrf: Csrf = Csrf()
    cors: Cors = Cors()
    compression: Compression = Compression()
    limits: Limits = Limits()
    uploads: Uploads = Uploads()
    traffic: Traffic = Traffic()
    subscriptions: Subscriptions = Subscriptions()
    cache: Cache = Cache()
    metrics: Metrics = Metrics()
    opentelemetry: OpenTelemetry = OpenTelemetry()
    registry: Registry = Registry()
    log: Log = Log()

    @model_validator(mode="after")
    def check_callbacks(self) -> "Settings":
        ways = {name: own.subscriptions.protocol for name, own in self.traffic.subgraphs.items() if own.subscriptions}
        calling = [name for name, way in ways.items() if way is StreamProtocolSetting.CALLBACK]
        if calling and self.subscriptions.callback.public_url is None:
            raise ValueError(
                f"subscriptions.callback.public_url is missing: traffic.subgraphs.{calling[0]} calls back, and must know where"
            )
        return self

    @model_validator(mode="after")
    def check_registry(self) -> "Settings":
        if (self.supergraph.registry is None) != (self.registry.database is None):
            raise ValueError(
                "supergraph.registry (an environment) and registry.database (a URL) go together: give both"
            )
        return self
