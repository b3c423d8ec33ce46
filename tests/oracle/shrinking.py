"""Make a failing case small: take away what it does not need, as long as it goes wrong in the same way.

Everything is done on the text's trees, so that it works for cases from anywhere. What no longer composes or validates is not tried further.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language.visitor import REMOVE, Visitor

from tests.oracle.case import Case
from tests.oracle.running import Setting, check_case

PATIENCE: Final = 2000
"""At most so many smaller cases are tried."""


def shrink(case: Case, kind: str) -> Case:
    """The smallest case found that fails in the way called ``kind``."""
    position, is_smaller = 0, False
    for _ in range(PATIENCE):
        smaller = next(islice(_smaller(case), position, None), None)
        if smaller is None and not is_smaller:
            return case
        if smaller is None:  # Once more from the start: something that was needed may not be any more.
            position, is_smaller = 0, False
        elif _fails(smaller, kind):
            case, is_smaller = smaller, True  # What was next is now at this position.
        else:
            position += 1
    return case


def _fails(case: Case, kind: str) -> bool:
    try:
        if not _is_valid(case):
            return False
        failure = check_case(case)
    except Exception:  # A case that has become nonsense is no case.
        return False
    return failure is not None and failure.kind == kind


def _is_valid(case: Case) -> bool:
    setting = Setting(case.undivided, case.subgraphs, mood=case.mood, salt=case.salt)
    return setting.supergraph is not None and not validate(setting.undivided, parse(case.operation))


def _smaller(case: Case) -> Iterator[Case]:
    """Cases with one thing less, the big things first."""
    for operation in _without_selections(case.operation):
        yield replace(case, operation=operation)
    if case.mood != "calm":
        yield replace(case, mood="calm")
    for name in case.subgraphs:
        yield replace(case, subgraphs={other: sdl for other, sdl in case.subgraphs.items() if other != name})
    for name in case.variables:
        if f"${name}" not in case.operation:
            yield replace(case, variables={k: v for k, v in case.variables.items() if k != name})
    yield from _without_definitions(case)
    yield from _without_fields(case)
    for name, sdl in case.subgraphs.items():
        for smaller in _without_parts(sdl, DirectiveNode, FieldDefinitionNode):
            yield replace(case, subgraphs={**case.subgraphs, name: smaller})


def _without_selections(text: str) -> Iterator[str]:
    """The operation without one selection, condition or variable; a fragment in place of its field."""
    document = parse(text, no_location=True)
    for _, smaller in _each_removed(document, (FieldNode, InlineFragmentNode, DirectiveNode)):
        if _has_no_empty_set(smaller):
            yield print_ast(_without_unused(smaller))


def _has_no_empty_set(document: DocumentNode) -> bool:
    return "{}" not in print_ast(document).replace(" ", "").replace("\n", "")


def _without_unused(document: DocumentNode) -> DocumentNode:
    """Drop fragments and variables that nothing uses any more."""
    body = print_ast(document)
    kept = [
        each
        for each in document.definitions
        if not isinstance(each, FragmentDefinitionNode) or f"...{each.name.value}" in body.replace("... ", "...")
    ]
    used = _variables(kept)
    return DocumentNode(definitions=tuple(_without_variables(each, used) for each in kept))


def _without_variables(definition: Any, used: set[str]) -> Any:
    if not isinstance(definition, OperationDefinitionNode):
        return definition
    kept = tuple(each for each in definition.variable_definitions or () if each.variable.name.value in used)
    return replace(definition, variable_definitions=kept)


def _variables(definitions: list[Any]) -> set[str]:
    found: set[str] = set()

    class Finder(Visitor):
        def enter_variable_definition(self, *_: Any) -> Any:
            return False

        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            found.add(node.name.value)

    for each in definitions:
        visit(each, Finder())
    return found


def _each_removed(document: DocumentNode, kinds: tuple[type[Node], ...]) -> Iterator[tuple[int, DocumentNode]]:
    """The document without each of its nodes of these kinds in turn."""
    index = 0
    while True:
        remover = _Remover(kinds, index)
        smaller = visit(copy.deepcopy(document), remover)
        if remover.seen <= index:
            return
        yield index, smaller
        index += 1


class _Remover(Visitor):
    """Removes the node of these kinds that comes ``index``-th."""

    def __init__(self, kinds: tuple[type[Node], ...], index: int) -> None:
        super().__init__()
        self.kinds, self.index, self.seen = kinds, index, 0

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, self.kinds):
            self.seen += 1
            if self.seen == self.index + 1:
                return REMOVE
        return None


def _without_definitions(case: Case) -> Iterator[Case]:
    """Without one type, anywhere."""
    for node in parse(case.undivided, no_location=True).definitions:
        if _name(node) not in ("", "Query"):
            yield _everywhere(case, _name(node))


def _without_fields(case: Case) -> Iterator[Case]:
    """Without one field of one type, anywhere."""
    for node in parse(case.undivided, no_location=True).definitions:
        for each in getattr(node, "fields", None) or ():
            yield _without_field(case, node.name.value, each.name.value)  # type: ignore[attr-defined]  # types have names


def _without_field(case: Case, owner: str, name: str) -> Case:
    def strip(text: str) -> str:
        document = parse(text, no_location=True)
        kept = []
        for node in document.definitions:
            fields = tuple(each for each in getattr(node, "fields", None) or () if each.name.value != name)
            if _name(node) != owner:
                kept.append(node)
            elif fields:
                kept.append(replace(node, fields=fields))  # type: ignore[call-arg]  # types have fields
        return print_ast(DocumentNode(definitions=tuple(kept)))

    return _map_schemas(case, strip)


def _name(node: Any) -> str:
    return str(getattr(getattr(node, "name", None), "value", ""))


def _everywhere(case: Case, name: str) -> Case:
    def strip(text: str) -> str:
        document = parse(text, no_location=True)
        kept = tuple(_without_name(each, name) for each in document.definitions if _name(each) != name)
        return print_ast(DocumentNode(definitions=kept))

    return _map_schemas(case, strip)


def _without_name(definition: Any, name: str) -> Any:
    """A union without a member, a type without an interface."""
    parts = {part: getattr(definition, part, None) for part in ("types", "interfaces")}
    left = {part: tuple(each for each in found if _name(each) != name) for part, found in parts.items() if found}
    return replace(definition, **left) if left else definition


def _map_schemas(case: Case, strip: Callable[[str], str]) -> Case:
    subgraphs = {name: strip(sdl) for name, sdl in case.subgraphs.items()}
    return replace(case, undivided=strip(case.undivided), subgraphs=subgraphs)


def _without_parts(sdl: str, *kinds: type[Node]) -> Iterator[str]:
    document = parse(sdl, no_location=True)
    for _, smaller in _each_removed(document, kinds):
        text = print_ast(smaller)
        if "@link" in text and "{}" not in text.replace(" ", "").replace("\n", ""):
            yield text
