"""Name the subgraphs in the supergraph: the values of ``join__Graph`` (join specification, section "Graph names")."""

import re
from collections.abc import Iterable

from gateway.types import SubgraphName

_OTHER = re.compile(r"[^A-Za-z0-9_]")


def graph_names(names: Iterable[SubgraphName]) -> dict[SubgraphName, str]:
    """Each subgraph's enum value: upper case, what GraphQL does not allow in a name as ``_``, numbered where two collide."""
    wanted: dict[str, list[SubgraphName]] = {}
    for name in sorted(names):
        wanted.setdefault(_enum_value(name), []).append(name)
    return {
        name: value if len(same) == 1 else f"{value}_{number}"
        for value, same in wanted.items()
        for number, name in enumerate(same, 1)
    }


def _enum_value(name: SubgraphName) -> str:
    value = _OTHER.sub("_", name).upper()
    if not value or value[0].isdigit() or value in ("TRUE", "FALSE", "NULL") or value.startswith("__"):
        value = f"_{value}" if not value.startswith("__") else f"_{value.lstrip('_')}"
    # A value of ours never looks like one that was numbered to tell two subgraphs apart.
    return f"{value}_" if re.search(r"_\d+$", value) else value
