"""Why an operation is not compiled, and why a compiled one gave up: two closed lists, which people read and metrics count by."""

from enum import StrEnum


class Uncompiled(StrEnum):
    """Why only the plain executor can run an operation."""

    SUBSCRIPTION = "subscription"
    DEFERRED = "deferred"
    """Parts of the answer that may come later."""
    CONTEXT_ARGUMENTS = "context_arguments"
    """Values from enclosing objects (``@fromContext``)."""
    SHARED_OBJECT = "shared_object"
    """Objects that two fetches bring, neither of them as an entity."""
    UNTOLD_TYPE = "untold_type"
    """Objects of an abstract type whose type is told by another fetch than brings them, or by none."""
    INPUT = "input"
    """An input of an entity that cannot be read in one way."""
    PATH = "path"
    """A place that cannot be known before the answers are there."""
    TOO_LARGE = "too_large"
    """More classes than are worth it: abstract types of many members, one in another."""
    FAULT = "fault"
    """A fault of the compiler, which the log tells."""
    TOO_MANY_SETTINGS = "too_many_settings"
    """More settings of its conditions than are kept."""


class Surprise(StrEnum):
    """Why a compiled operation gave up, and the plain executor took over."""

    SUBGRAPH_ERROR = "subgraph_error"
    """An answer has errors."""
    NO_ANSWER = "no_answer"
    """A subgraph gave no answer: a timeout, a lost connection."""
    HTTP_STATUS = "http_status"
    """An answer has another status than 200, or is not JSON by its content type."""
    UNEXPECTED_VALUE = "unexpected_value"
    """An answer is not of the schema's types: a null that must not be, a number for a text, a type that clients do not know."""
    ENTITY_COUNT = "entity_count"
    """An answer has not one entity for each representation."""
    MISSING_VALUE = "missing_value"
    """A value that must not be null was brought by nobody."""
    UNLIKE_ANSWERS = "unlike_answers"
    """Two subgraphs disagree on an object that both bring."""
    GATEWAY = "gateway"
    """A fault of the generated code itself."""


class NotCompiledError(Exception):
    """An operation that only the plain executor can run. The text says why in full."""

    def __init__(self, reason: Uncompiled, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class SurpriseError(Exception):
    """A subgraph's answer is not what the compiled operation was made for. The plain executor decides what comes of it."""

    def __init__(self, reason: Surprise) -> None:
        super().__init__(reason.value)
        self.reason = reason
