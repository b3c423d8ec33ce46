"""An operation that is ready to run, compiled once it has shown that it comes more than once."""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.resolvers.engine.observer import EngineObserver, Plain
from gateway.resolvers.engine.streaming import StreamedOperation
from gateway.resolvers.executor import PreparedOperation
from gateway.resolvers.executor.compiled import CompiledOperation, NotCompiledError, Uncompiled, compile_operation
from gateway.resolvers.executor.paths import JsonObject

LOG: Final = logging.getLogger("gateway.engine")

MAX_FORMS: Final = 16
"""For how many settings of its conditions an operation is compiled: all that four variables can have."""

Setting = tuple[Any, ...]
"""The values of an operation's condition variables, in the order of their names."""

Form = CompiledOperation | Plain | Uncompiled
"""How to run an operation: compiled, or plain for this reason."""


@dataclass(slots=True)
class ReadyOperation:
    """A prepared operation with its compiled forms, one for each setting of its conditions. ``uses`` counts requests.

    ``identity`` tells it from all others, on every replica. ``unkept_runs`` counts requests since its answer could not be kept as a whole.
    ``streamed`` is the operation as one whose list comes item by item, if it is one; None as long as nobody has asked. ``is_shared``: equal requests in flight of all its fetches are one. ``refusals`` are errors for what its user may not see; with any, it is run plain.
    """

    prepared: PreparedOperation
    refusals: tuple[JsonObject, ...] = ()
    uses: int = 0
    identity: bytes = b""
    unkept_runs: int = 0
    is_shared: bool = False
    streamed: tuple[StreamedOperation, ...] | None = None
    _forms: dict[Setting, Form] = field(default_factory=dict)

    def form(self, variables: Mapping[str, Any], observer: EngineObserver) -> Form:
        """How to run the operation with these variables. It is compiled at its second use: what comes once is not worth the time."""
        if self.refusals:
            return Plain.FORBIDDEN
        setting = self._setting(variables)
        form = self._forms.get(setting)
        if form is None:
            if len(self._forms) >= MAX_FORMS:
                return Uncompiled.TOO_MANY_SETTINGS
            form = self._forms[setting] = Plain.FIRST_USE
        elif form is Plain.FIRST_USE:
            form = self._forms[setting] = _compile(self.prepared, variables, observer)
        return form

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings of its conditions that the operation came with."""
        return tuple(self._forms)

    def warm(self, settings: Iterable[Setting], observer: EngineObserver) -> None:
        """Compile now what ``form`` would compile at the second use."""
        names = self.prepared.condition_variables
        for setting in settings:
            if len(setting) == len(names) and len(self._forms) < MAX_FORMS:
                variables = dict(zip(names, setting, strict=True))
                self._forms[setting] = _compile(self.prepared, variables, observer)

    def _setting(self, variables: Mapping[str, Any]) -> Setting:
        names = self.prepared.condition_variables
        return tuple(variables.get(name) for name in names) if names else ()


def _compile(
    prepared: PreparedOperation, variables: Mapping[str, Any], observer: EngineObserver
) -> CompiledOperation | Uncompiled:
    began = time.perf_counter()
    try:
        compiled = compile_operation(prepared, variables)
    except NotCompiledError as error:
        return error.reason
    except Exception:
        LOG.exception("an operation could not be compiled; it runs plain")
        return Uncompiled.FAULT
    observer.on_compiled(time.perf_counter() - began)
    return compiled
