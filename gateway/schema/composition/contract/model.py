"""What a contract is: which tags a variant of the supergraph shows and hides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contract:
    """A variant of a supergraph for one audience.

    With ``include``, output fields and unions are hidden unless they have one of these tags; a tag on a type counts for its
    fields. With ``exclude``, everything that has one of these tags is hidden, whatever ``include`` says. With
    ``hide_unreachable``, types that no operation can reach are hidden, unless they have a tag of ``include``.
    """

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    hide_unreachable: bool = False
