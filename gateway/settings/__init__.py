"""Everything an operator may set, read from one YAML file and checked before anything starts."""

from gateway.settings.authentication import Authentication, Authorization
from gateway.settings.cache import Cache, CachePolicy, CacheScope, RedisCache, SubgraphCache
from gateway.settings.cors import Cors
from gateway.settings.documents import AutomaticDocumentsSetting, DocumentMode, Documents
from gateway.settings.fan_out import FanOut, MemberSource
from gateway.settings.headers import HeaderRuleSetting, Merge, ResponseHeader
from gateway.settings.load import make_settings, read_settings
from gateway.settings.model import (
    Csrf,
    GraphiQL,
    GraphQL,
    Limits,
    Listen,
    Settings,
)
from gateway.settings.registry import Registry
from gateway.settings.subscriptions import SubgraphSubscriptions, Subscriptions
from gateway.settings.supergraph import Cdn, SubgraphSource, SupergraphSource, Uplink
from gateway.settings.telemetry import Log, LogFormat, LogLevel, Metrics, OpenTelemetry
from gateway.settings.traffic import Breaker, Retry, SubgraphTraffic, Traffic
from gateway.settings.workers import Workers

__all__ = [
    "Authentication",
    "Authorization",
    "AutomaticDocumentsSetting",
    "Breaker",
    "Cache",
    "CachePolicy",
    "CacheScope",
    "Cdn",
    "Cors",
    "Csrf",
    "DocumentMode",
    "Documents",
    "FanOut",
    "GraphQL",
    "GraphiQL",
    "HeaderRuleSetting",
    "Limits",
    "Listen",
    "Log",
    "LogFormat",
    "LogLevel",
    "MemberSource",
    "Merge",
    "Metrics",
    "OpenTelemetry",
    "RedisCache",
    "Registry",
    "ResponseHeader",
    "Retry",
    "Settings",
    "SubgraphCache",
    "SubgraphSource",
    "SubgraphSubscriptions",
    "SubgraphTraffic",
    "Subscriptions",
    "SupergraphSource",
    "Traffic",
    "Uplink",
    "Workers",
    "make_settings",
    "read_settings",
]
