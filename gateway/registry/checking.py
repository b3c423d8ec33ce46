"""What a change would do: does it compose, what does it change for clients, and whom would it break?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graphql import GraphQLSchema, parse, validate

from gateway.errors import CompositionError, Hint
from gateway.registry.model import Member, SubgraphRecord
from gateway.registry.store.usage import RecordedOperation
from gateway.schema import Composer, Subgraph, compose
from gateway.schema.codes import ErrorCode
from gateway.schema.diff import Change, ChangeKind, Severity, diff_schemas
from gateway.schema.supergraph import read_supergraph

UNSEEN: Final = frozenset(
    {
        ChangeKind.FIELD_TYPE,
        ChangeKind.ENUM_VALUE_REMOVED,
        ChangeKind.INPUT_FIELD_ADDED,
        ChangeKind.INPUT_FIELD_REMOVED,
        ChangeKind.INPUT_FIELD_TYPE,
        ChangeKind.ARGUMENT_TYPE,
    }
)
"""Breaking changes that may break an operation which stays valid: by its variables, or by its answer."""


MISMATCHES: Final = frozenset(
    {ErrorCode.TYPE_KIND_MISMATCH.value, ErrorCode.FIELD_TYPE_MISMATCH.value, ErrorCode.ARGUMENT_TYPE_MISMATCH.value}
)
"""Composition's errors for one thing that has two types."""


@dataclass(frozen=True, slots=True)
class BrokenOperation:
    """An operation that clients have sent and that would not work any more, with the reasons."""

    operation: RecordedOperation
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a change would do. ``supergraph_sdl`` is None where it does not compose."""

    supergraph_sdl: str | None
    errors: tuple[CompositionError, ...] = ()
    hints: tuple[Hint, ...] = ()
    changes: tuple[Change, ...] = ()
    broken: tuple[BrokenOperation, ...] = ()

    @property
    def breaking(self) -> tuple[Change, ...]:
        """The breaking ones of the changes."""
        return tuple(change for change in self.changes if change.severity is Severity.BREAKING)

    def count(self, severity: Severity) -> int:
        """How many changes are of this severity."""
        return sum(change.severity is severity for change in self.changes)


def assess(
    composer: Composer,
    before: str | None,
    records: Sequence[SubgraphRecord],
    built_in: Sequence[Subgraph],
    operations: Sequence[RecordedOperation],
) -> Assessment:
    """Compose the records and compare the result with the supergraph before, if there was one. Takes its time: call it in a thread."""
    result = composer.compose([*(Subgraph(record.name, record.url, record.sdl) for record in records), *built_in])
    if result.supergraph is None or result.supergraph_sdl is None:
        return Assessment(None, result.errors, result.hints)
    now = result.supergraph.api_schema
    changes = diff_schemas(api_schema(before), now) if before is not None else ()
    broken = tuple(find_broken(changes, now, operations))
    return Assessment(result.supergraph_sdl, (), result.hints, changes, broken)


def contradictions(record: SubgraphRecord, member: Member) -> tuple[CompositionError, ...]:
    """Where a member's own SDL is wrong, or has another type than its subgraph's. What a member only lacks, it may come to have later."""
    name = f"{record.name}/{member.partition}"
    result = compose([Subgraph(record.name, record.url, record.sdl), Subgraph(name, member.urls[0], member.sdl)])
    return tuple(error for error in result.errors if error.code in MISMATCHES or error.subgraphs == (name,))


@lru_cache(maxsize=4)
def api_schema(supergraph_sdl: str) -> GraphQLSchema:
    """What clients see of a supergraph, remembered: every check compares with the same one."""
    return read_supergraph(supergraph_sdl).api_schema


def find_broken(
    changes: Iterable[Change], schema: GraphQLSchema, operations: Sequence[RecordedOperation]
) -> Iterator[BrokenOperation]:
    """The operations that the breaking changes break."""
    breaking = [change for change in changes if change.severity is Severity.BREAKING]
    if not breaking:
        return
    unseen = [change for change in breaking if change.kind in UNSEEN]
    for operation in operations:
        reasons = refusals(schema, operation.signature.text)
        touched = set(operation.signature.coordinates)
        reasons += [change.message for change in unseen if touched & set(places(change))]
        if reasons:
            yield BrokenOperation(operation, tuple(dict.fromkeys(reasons)))


def refusals(schema: GraphQLSchema, text: str) -> list[str]:
    """Why an operation is not valid on a schema."""
    return [error.message for error in validate(schema, parse(text, no_location=True))]


def places(change: Change) -> Iterator[str]:
    """The coordinates by which an operation would know what has changed."""
    yield change.coordinate
    if change.kind not in (ChangeKind.FIELD_TYPE, ChangeKind.ARGUMENT_TYPE):
        yield change.coordinate.partition(".")[0]
