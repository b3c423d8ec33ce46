"""What a subgraph with many members must say (our partition specification, v0.1): where its data lies, and how answers become one."""

from gateway.schema.subgraph.rules.partitions.gathering import gathers_are_valid, orders_are_valid, roots_are_gathered
from gateway.schema.subgraph.rules.partitions.placing import arguments_name_partitions, keys_name_partitions

__all__ = [
    "arguments_name_partitions",
    "gathers_are_valid",
    "keys_name_partitions",
    "orders_are_valid",
    "roots_are_gathered",
]
