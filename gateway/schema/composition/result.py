"""What composing gives: a supergraph with hints, or every reason why there is none."""

from dataclasses import dataclass, field
from functools import cached_property

from gateway.errors import CompositionError, Hint
from gateway.schema.supergraph import Supergraph
from gateway.schema.supergraph.printer import print_supergraph
from gateway.types import SubgraphName


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One service: its name, where it is reached, and its SDL."""

    name: SubgraphName
    url: str
    sdl: str


@dataclass(frozen=True)
class CompositionResult:
    """``supergraph`` is as the planner reads it, and None where there are errors. Errors and hints are sorted."""

    supergraph: Supergraph | None = None
    errors: tuple[CompositionError, ...] = ()
    hints: tuple[Hint, ...] = field(default=())

    @cached_property
    def supergraph_sdl(self) -> str | None:
        """The supergraph as text: sorted, and the same for every order of the subgraphs."""
        return print_supergraph(self.supergraph.document) if self.supergraph is not None else None
