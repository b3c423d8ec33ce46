"""One answer of what several members told: their values joined, and an error for all that a member leaves open."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.joints import Joint, Piece
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.partitions.pages import EDGES
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Path, Route
from gateway.resolvers.subgraph_client.partitions.shapes import EntityPart, RootPart, Shape
from gateway.resolvers.subgraph_client.partitions.sources import OK, status_of
from gateway.resolvers.subgraph_client.protocol import SubgraphResponse
from gateway.types import ResponseKey, SubgraphName

Error = dict[str, Any]
PATH: Final = "path"
PARTITION: Final = "partition"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one member's errand: a response, or why there is none that can be used."""

    partition: PartitionName
    response: SubgraphResponse | None
    error: SubgraphError | None
    seconds: float
    lacking: tuple[ResponseKey, ...] = ()
    """What the member's own schema has not."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What the member answered, empty where it answered nothing."""
        return (self.response.data if self.response and not self.error else None) or {}

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers if self.response is not None else {}

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
    headers: Mapping[str, str] = field(default_factory=dict)
    unsound: set[PartitionName] = field(default_factory=set)
    """Who answered with something else than the schema says."""

    @property
    def tells_of_members(self) -> bool:
        """Whether an error is that of some members, and not of all."""
        return any(PARTITION in error["extensions"] for error in self.errors)

    def entries(self) -> dict[str, Any]:
        """The response's entries."""
        return {"data": self.data, **({"errors": self.errors} if self.errors else {})}


def collect(
    shape: Shape, route: Route, variables: Mapping[str, Any], told: Sequence[Told], subgraph: SubgraphName
) -> Collected:
    """Join everything."""
    collected = Collected(errors=list(route.refusals))
    ordered = sorted(told, key=lambda each: each.partition)
    for part in shape.parts:
        if isinstance(part, EntityPart):
            collected.data[part.key] = _entities(collected, part, route, variables, ordered, subgraph)
        else:
            collected.data[part.key] = _root(collected, part, route, variables, ordered, subgraph)
    for each in ordered:
        errand = route.errands[each.partition]
        if each.error is not None:
            collected.errors += [_left_open(each.error, path) for path in _open_paths(shape, errand)]
        elif each.response is not None:
            collected.errors += [_moved(error, shape, errand, each.partition) for error in each.response.errors]
            if each.lacking:
                error = unsupported(subgraph, each.partition)
                paths = _open_paths(shape, errand, keys=frozenset(each.lacking))
                collected.errors += [_left_open(error, path) for path in paths]
    collected.errors = list(told_once(collected.errors, told, collected.unsound))
    return collected


def told_once(errors: Sequence[Error], told: Sequence[Told], unsound: Collection[PartitionName]) -> Iterator[Error]:
    """What all members who answered say in the same words is said of their subgraph, once: it is the request that is wrong."""
    answered = {each.partition for each in told if each.response is not None and not unsound}
    who: dict[bytes, set[PartitionName]] = {}
    alike = [(msgspec.json.encode(_of_all(error), order="sorted"), error) for error in errors]
    for key, error in alike:
        who.setdefault(key, set()).add(error["extensions"].get(PARTITION, ""))
    for key, error in alike:
        if len(answered) < 2 or not answered <= who[key]:
            yield error
        elif error["extensions"].get(PARTITION) == min(answered):
            yield _of_all(error)


def _of_all(error: Error) -> Error:
    """An error of a member as one of its subgraph."""
    extensions = dict(error["extensions"])
    partition = extensions.pop(PARTITION, None)
    message = error["message"].replace(f"The member {partition!r} of subgraph", "Subgraph", 1)
    return {**error, "message": message, "extensions": extensions}


def unsupported(subgraph: SubgraphName, partition: PartitionName) -> SubgraphError:
    """The failure of a member whose schema cannot answer."""
    message = f"The schema of the member {partition!r} of subgraph {subgraph!r} lacks what was asked for."
    return SubgraphError(
        message, subgraph=subgraph, code=codes.PARTITION_UNSUPPORTED, extensions={PARTITION: partition}
    )


def _malformed(subgraph: SubgraphName, partition: PartitionName) -> SubgraphError:
    message = f"The member {partition!r} of subgraph {subgraph!r} answered with something else than its schema says."
    code = codes.SUBREQUEST_MALFORMED_RESPONSE
    return SubgraphError(message, subgraph=subgraph, code=code, extensions={PARTITION: partition})


UNSOUND: Final = (TypeError, KeyError, IndexError, AttributeError, ValueError)
"""What joining values of wrong shapes can raise."""


def join_sound(joint: Joint, pieces: Sequence[Piece], variables: Mapping[str, Any]) -> tuple[Any, list[PartitionName]]:
    """The joined value, and the partitions whose pieces are left out of it because they cannot be joined."""
    try:
        return (joint.join(pieces, variables) if pieces else None), []
    except UNSOUND:
        sound: list[Piece] = []
        value: Any = None
        for piece in pieces:
            with suppress(*UNSOUND):
                value = joint.join([*sound, piece], variables)
                sound.append(piece)
        kept = {name for name, _ in sound}
        return value, [name for name, _ in pieces if name not in kept]


def fail_all(response: SubgraphResponse, subgraph: SubgraphName, partition: PartitionName) -> SubgraphError | None:
    """The failure of a member that answered with nothing but an error: what it says is of the whole request."""
    if response.data is not None:
        return None
    first = response.errors[0]
    code = first.get("extensions", {}).get("code") if isinstance(first.get("extensions"), dict) else None
    message = f"The member {partition!r} of subgraph {subgraph!r} refused the request: {first['message']}"
    return SubgraphError(
        message, subgraph=subgraph, code=code or codes.DOWNSTREAM_SERVICE_ERROR, extensions={PARTITION: partition}
    )


def count_rows(value: Any) -> int:
    """The items of a list or of a page; one for an object."""
    if isinstance(value, list):
        return sum(item is not None for item in value)
    if isinstance(value, dict):
        return len(value[EDGES]) if isinstance(value.get(EDGES), list) else 1
    return 0


def _root(
    collected: Collected,
    part: RootPart,
    route: Route,
    variables: Mapping[str, Any],
    told: Sequence[Told],
    subgraph: SubgraphName,
) -> Any:
    pieces: list[Piece] = [(each.partition, each.data[part.key]) for each in told if part.key in each.data]
    if part.key not in route.joined:
        return pieces[0][1] if pieces else None
    value, wrong = join_sound(part.joint, pieces, variables)
    _blame(collected, wrong, [part.key], subgraph)
    return value


def _entities(
    collected: Collected,
    part: EntityPart,
    route: Route,
    variables: Mapping[str, Any],
    told: Sequence[Told],
    subgraph: SubgraphName,
) -> list[Any]:
    representations = variables.get(part.variable) or []
    entities: list[Any] = [None] * len(representations)
    pieces: dict[int, list[Piece]] = {}
    for each in told:
        places = route.errands[each.partition].places
        for number, value in _placed(collected, each, places.get(part.key, []), part, part.key, subgraph):
            entities[number] = value
        for number, value in _placed(collected, each, places.get(part.joined_key, []), part, part.joined_key, subgraph):
            pieces.setdefault(number, []).append((each.partition, value))
    for number, found in pieces.items():
        joint = part.joint(str(representations[number].get("__typename")))
        entities[number], wrong = join_sound(joint, found, variables)
        _blame(collected, wrong, [part.key, number], subgraph)
    return entities


def _placed(
    collected: Collected, told: Told, numbers: Sequence[int], part: EntityPart, key: ResponseKey, subgraph: SubgraphName
) -> Iterator[tuple[int, Any]]:
    """A member's entities, each with its place among all."""
    found = told.data.get(key) if numbers else None
    if found is None:
        return
    if not isinstance(found, list) or len(found) != len(numbers):
        for number in numbers:
            _blame(collected, [told.partition], [part.key, number], subgraph)
        return
    yield from zip(numbers, found, strict=True)


def _blame(collected: Collected, partitions: Sequence[PartitionName], path: Path, subgraph: SubgraphName) -> None:
    collected.unsound |= set(partitions)
    collected.errors += [_left_open(_malformed(subgraph, name), path) for name in partitions]


def _open_paths(shape: Shape, errand: Errand, *, keys: frozenset[ResponseKey] | None = None) -> list[Path]:
    """The places that a member leaves open which does not answer, or not what it was asked under these response keys."""
    paths: list[Path] = []
    asked = {field.response_key for field in errand.fields} if keys is None else keys
    for part in shape.parts if asked else ():
        if isinstance(part, EntityPart):
            numbers = [n for key in (part.key, part.joined_key) if key in asked for n in errand.places.get(key, ())]
            paths += [[part.key, number] for number in sorted(numbers)]
        elif part.key in asked:
            paths.append([part.key])
    return paths


def _left_open(error: SubgraphError, path: Path) -> Error:
    return {"message": error.message, PATH: path, "extensions": {"code": error.code, **error.extensions}}


def _moved(error: Error, shape: Shape, errand: Errand, partition: PartitionName) -> Error:
    """A member's own error at the place where it is in the whole answer; within what was joined, at the whole of that."""
    extensions = error.get("extensions") if isinstance(error.get("extensions"), dict) else {}
    moved = {"message": error["message"], "extensions": {**(extensions or {}), PARTITION: partition}}
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
            is_alone = any(part.alone is field for field in errand.fields)
            return {**moved, PATH: path if is_alone else path[:1]}
    return {**moved, PATH: path}
