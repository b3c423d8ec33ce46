"""Execute one prepared operation: fetch what the plan says, then write what the client asked for."""

from dataclasses import dataclass

from gateway.resolvers.executor.completion import Completion
from gateway.resolvers.executor.introspection import introspect
from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.executor.prepared import PreparedOperation
from gateway.resolvers.executor.run import RunOptions, run_plan


@dataclass(frozen=True, slots=True)
class Executed:
    """What the client gets. ``problems`` are values that the gateway itself had to null."""

    data: JsonObject | None
    errors: tuple[JsonObject, ...]
    problems: tuple[JsonObject, ...]


async def execute_operation(
    prepared: PreparedOperation, options: RunOptions, refusals: tuple[JsonObject, ...] = ()
) -> Executed:
    """The response to an operation whose variables are coerced. Data is partial where there are errors, never absent for them.

    ``refusals`` are errors that were known before.
    """
    schema, operation = prepared.supergraph.api_schema, prepared.operation
    root = prepared.projection(options.variables)
    outcome = await run_plan(prepared, options)
    errors = refusals + outcome.errors
    completion = Completion(errors, introspect(schema, root, operation.variables, options.variables))
    data = completion.complete_root(root, outcome.data)
    return Executed(data, errors, tuple(completion.problems))
