"""One fetch, taken apart into what is wanted: for each entity and root field, under which key it lies."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from gateway.resolvers.subgraph_client.caching.shapes import Shape
from gateway.resolvers.subgraph_client.caching.units import ENCODER, EntityUnit, FieldUnit, Kept
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest


class Span(NamedTuple):
    """The wanted things of one unit: from ``start`` to before ``end`` among all of the fetch."""

    unit: EntityUnit | FieldUnit
    start: int
    end: int


class Asker(NamedTuple):
    """Who asks: what public answers vary by, and what tells one person from another (None: nothing does)."""

    varying: bytes
    person: bytes | None


class Wanted(NamedTuple):
    """All that one fetch wants. ``keys`` are None for what is not kept; ``given`` are representations, or arguments' values."""

    request: SubgraphRequest
    shape: Shape
    asker: Asker
    spans: tuple[Span, ...]
    kept: Sequence[Kept]
    given: Sequence[Any]
    keys: Sequence[bytes | None]

    def key_of(self, number: int) -> bytes | None:
        """The key of one thing, by what is known of it now."""
        kept = self.kept[number]
        prefix = kept.prefix(self.request.variables, self.asker.varying, self.asker.person)
        if prefix is None or isinstance(self.span_of(number).unit, FieldUnit):
            return prefix
        return prefix + ENCODER.encode(self.given[number])

    def span_of(self, number: int) -> Span:
        return next(span for span in self.spans if span.start <= number < span.end)

    def request_for(self, numbers: Sequence[int]) -> SubgraphRequest:
        """The request that asks for only these things (in order)."""
        if len(numbers) == len(self.keys):
            return self.request
        variables = dict(self.request.variables)
        chosen = set(numbers)
        left_out = set()
        for span in self.spans:
            if isinstance(span.unit, EntityUnit):
                variables[span.unit.variable] = [self.given[n] for n in range(span.start, span.end) if n in chosen]
            elif span.end > span.start and span.start not in chosen:
                left_out.add(span.unit.alias)
        query = self.request.query
        if left_out:
            query, names = self.shape.without(frozenset(left_out))
            variables = {name: value for name, value in variables.items() if name in names}
        return replace(self.request, query=query, variables=variables, body=None)


def take_apart(request: SubgraphRequest, shape: Shape, asker: Asker) -> Wanted:
    """What a fetch wants. A root field whose own conditions do not hold is not wanted."""
    kept: list[Kept] = []
    given: list[Any] = []
    keys: list[bytes | None] = []
    spans: list[Span] = []
    variables = request.variables
    for unit in shape.units:
        start = len(keys)
        if isinstance(unit, EntityUnit):
            _take_entities(unit, variables, asker, kept, given, keys)
        elif unit.is_there(variables):
            kept.append(unit.kept)
            given.append(unit)
            keys.append(unit.kept.prefix(variables, asker.varying, asker.person))
        spans.append(Span(unit, start, len(keys)))
    return Wanted(request, shape, asker, tuple(spans), kept, given, keys)


def _take_entities(
    unit: EntityUnit,
    variables: Mapping[str, Any],
    asker: Asker,
    kept: list[Kept],
    given: list[Any],
    keys: list[bytes | None],
) -> None:
    representations = variables.get(unit.variable) or ()
    encode = ENCODER.encode
    prefixes: dict[str, tuple[Kept, bytes | None]] = {}
    for representation in representations:
        type_name = representation["__typename"]
        found = prefixes.get(type_name)
        if found is None:
            of_type = unit.kept(type_name)
            found = prefixes[type_name] = (of_type, of_type.prefix(variables, asker.varying, asker.person))
        kept.append(found[0])
        keys.append(None if found[1] is None else found[1] + encode(representation))
    given.extend(representations)
