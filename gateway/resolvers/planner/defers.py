"""Deferred blocks (``@defer``): their selections carry a guard of their own, so that what only they need can be told apart.

A deferred guard is never printed. A step whose every output has it can wait for the first answer to be sent; what comes with a step of
the first answer anyway stays there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.resolvers.query_plan import DeferredBlock, Path
from gateway.schema.selection import Directive, Guard, InlineFragment

_PREFIX = "@defer:"

Guards = tuple[Guard, ...]
"""Conditions that must all hold, sorted."""


@dataclass(slots=True)
class Defers:
    """The deferred fragments of one operation, in the client's order."""

    blocks: list[DeferredBlock] = field(default_factory=list)
    _known: dict[tuple[int, Path], tuple[Guard, InlineFragment]] = field(default_factory=dict)

    def guard(self, fragment: InlineFragment, path: Path, outer: Guards) -> Guard | None:
        """The guard of a deferred fragment at a path, or None for any other fragment."""
        directive = next((d for d in fragment.directives if d.name == "defer"), None)
        if directive is None or _argument(directive, "if") == "false":
            return None
        key = (id(fragment), path)
        if key not in self._known:
            guard = Guard(f"{_PREFIX}{len(self.blocks)}", expected=True)
            self._known[key] = (guard, fragment)  # the fragment is kept, or its id could be another one's later
            self.blocks.append(_block(guard, fragment, directive, path, outer))
        return self._known[key][0]


def _block(guard: Guard, fragment: InlineFragment, directive: Directive, path: Path, outer: Guards) -> DeferredBlock:
    condition = _argument(directive, "if")
    label = _argument(directive, "label")
    parents = [block_of(one) for one in outer if is_deferred(one)]
    return DeferredBlock(
        id=block_of(guard),
        path=path,
        selections=fragment.selections,
        label=label.strip('"') if label is not None else None,
        variable=condition.removeprefix("$") if condition is not None and condition.startswith("$") else None,
        parent=parents[-1] if parents else None,
    )


def _argument(directive: Directive, name: str) -> str | None:
    return next((argument.value for argument in directive.arguments if argument.name == name), None)


def is_deferred(guard: Guard) -> bool:
    return guard.variable.startswith(_PREFIX)


def block_of(guard: Guard) -> str:
    """The id of the block that a deferred guard stands for."""
    return guard.variable.removeprefix(_PREFIX)


def shown(guards: Guards) -> Guards:
    """The guards that are the client's conditions."""
    return tuple(guard for guard in guards if not is_deferred(guard))


def deferred_block(guards: Iterable[Guard]) -> str | None:
    """The innermost block among guards that hold together: the one that comes last, as blocks are numbered from the outside."""
    found = [int(block_of(guard)) for guard in guards if is_deferred(guard)]
    return str(max(found)) if found else None
