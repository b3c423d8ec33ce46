"""Selection sets from and to GraphQL text; ``parse_field_set`` and ``print_selections`` are a pair."""

from collections.abc import Iterable, Mapping

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.schema.selection.model import Argument, Directive, Field, Guard, InlineFragment, Selection, SelectionSet

Fragments = Mapping[str, FragmentDefinitionNode]


def parse_field_set(text: str) -> SelectionSet:
    """Read a federation field set such as ``id org { id }``, with or without outer braces.

    Raises ``graphql.GraphQLError`` where the text is not a selection set.
    """
    document = parse(text if text.lstrip().startswith("{") else f"{{{text}}}", no_location=True)
    (operation,) = document.definitions
    return read_selections(operation.selection_set, {})  # type: ignore[attr-defined]  # braces make it an operation


def read_selections(node: SelectionSetNode | None, fragments: Fragments) -> SelectionSet:
    """Turn a parsed selection set into frozen data.

    Named fragments become inline ones; constant ``@skip`` and ``@include`` are carried out. The fragments must exist and be
    free of cycles: validation comes first.
    """
    if node is None:
        return ()
    selections = (_read_selection(selection, fragments) for selection in node.selections)
    return tuple(selection for selection in selections if selection is not None)


def _read_selection(node: SelectionNode, fragments: Fragments) -> Selection | None:
    guards = _read_guards(node.directives)
    if guards is None:
        return None
    directives = read_directives(node.directives)
    if isinstance(node, FieldNode):
        return Field(
            name=node.name.value,
            alias=node.alias.value if node.alias and node.alias.value != node.name.value else None,
            arguments=_read_arguments(node.arguments),
            guards=guards,
            directives=directives,
            selections=read_selections(node.selection_set, fragments),
        )
    if isinstance(node, FragmentSpreadNode):
        spread = fragments[node.name.value]
        inner = read_selections(spread.selection_set, fragments)
        return InlineFragment(spread.type_condition.name.value, guards, directives, inner)
    assert isinstance(node, InlineFragmentNode)  # noqa: S101  # the grammar knows no fourth selection
    condition = node.type_condition.name.value if node.type_condition else None
    return InlineFragment(condition, guards, directives, read_selections(node.selection_set, fragments))


def _read_guards(directives: Iterable[DirectiveNode] | None) -> tuple[Guard, ...] | None:
    """The guards of a selection, or None where a constant condition leaves the selection out."""
    guards = set()
    for directive in directives or ():
        if directive.name.value not in ("skip", "include"):
            continue
        wanted = directive.name.value == "include"
        value = next((a.value for a in directive.arguments or () if a.name.value == "if"), None)
        if isinstance(value, VariableNode):
            guards.add(Guard(value.name.value, wanted))
        elif isinstance(value, BooleanValueNode) and value.value != wanted:
            return None
    return tuple(sorted(guards))


def read_directives(directives: Iterable[DirectiveNode] | None) -> tuple[Directive, ...]:
    """Applied directives as frozen data, without ``@skip`` and ``@include``."""
    return tuple(
        Directive(directive.name.value, _read_arguments(directive.arguments))
        for directive in directives or ()
        if directive.name.value not in ("skip", "include")
    )


def _read_arguments(arguments: Iterable[ArgumentNode] | None) -> tuple[Argument, ...]:
    """Arguments sorted by name: their order carries no meaning (GraphQL specification, section 2.6)."""
    found = (Argument(a.name.value, print_ast(a.value), variables_in(a.value)) for a in arguments or ())
    return tuple(sorted(found))


class _VariableNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


def variables_in(value: ValueNode) -> tuple[str, ...]:
    """The names of the variables in a literal, sorted."""
    if isinstance(value, VariableNode):
        return (value.name.value,)
    visitor = _VariableNames()
    visit(value, visitor)
    return tuple(sorted(visitor.names))


def print_selections(selections: SelectionSet) -> str:
    """One line of GraphQL text, without the outer braces: ``id org { id }``."""
    return " ".join(_print_selection(selection) for selection in selections)


def _print_selection(selection: Selection) -> str:
    if isinstance(selection, Field):
        alias = f"{selection.alias}: " if selection.alias else ""
        head = f"{alias}{selection.name}{_print_arguments(selection.arguments)}"
    else:
        head = f"... on {selection.type_condition}" if selection.type_condition else "..."
    own, outer = _split_guards(selection.guards)
    head += "".join(_print_guard(guard) for guard in own)
    head += "".join(f" @{d.name}{_print_arguments(d.arguments)}" for d in selection.directives)
    text = f"{head} {{ {print_selections(selection.selections)} }}" if selection.selections else head
    for guard in outer:
        text = f"...{_print_guard(guard)} {{ {text} }}"
    return text


def _split_guards(guards: tuple[Guard, ...]) -> tuple[tuple[Guard, ...], tuple[Guard, ...]]:
    """The first guard of each kind, and those that need a fragment around: a directive may stand once in a place (section 5.7.3)."""
    own = {guard.expected: guard for guard in reversed(guards)}
    return tuple(g for g in guards if own[g.expected] is g), tuple(g for g in guards if own[g.expected] is not g)


def _print_guard(guard: Guard) -> str:
    return f" @{'include' if guard.expected else 'skip'}(if: ${guard.variable})"


def _print_arguments(arguments: tuple[Argument, ...]) -> str:
    return f"({', '.join(f'{a.name}: {a.value}' for a in arguments)})" if arguments else ""
