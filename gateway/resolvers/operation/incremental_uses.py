"""Uses of ``@defer`` and ``@stream`` that values of variables can make wrong (incremental delivery, sections 6.3 and 6.4).

Literals are a matter of validation. The same with variables is looked at as soon as these have values: wherever the directive stands, in whichever fragment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.operation.stream_counts import MESSAGE

DEFER: Final = "defer"
STREAM: Final = "stream"


@dataclass(frozen=True, slots=True)
class VariableUse:
    """A directive that is on unless the variable ``condition`` is false (None: it is on), and then may not be there, or not with a negative ``count``."""

    directive: str
    condition: str | None
    count: str | None
    """The variable of ``initialCount``; None where the directive may not be on at all, as in a subscription."""

    def check(self, variables: Mapping[str, Any]) -> None:
        """Raise ``RequestError`` where these values make the use wrong."""
        if self.condition is not None and variables.get(self.condition) is False:
            return
        if self.count is None:
            message = f"Subscriptions have no '@{self.directive}': its 'if' must be false."
            raise RequestError(message, code=codes.VALIDATION_INVALID_TYPE_VARIABLE)
        count = variables.get(self.count)
        if isinstance(count, int) and count < 0:
            raise RequestError(MESSAGE, code=codes.VALIDATION_INVALID_TYPE_VARIABLE)


def read_variable_uses(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[VariableUse, ...]:
    """Those of a valid operation and of all fragments that it spreads."""
    is_subscription = operation.operation is OperationType.SUBSCRIPTION
    uses = (_use(directive, is_subscription) for directive in _directives(document, operation))
    return tuple(dict.fromkeys(use for use in uses if use is not None))


def _use(directive: DirectiveNode, is_subscription: bool) -> VariableUse | None:
    name = directive.name.value
    given = {argument.name.value: argument.value for argument in directive.arguments or ()}
    condition, count = given.get("if"), given.get("initialCount")
    if isinstance(condition, BooleanValueNode) and not condition.value:
        return None
    switch = condition.name.value if isinstance(condition, VariableNode) else None
    if is_subscription:
        return VariableUse(name, switch, None)
    if name == STREAM and isinstance(count, VariableNode):
        return VariableUse(name, switch, count.name.value)
    return None


class _Finder(Visitor):
    """What one definition holds: the directives, and the names of the fragments that it spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.directives: list[DirectiveNode] = []
        self.spreads: list[str] = []

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in {DEFER, STREAM}:
            self.directives.append(node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.spreads.append(node.name.value)


def _directives(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[DirectiveNode]:
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]
    while waiting:
        finder = _Finder()
        visit(waiting.pop(), finder)
        yield from finder.directives
        spread = (fragments.pop(name, None) for name in finder.spreads)
        waiting.extend(fragment for fragment in spread if fragment is not None)
