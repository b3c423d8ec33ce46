"""The parts of a deferred answer as payloads, in either form."""

from collections.abc import Mapping
from typing import Any

from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.executor.streaming import Delivered, Part, Pending
from gateway.resolvers.messages import Incremental


def write_part(part: Part, form: Incremental, extensions: Mapping[str, Any], *, is_first: bool) -> JsonObject:
    """One payload. ``extensions`` are those of the whole response, which come with its last part."""
    entries: JsonObject = {}
    if is_first:
        entries = {**({"errors": part.errors} if part.errors else {}), "data": part.data}
    own = dict(extensions) if not part.has_next else {}
    if part.problems:
        own["valueCompletion"] = part.problems
    if own:
        entries["extensions"] = own
    if form is Incremental.PATHS:
        if part.delivered:
            entries["incremental"] = [_at_path(each) for each in part.delivered]
    else:
        entries |= _by_id(part)
    return entries | {"hasNext": part.has_next}


def _at_path(each: Delivered) -> JsonObject:
    label = each.pending.place.block.label
    return {
        "data": each.data,
        "path": each.pending.place.path,
        **({"label": label} if label is not None else {}),
        **_faults(each),
    }


def _by_id(part: Part) -> JsonObject:
    entries: JsonObject = {}
    if part.announced:
        entries["pending"] = [_pending(each) for each in part.announced]
    if part.delivered:
        brought = [each for each in part.delivered if each.data is not None]
        if brought:
            entries["incremental"] = [{"id": each.pending.id, "data": each.data, **_faults(each)} for each in brought]
        entries["completed"] = [_completed(each) for each in part.delivered]
    return entries


def _pending(each: Pending) -> JsonObject:
    label = each.place.block.label
    return {"id": each.id, "path": each.place.path, **({"label": label} if label is not None else {})}


def _completed(each: Delivered) -> JsonObject:
    if each.data is not None:
        return {"id": each.pending.id}
    return {"id": each.pending.id, "errors": each.errors or each.problems}


def _faults(each: Delivered) -> JsonObject:
    return {
        **({"errors": each.errors} if each.errors else {}),
        **({"extensions": {"valueCompletion": each.problems}} if each.problems else {}),
    }
