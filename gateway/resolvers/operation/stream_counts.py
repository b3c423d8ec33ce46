"""``@stream(initialCount:)`` must not be negative (incremental delivery, the directive ``@stream``)."""

from typing import Any, Final

from graphql import ASTValidationRule, BooleanValueNode, DirectiveNode, GraphQLError, IntValueNode

MESSAGE: Final = "The 'initialCount' of '@stream' must not be negative."


class StreamInitialCountRule(ASTValidationRule):
    """A literal count is 0 or more, unless the directive is switched off beside it. Variables are looked at when they have values."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Look at one directive."""
        if node.name.value != "stream":
            return
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        count, condition = given.get("initialCount"), given.get("if")
        is_off = isinstance(condition, BooleanValueNode) and not condition.value
        if isinstance(count, IntValueNode) and count.value.startswith("-") and not is_off and int(count.value):
            self.report_error(GraphQLError(MESSAGE, count))
