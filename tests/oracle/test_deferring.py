"""A deferred answer, put together, is the answer that comes whole: made-up worlds, made-up operations, fragments deferred at random."""

from random import Random
from typing import Any

import msgspec
import pytest
from graphql import (
    DirectiveNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.resolvers.messages import GraphQLRequest, Incremental
from tests.oracle.case import MOODS
from tests.oracle.running import make_cases, make_setting
from tests.resolvers.engine.assembling import ask, assemble

OPERATIONS = 8
DEFER = DirectiveNode(name=NameNode(value="defer"), arguments=())


class Deferrer(Visitor):
    """Puts some neighbours of some selection sets into a deferred fragment."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.count = 0

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode | None:
        if self.random.random() > 0.4:
            return None
        begin = self.random.randrange(len(node.selections))
        end = self.random.randint(begin + 1, len(node.selections))
        self.count += 1
        inner = SelectionSetNode(selections=node.selections[begin:end])
        fragment = InlineFragmentNode(type_condition=None, directives=(DEFER,), selection_set=inner)
        return SelectionSetNode(selections=(*node.selections[:begin], fragment, *node.selections[end:]))


def deferred(text: str, random: Random) -> str | None:
    """The query with deferred fragments; None for a mutation, or where the draw defers nothing."""
    document = parse(text)
    if any(isinstance(d, OperationDefinitionNode) and d.operation.value != "query" for d in document.definitions):
        return None
    deferrer = Deferrer(random)
    changed = visit(document, deferrer)
    return print_ast(changed) if deferrer.count else None


@pytest.mark.parametrize("form", Incremental)
@pytest.mark.parametrize("first", range(0, 30, 15))
async def test_the_parts_make_the_whole(first: int, form: Incremental) -> None:
    """Data is equal whatever is deferred, in both forms; where nothing fails there are no errors."""
    asked = streamed = 0
    for seed in range(first, first + 15):
        if MOODS[seed % len(MOODS)] == "errors":
            continue
        setting, empty = make_setting(seed)
        if setting.supergraph is None:
            continue
        random = Random(f"defer {seed}")
        for case in make_cases(setting, empty, seed, OPERATIONS):
            text = deferred(case.operation, random)
            if text is None:
                continue
            whole = msgspec.json.decode(
                (await setting.engine.execute(GraphQLRequest(case.operation, variables=case.variables))).body
            )
            payloads = await ask(setting.engine, text, form, **case.variables)
            asked += 1
            streamed += len(payloads) > 1
            told = f"seed {seed}\n{text}\n{case.variables}\n{payloads}\nexpected {whole}"
            assert setting.client.problems == [], told
            assert "data" in payloads[0], told
            found = assemble(payloads)
            assert found["data"] == whole["data"], told
            assert not found["errors"], told
    assert asked > 30
    assert streamed > asked / 2
