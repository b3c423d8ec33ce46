"""One directive's arguments from several subgraphs: the costliest, the strictest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from graphql import BooleanValueNode, ConstListValueNode, ConstValueNode, IntValueNode, ListValueNode, StringValueNode

from gateway.schema.composition.merge.alternatives import all_of, read_alternatives

Arguments: TypeAlias = Mapping[str, ConstValueNode]
Merger: TypeAlias = Callable[[Sequence[Arguments]], dict[str, ConstValueNode]]


def _values(name: str, applications: Iterable[Arguments]) -> list[ConstValueNode]:
    return [a[name] for a in applications if name in a and a[name].kind != "null_value"]


def _greatest(name: str, applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
    numbers = [int(v.value) for v in _values(name, applications) if isinstance(v, IntValueNode)]
    return {name: IntValueNode(value=str(max(numbers)))} if numbers else {}


def _union(name: str, applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
    lists = [v for v in _values(name, applications) if isinstance(v, ListValueNode)]
    texts = dict.fromkeys(item.value for v in lists for item in v.values if isinstance(item, StringValueNode))
    return {name: ConstListValueNode(values=tuple(StringValueNode(value=t) for t in texts))} if lists else {}


def _all_true(name: str, applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
    flags = [v.value for v in _values(name, applications) if isinstance(v, BooleanValueNode)]
    return {name: BooleanValueNode(value=all(flags))} if flags else {}


def _merge_cost(applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
    return _greatest("weight", applications)


def _merge_list_size(applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
    return {
        **_greatest("assumedSize", applications),
        **_union("slicingArguments", applications),
        **_union("sizedFields", applications),
        **_all_true("requireOneSlicingArgument", applications),
    }


def _conjunction(name: str) -> Merger:
    """What each application asks for must hold, so the alternatives are multiplied out."""

    def merge(applications: Sequence[Arguments]) -> dict[str, ConstValueNode]:
        combined = all_of(read_alternatives(value) for value in _values(name, applications))
        return {name: ConstListValueNode(values=tuple(_texts(items) for items in sorted(sorted(a) for a in combined)))}

    return merge


def _texts(items: Iterable[str]) -> ConstListValueNode:
    return ConstListValueNode(values=tuple(StringValueNode(value=item) for item in items))


ARGUMENT_MERGERS: Final[Mapping[str | None, Merger]] = {
    "cost": _merge_cost,
    "listSize": _merge_list_size,
    "requiresScopes": _conjunction("scopes"),
    "policy": _conjunction("policies"),
}
"""How the applications of a directive that may stand only once become one."""
