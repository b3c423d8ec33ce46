"""Answers in several payloads over one HTTP response: which forms a client takes, and how they are written."""

from gateway.transport.streaming.carriers import Carrier, Carriers, read_carriers
from gateway.transport.streaming.sending import send_stream, single

__all__ = ["Carrier", "Carriers", "read_carriers", "send_stream", "single"]
