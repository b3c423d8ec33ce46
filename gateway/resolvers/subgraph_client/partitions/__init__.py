"""Partitioned subgraphs: one schema, and many members that each have a part of the data."""

from gateway.resolvers.subgraph_client.partitions.client import PartitionedClient
from gateway.resolvers.subgraph_client.partitions.members import (
    Member,
    MemberBook,
    MemberEndpoints,
    Membership,
    server_name,
)
from gateway.resolvers.subgraph_client.partitions.options import PartitionOptions

__all__ = [
    "Member",
    "MemberBook",
    "MemberEndpoints",
    "Membership",
    "PartitionOptions",
    "PartitionedClient",
    "server_name",
]
