"""Read one operation from a request's text: parse, choose, measure, validate, inline."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    MaxIntrospectionDepthRule,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.operation.incremental_uses import DEFER, STREAM, read_variable_uses
from gateway.resolvers.operation.limits import Limits, Refusal, exceeded_limits
from gateway.resolvers.operation.measures import measure_operations
from gateway.resolvers.operation.merges import count_merges
from gateway.resolvers.operation.model import Operation, VariableDefinition
from gateway.resolvers.operation.refusals import refuse
from gateway.resolvers.operation.stream_counts import StreamInitialCountRule
from gateway.resolvers.operation.streamed import read_streamed
from gateway.schema.selection import read_directives, read_selections
from gateway.schema.supergraph.schemas import is_for_the_gateway
from gateway.types import OperationKind

RULES = (*(rule for rule in specified_rules if rule is not MaxIntrospectionDepthRule), StreamInitialCountRule)
"""The specification's rules (section 5), and that of ``@stream``. Introspection depth is one of our own limits, with its own code."""


def read_operation(schema: GraphQLSchema, query: str, operation_name: str | None, limits: Limits) -> Operation:
    """The operation called ``operation_name``, or the only one there is, valid on the public ``schema``.

    Raises ``RequestError`` with every reason why not. Limits are checked before validation, whose work can grow faster than the text.
    """
    document = _parse(query, limits)
    operation = _choose_operation(document, operation_name)
    _check_limits(document, limits)
    if errors := validate(schema, document, RULES):
        raise refuse(codes.GRAPHQL_VALIDATION_FAILED, errors)
    ours = [d.name for d in schema.directives if (d.name == STREAM or is_for_the_gateway(d)) and d.name in query]
    streamed = read_streamed(operation) if STREAM in ours else ()
    uses = read_variable_uses(document, operation) if DEFER in query or STREAM in query else ()
    if ours:
        document = _without_directives(document, ours)
        operation = _choose_operation(document, operation_name)
    return replace(_build_operation(document, operation), streamed=streamed, variable_uses=uses)


def parse_operation(query: str, operation_name: str | None, limits: Limits) -> Operation:
    """The same without validation: for tools that show plans of operations which no server would accept."""
    document = _parse(query, limits)
    operation = _choose_operation(document, operation_name)
    _check_limits(document, limits)
    return _build_operation(document, operation)


def _parse(query: str, limits: Limits) -> DocumentNode:
    try:
        return parse(
            query,
            max_lexical_tokens=limits.max_tokens,
            max_comments=limits.max_tokens,
            allow_empty_selection_sets=False,
        )
    except GraphQLError as error:
        raise refuse(_code_of_syntax_error(error.message), [error]) from error


class _Remover(Visitor):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self._names = names

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if node.name.value in self._names else None


def _without_directives(document: DocumentNode, names: Collection[str]) -> DocumentNode:
    """The document without directives that subgraphs need not know of. One is ``@stream``: who can is asked for it anew."""
    found: DocumentNode = visit(document, _Remover(names))
    return found


def _code_of_syntax_error(message: str) -> str:
    """graphql-core tells its own limits from other syntax errors by their text only."""
    if "Document contains more than" in message:
        return codes.MAX_TOKENS_LIMIT
    if "nested too deeply" in message:
        return codes.MAX_DEPTH_LIMIT
    return codes.GRAPHQL_PARSE_FAILED


def _choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run (GraphQL specification, section 6.1, GetOperation)."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name is not None:
        operations = [operation for operation in operations if operation.name and operation.name.value == name]
    if operations and (name is not None or len(operations) == 1):
        return operations[0]
    if name is not None:
        message = f"There is no operation named {name!r} in the document."
    elif operations:
        message = "The document has several operations; say in operationName which one to run."
    else:
        message = "The document has no operation."
    raise RequestError(message, code=codes.OPERATION_RESOLUTION_FAILURE)


def _check_limits(document: DocumentNode, limits: Limits) -> None:
    """Hold every operation of the document to the limits: all of them are validated, whichever is chosen."""
    measured = measure_operations(document)
    refusals = {refusal: None for measures in measured for refusal in exceeded_limits(measures, limits)}
    if not refusals and count_merges(document) > limits.max_merges:
        message = (
            f"The operation has more than {limits.max_merges} pairs of selections to merge; select each field once."
        )
        refusals[Refusal(codes.MAX_MERGES_LIMIT, message)] = None
    if refusals:
        errors = tuple({"message": r.message, "extensions": {"code": r.code}} for r in refusals)
        first = next(iter(refusals))
        raise RequestError(first.message, code=first.code, errors=errors)


def _build_operation(document: DocumentNode, node: OperationDefinitionNode) -> Operation:
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    return Operation(
        kind=OperationKind(node.operation.value),
        name=node.name.value if node.name else None,
        variables=tuple(
            VariableDefinition(
                definition.variable.name.value,
                print_ast(definition.type),
                print_ast(definition.default_value) if definition.default_value else None,
            )
            for definition in node.variable_definitions or ()
        ),
        selections=read_selections(node.selection_set, fragments),
        directives=read_directives(node.directives),
    )
