"""Figures of the gateway at work, for Prometheus: counted in plain Python, summed over the workers when they are asked for."""

from gateway.telemetry.metrics.client import MeasuredClient, SubgraphFigures
from gateway.telemetry.metrics.engine import EngineFigures
from gateway.telemetry.metrics.figures import Counter, Figures, Gauge, Histogram
from gateway.telemetry.metrics.names import OperationNames
from gateway.telemetry.metrics.process import watch_process
from gateway.telemetry.metrics.requests import MeasuredEndpoint, MeasuredService
from gateway.telemetry.metrics.route import metrics_route
from gateway.telemetry.metrics.workers import WorkerFigures, retire

__all__ = [
    "Counter",
    "EngineFigures",
    "Figures",
    "Gauge",
    "Histogram",
    "MeasuredClient",
    "MeasuredEndpoint",
    "MeasuredService",
    "OperationNames",
    "SubgraphFigures",
    "WorkerFigures",
    "metrics_route",
    "retire",
    "watch_process",
]
