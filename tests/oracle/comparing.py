"""What it means that two answers are equal: the data exactly, and errors wherever they made something null."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Place = tuple[str | int, ...]


def differences(
    expected: Mapping[str, Any], found: Mapping[str, Any], *, is_input: Callable[[str], bool] = lambda _: False
) -> list[str]:
    """Empty if the gateway's answer is as good as the undivided server's (README, "Which errors"); else what is not.

    ``is_input`` tells by an error's message whether it comes from a field that other fields require.
    """
    if "data" not in found:
        return [f"the gateway refused: {found.get('errors')}"]
    if expected["data"] != found["data"] or _order(expected["data"]) != _order(found["data"]):
        return [f"data: {_first_difference(expected['data'], found['data'])}; errors: {found.get('errors')}"]
    wanted, got = (failed_places(each["data"], each.get("errors", ()), is_input) for each in (expected, found))
    if wanted != got:
        missing, extra = sorted(wanted - got, key=str), sorted(got - wanted, key=str)
        return [f"errors: missing at {missing}, not expected at {extra}: {found.get('errors')}"]
    return []


def failed_places(
    data: Any, errors: Iterable[Mapping[str, Any]], is_input: Callable[[str], bool] = lambda _: False
) -> set[Place]:
    """Where errors made something null. Errors of inputs that the client did not select have no place."""
    found = set()
    for error in errors:
        place = _place(data, tuple(error.get("path") or ()))
        if "not null" not in place or not is_input(error["message"]):
            found.add(place)
    return found


def _place(data: Any, path: Place) -> Place:
    for depth, step in enumerate(path):
        if data is None:
            return path[:depth]
        if isinstance(data, dict) and step not in data:
            return (*path[: depth + 1], "not null")
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif isinstance(data, dict):
            data = data[str(step)]
        else:
            return (*path[: depth + 1], "not null")
    return path if data is None else (*path, "not null")


def _order(data: Any) -> Any:
    """The keys in their order, which counts (GraphQL specification, section 7.1.1)."""
    if isinstance(data, dict):
        return [(key, _order(value)) for key, value in data.items()]
    return [_order(item) for item in data] if isinstance(data, list) else None


def _first_difference(expected: Any, found: Any, path: str = "") -> str:
    if isinstance(expected, dict) and isinstance(found, dict):
        if list(expected) != list(found):
            return f"{path or '.'} has keys {list(found)} instead of {list(expected)}"
        for key, value in expected.items():
            if value != found[key] or _order(value) != _order(found[key]):
                return _first_difference(value, found[key], f"{path}.{key}")
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, value in enumerate(expected):
            if value != found[index] or _order(value) != _order(found[index]):
                return _first_difference(value, found[index], f"{path}[{index}]")
    return f"{path or '.'} is {found!r} instead of {expected!r}"
