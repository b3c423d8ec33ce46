"""Lists of things in words, for messages."""

from collections.abc import Iterable, Mapping


def say_list(items: Iterable[str]) -> str:
    """``"a"``, ``"a" and "b"``, ``"a", "b" and "c"``, sorted."""
    found = [f'"{item}"' for item in sorted(set(items))]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def say_subgraphs(names: Iterable[str]) -> str:
    """``subgraph "a"`` or ``subgraphs "a" and "b"``."""
    found = list(names)
    return f"subgraph{'s' if len(set(found)) > 1 else ''} {say_list(found)}"


def say_variants(variants: Mapping[str, Iterable[str]]) -> str:
    """Who has which: ``"Int" in subgraph "a"; "Int!" in subgraphs "b" and "c"``."""
    return "; ".join(f"{what} in {say_subgraphs(names)}" for what, names in sorted(variants.items()))
