"""Settings of what operators see: figures, traces, logs."""

from gateway.settings.section import Count, Section, UrlPath


class Metrics(Section):
    """Figures for Prometheus."""

    enabled: bool = True
    path: UrlPath = "/metrics"
    operations: Count = 100
    """How many names of operations are told apart; the others are counted together."""
