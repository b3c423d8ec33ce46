"""Which kinds of telemetry the settings ask for."""

from importlib import import_module

from gateway.app.peers import Peers
from gateway.app.telemetry import UNSEEN, Logging, Measuring, Several, Telemetry
from gateway.errors import SettingsError
from gateway.settings import LogFormat, Settings
from gateway.telemetry.metrics import Figures


def make_telemetry(settings: Settings, peers: Peers) -> Telemetry:
    """What the settings want to be seen. Raises SettingsError where that needs a library that is not there."""
    kinds: list[Telemetry] = []
    measuring = Measuring(settings.metrics, peers) if settings.metrics.enabled else None
    if measuring is not None:
        kinds.append(measuring)
    if settings.opentelemetry.endpoint is not None:
        kinds.append(open_telemetry(settings, peers, measuring.figures if measuring else None))
    if settings.log.access or settings.log.format is LogFormat.JSON:
        kinds.append(Logging(settings.log))
    if len(kinds) > 1:
        return Several(kinds)
    return kinds[0] if kinds else UNSEEN


def open_telemetry(settings: Settings, peers: Peers, figures: Figures | None) -> Telemetry:
    """Traces by OpenTelemetry, whose libraries are an extra. Raises SettingsError where its libraries are not installed."""
    try:
        part = import_module("gateway.app.opentelemetry")
    except ModuleNotFoundError as error:
        message = "opentelemetry.endpoint: the extra otel is not installed; pip install 'tongfen[otel]'."
        raise SettingsError(message) from error
    telemetry: Telemetry = part.Tracing(settings.opentelemetry, peers, figures)
    return telemetry
