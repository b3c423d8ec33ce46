"""One operation as the planner and the executor see it: validated, fragments inlined, constant conditions carried out."""

from dataclasses import dataclass

from gateway.resolvers.operation.incremental_uses import VariableUse
from gateway.resolvers.operation.streamed import Streamed
from gateway.schema.selection import Directive, SelectionSet
from gateway.types import OperationKind


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    """A variable as the client declares it. ``type`` and ``default`` are GraphQL text: ``[ID!]!``, ``{ a: 1 }``."""

    name: str
    type: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A valid operation on the API schema.

    ``selections`` keep the client's order, aliases and guards; equal response keys are not merged yet. ``streamed`` are root fields whose lists
    may come item by item; ``variable_uses`` are what its variables can make wrong.
    """

    kind: OperationKind
    name: str | None
    variables: tuple[VariableDefinition, ...]
    selections: SelectionSet
    directives: tuple[Directive, ...] = ()
    streamed: tuple[Streamed, ...] = ()
    variable_uses: tuple[VariableUse, ...] = ()
