"""Answers that come in several parts: the events of a subscription, the blocks of a deferred answer."""

from gateway.resolvers.executor.streaming.deferring import Delivered, Part, Parts, Pending, run_in_parts
from gateway.resolvers.executor.streaming.events import EventClient, source_request

__all__ = ["Delivered", "EventClient", "Part", "Parts", "Pending", "run_in_parts", "source_request"]
