"""Answers that come in several parts: the events of a subscription, the blocks of a deferred answer."""

from gateway.resolvers.executor.streaming.events import EventClient, source_request

__all__ = ["EventClient", "source_request"]
