"""Which member is asked for what: by keys, by arguments, or everybody."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.cursors import CursorError
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.partitions.rules import PartitionRules, Place
from gateway.resolvers.subgraph_client.partitions.shapes import EntityPart, RootPart, Shape
from gateway.resolvers.subgraph_client.partitions.values import argument_of, step_down
from gateway.schema.selection import Field
from gateway.types import OperationKind, ResponseKey

Path = list[str | int]


@dataclass(slots=True)
class Errand:
    """What one member is asked: fields, the values of their variables, and which entities each list of representations stands for."""

    fields: list[Field] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    places: dict[ResponseKey, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Route:
    """The errands of one request, by partition, and what cannot be asked of anybody."""

    errands: dict[PartitionName, Errand] = field(default_factory=dict)
    joined: set[ResponseKey] = field(default_factory=set)
    """The root fields that several members are asked for."""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[PartitionName] = field(default_factory=list)

    def errand(self, partition: PartitionName) -> Errand:
        """A member's errand, which may be new."""
        return self.errands.setdefault(partition, Errand())

    def refuse(self, path: Path, code: str, message: str) -> None:
        """Say why something is not asked for."""
        self.refusals.append({"message": message, "path": path, "extensions": {"code": code}})


def plan_route(
    shape: Shape, rules: PartitionRules, variables: Mapping[str, Any], members: Collection[PartitionName]
) -> Route:
    """Work out who is asked for what."""
    route = Route()
    for part in shape.parts:
        if isinstance(part, EntityPart):
            _route_entities(route, part, rules, variables, members)
        else:
            _route_root(route, shape, part, variables, members)
    return route


def _route_root(
    route: Route, shape: Shape, part: RootPart, variables: Mapping[str, Any], members: Collection[PartitionName]
) -> None:
    named = named_partitions(part, variables, is_mutation=shape.kind is OperationKind.MUTATION)
    if shape.kind is OperationKind.MUTATION and (named is None or len(named) != 1):
        message = f"{part.alone.name} goes to one partition of its subgraph, and its arguments name {'none' if not named else 'several'}."
        route.refuse([part.key], codes.PARTITION_REQUIRED, message)
        return
    wanted = sorted(members) if named is None else [name for name in named if name in members]
    for name in named or ():
        if name not in members:
            route.refuse([part.key], codes.PARTITION_UNKNOWN, f"There is no member for the partition {name!r}.")
    try:
        if len(members if named is None else named) > 1:
            concerned = [name for name in wanted if all(page.concerns(name, variables) for page in part.pages)]
            route.skipped += [name for name in wanted if name not in concerned]
            wanted = concerned
            route.joined.add(part.key)
            for name in wanted:
                _ask_jointly(route.errand(name), part, name, variables)
        else:
            for name in wanted:
                _ask(route.errand(name), part.alone)
    except CursorError as error:
        route.refuse([part.key], error.code, error.message)


def _ask(errand: Errand, field: Field) -> None:
    errand.fields.append(field)


def _ask_jointly(
    errand: Errand, part: RootPart | EntityPart, partition: PartitionName, variables: Mapping[str, Any]
) -> None:
    values = [page.values(partition, variables) for page in part.pages]
    errand.fields.append(part.joined)
    for each in values:
        errand.variables |= each


def _route_entities(
    route: Route,
    part: EntityPart,
    rules: PartitionRules,
    variables: Mapping[str, Any],
    members: Collection[PartitionName],
) -> None:
    everybody: list[int] = []
    by_partition: dict[PartitionName, list[int]] = {}
    representations = variables.get(part.variable) or []
    for number, representation in enumerate(representations):
        place = rules.place(str(representation.get("__typename")))
        found = None if place is None else next(names_in(place, representation, place.key), "")
        if found is None or (place is not None and found in place.whole):
            everybody.append(number)
        elif found in members:
            by_partition.setdefault(found, []).append(number)
        else:
            message = f"There is no member for the partition {found!r}."
            route.refuse([part.key, number], codes.PARTITION_UNKNOWN, message)
    for name, numbers in by_partition.items():
        errand = route.errand(name)
        _ask(errand, part.alone)
        errand.variables[part.variable] = [representations[number] for number in numbers]
        errand.places[part.key] = numbers
    for name in sorted(members) if everybody else ():
        errand = route.errand(name)
        _ask_jointly(errand, part, name, variables)
        errand.variables[part.joined_variable] = [representations[number] for number in everybody]
        errand.places[part.joined_key] = everybody


def named_partitions(part: RootPart, variables: Mapping[str, Any], *, is_mutation: bool) -> list[PartitionName] | None:
    """The partitions that a root field's arguments name; None where they name none. Several arguments name what all of them name."""
    named: list[set[PartitionName]] = []
    for way in part.ways:
        argument, *rest = way.key
        value = argument_of(part.alone, argument, variables)
        found = set(names_in(way, value, rest))
        if found and not found & way.whole:
            named.append(found)
    if not named:
        return None
    if common := sorted(set.intersection(*named)):
        return common
    return [] if is_mutation else sorted(named[0])[:1]  # They contradict each other: any member finds nothing by them.


def step_down_any(value: Any, path: Iterable[str]) -> Any:
    """What is found inside ``value``, which may itself be what is wanted."""
    steps = list(path)
    return step_down(value, steps) if steps else value


def names_in(place: Place, value: Any, path: Iterable[str]) -> Iterator[PartitionName]:
    """The partitions that a value names: one, those of a list, or none for null."""
    found = step_down_any(value, path)
    for each in found if isinstance(found, list) else [found]:
        if each is not None:
            yield str(each)[: place.prefix]
