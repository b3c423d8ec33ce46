"""One answer of what several members told: their values joined, and an error for all that a member leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.joints import Piece
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.partitions.pages import EDGES
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Path, Route
from gateway.resolvers.subgraph_client.partitions.shapes import EntityPart, RootPart, Shape
from gateway.resolvers.subgraph_client.partitions.sources import OK, status_of
from gateway.resolvers.subgraph_client.protocol import SubgraphResponse
from gateway.types import ResponseKey, SubgraphName

Error = dict[str, Any]
PATH: Final = "path"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one member's errand: a response, or why there is none that can be used."""

    partition: PartitionName
    response: SubgraphResponse | None
    error: SubgraphError | None
    seconds: float

    @property
    def data(self) -> Mapping[str, Any]:
        """What the member answered, empty where it answered nothing."""
        return (self.response.data if self.response and not self.error else None) or {}

    @property
    def status(self) -> str:
        return OK if self.error is None else status_of(self.error)

    @property
    def rows(self) -> int:
        """How many items and objects came."""
        return sum(map(count_rows, self.data.values()))


@dataclass(slots=True)
class Collected:
    """The answer that is being made."""

    data: dict[ResponseKey, Any] = field(default_factory=dict)
    errors: list[Error] = field(default_factory=list)

    def entries(self) -> dict[str, Any]:
        """The response's entries."""
        return {"data": self.data, **({"errors": self.errors} if self.errors else {})}


def collect(shape: Shape, route: Route, variables: Mapping[str, Any], told: Sequence[Told]) -> Collected:
    """Join everything."""
    collected = Collected(errors=list(route.refusals))
    ordered = sorted(told, key=lambda each: each.partition)
    for part in shape.parts:
        if isinstance(part, EntityPart):
            collected.data[part.key] = _entities(part, route, variables, ordered)
        else:
            collected.data[part.key] = _root(part, route, variables, ordered)
    for each in ordered:
        errand = route.errands[each.partition]
        if each.error is not None:
            collected.errors += [_left_open(each.error, path) for path in _open_paths(shape, errand)]
        elif each.response is not None:
            collected.errors += [_moved(error, shape, errand, each.partition) for error in each.response.errors]
    return collected


def fail_all(response: SubgraphResponse, subgraph: SubgraphName, partition: PartitionName) -> SubgraphError | None:
    """The failure of a member that answered with nothing but an error: what it says is of the whole request."""
    if response.data is not None:
        return None
    first = response.errors[0]
    code = first.get("extensions", {}).get("code") if isinstance(first.get("extensions"), dict) else None
    message = f"The member {partition!r} of subgraph {subgraph!r} refused the request: {first['message']}"
    return SubgraphError(
        message, subgraph=subgraph, code=code or codes.DOWNSTREAM_SERVICE_ERROR, extensions={"partition": partition}
    )


def count_rows(value: Any) -> int:
    """The items of a list or of a page; one for an object."""
    if isinstance(value, list):
        return sum(item is not None for item in value)
    if isinstance(value, dict):
        return len(value[EDGES]) if isinstance(value.get(EDGES), list) else 1
    return 0


def _root(part: RootPart, route: Route, variables: Mapping[str, Any], told: Sequence[Told]) -> Any:
    pieces: list[Piece] = [(each.partition, each.data[part.key]) for each in told if part.key in each.data]
    is_joined = any(part.joined in errand.fields for errand in route.errands.values())
    if (part.joined != part.alone and not is_joined) or (len(pieces) == 1 and not is_joined):
        return pieces[0][1] if pieces else None
    return part.joint.join(pieces, variables) if pieces else None


def _entities(part: EntityPart, route: Route, variables: Mapping[str, Any], told: Sequence[Told]) -> list[Any]:
    representations = variables.get(part.variable) or []
    entities: list[Any] = [None] * len(representations)
    pieces: dict[int, list[Piece]] = {}
    for each in told:
        places = route.errands[each.partition].places
        for number, value in zip(places.get(part.key, ()), each.data.get(part.key) or (), strict=False):
            entities[number] = value
        for number, value in zip(places.get(part.joined_key, ()), each.data.get(part.joined_key) or (), strict=False):
            pieces.setdefault(number, []).append((each.partition, value))
    for number, found in pieces.items():
        entities[number] = part.joint(str(representations[number].get("__typename"))).join(found, variables)
    return entities


def _open_paths(shape: Shape, errand: Errand) -> list[Path]:
    """The places that a member leaves open which does not answer."""
    paths: list[Path] = []
    for part in shape.parts:
        if isinstance(part, EntityPart):
            numbers = [*errand.places.get(part.key, ()), *errand.places.get(part.joined_key, ())]
            paths += [[part.key, number] for number in sorted(numbers)]
        elif part.alone in errand.fields or part.joined in errand.fields:
            paths.append([part.key])
    return paths


def _left_open(error: SubgraphError, path: Path) -> Error:
    return {"message": error.message, PATH: path, "extensions": {"code": error.code, **error.extensions}}


def _moved(error: Error, shape: Shape, errand: Errand, partition: PartitionName) -> Error:
    """A member's own error at the place where it is in the whole answer; within what was joined, at the whole of that."""
    extensions = error.get("extensions") if isinstance(error.get("extensions"), dict) else {}
    moved = {"message": error["message"], "extensions": {**(extensions or {}), "partition": partition}}
    path = error.get(PATH)
    if not isinstance(path, list) or not path:
        return moved
    for part in shape.parts:
        if isinstance(part, EntityPart) and path[0] in (part.key, part.joined_key) and len(path) > 1:
            places = errand.places.get(path[0], [])
            number = places[path[1]] if isinstance(path[1], int) and path[1] < len(places) else path[1]
            rest = path[2:] if path[0] == part.key else []
            return {**moved, PATH: [part.key, number, *rest]}
        if part.key == path[0] and isinstance(part, RootPart):
            return {**moved, PATH: path if part.alone in errand.fields else path[:1]}
    return {**moved, PATH: path}
