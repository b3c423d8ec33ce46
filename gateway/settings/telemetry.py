"""Settings of what operators see: figures, traces, logs."""

from enum import Enum

from pydantic import Field

from gateway.settings.section import Count, Seconds, Section, Share, Url, UrlPath


class Metrics(Section):
    """Figures for Prometheus."""

    enabled: bool = True
    path: UrlPath = "/metrics"
    operations: Count = 100
    """How many names of operations are told apart; the others are counted together."""


class OpenTelemetry(Section):
    """Traces and figures by OTLP over HTTP."""

    endpoint: Url | None = None
    """The collector's address, without ``/v1/traces``; null is off."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent to the collector."""
    service: str = "tongfen"
    sample: Share = 1.0
    """The share of requests that are traced, where the client does not say."""
    metrics: Seconds = 60.0
    """How often figures are sent."""
    timeout: Seconds = 10.0


class LogLevel(Enum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(Enum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


class Log(Section):
    """What is written to standard error."""

    level: LogLevel = LogLevel.INFO
    format: LogFormat = LogFormat.TEXT
    access: bool = False
    """A line for each request."""
