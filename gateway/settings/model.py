"""The settings' keys, their types, defaults and bounds. ``config/gateway.yaml`` shows and explains every one."""

import re
from enum import Enum
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from gateway.types import SubgraphName

UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}
DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def parse_duration(value: object) -> object:
    """Seconds from ``500ms``, ``30s`` or ``2m``; anything else is left for the number's own check."""
    if isinstance(value, str) and (match := DURATION.fullmatch(value.strip())):
        return float(match[1]) * UNITS[match[2]]
    return value


def resolve_path(path: Path, info: ValidationInfo) -> Path:
    """A relative path counts from the folder of the settings file."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / path


def check_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("write a whole address, such as http://127.0.0.1:4001/graphql")
    return url


def check_url_path(path: str) -> str:
    if not path.startswith("/") or path == "/" or path.endswith("/") or "?" in path:
        raise ValueError("write a path such as /graphql, with a slash before it and none after it")
    return path


def check_header(name: str) -> str:
    if not HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no header name (RFC 9110, section 5.1)")
    return name.lower()


Seconds = Annotated[float, BeforeValidator(parse_duration), Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1)]
FilePath = Annotated[Path, AfterValidator(resolve_path)]
Url = Annotated[str, AfterValidator(check_url)]
UrlPath = Annotated[str, AfterValidator(check_url_path)]
HeaderName = Annotated[str, AfterValidator(check_header)]


class Section(BaseModel):
    """A part of the settings: frozen, and closed against keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=False)


class SubgraphSource(Section):
    """One subgraph to compose."""

    url: Url
    """Where requests go."""
    sdl: FilePath | None = None
    """Its schema. Without a file the subgraph is asked for it: ``{ _service { sdl } }``."""


class SupergraphSource(Section):
    """Where the supergraph comes from: a file, or subgraphs to compose at the start."""

    file: FilePath | None = None
    """A composed supergraph, as ``tongfen compose`` writes it."""
    compose: dict[SubgraphName, SubgraphSource] = {}
    """Subgraphs by name, composed at the start."""

    @model_validator(mode="after")
    def check_one_source(self) -> "SupergraphSource":
        if (self.file is None) == (not self.compose):
            raise ValueError("give either supergraph.file or supergraph.compose")
        return self


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
    """What one request may cost."""

    body_bytes: Count = 2_000_000
    tokens: Count = 15_000
    depth: Count = 100
    aliases: Count = 1_000
    root_fields: Count = 100
    directives: Count = 500
    selections: Count = 20_000
    introspection_depth: Count = 3


class SubgraphTraffic(Section):
    """How one subgraph is reached; what is not given here is as for all."""

    url: Url | None = None
    """Instead of the address in the supergraph."""
    timeout: Seconds | None = None
    headers: tuple[HeaderName, ...] | None = None


class Traffic(Section):
    """How subgraphs are reached."""

    timeout: Seconds = 30.0
    """For one request to one subgraph."""
    connections: Count = 100
    """To one subgraph, at the same time."""
    response_bytes: Count = 100_000_000
    """The longest body that is taken from a subgraph."""
    headers: tuple[HeaderName, ...] = ()
    """The client's headers that are passed on."""
    subgraphs: dict[SubgraphName, SubgraphTraffic] = {}


class LogLevel(Enum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Log(Section):
    """What is written to standard error."""

    level: LogLevel = LogLevel.INFO


class Settings(Section):
    """All of it."""

    supergraph: SupergraphSource
    listen: Listen = Listen()
    graphql: GraphQL = GraphQL()
    graphiql: GraphiQL = GraphiQL()
    csrf: Csrf = Csrf()
    limits: Limits = Limits()
    traffic: Traffic = Traffic()
    log: Log = Log()
