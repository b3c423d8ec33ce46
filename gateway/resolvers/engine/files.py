"""Which operations may bring files, and which of these must be kept."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.query_plan import QueryPlan
from gateway.resolvers.uploads import find_files
from gateway.types import OperationKind


def check_files(variables: Mapping[str, Any], plan: QueryPlan) -> None:
    """Files go with mutations, for queries may be shared, kept and asked again. Those that several fetches send on are kept meanwhile.

    Raises RequestError.
    """
    if plan.kind is not OperationKind.MUTATION:
        message = "Files can be sent with a mutation only: send the file with the mutation that takes it."
        raise RequestError(message, code=codes.FILE_UPLOADS_OPERATION_CANNOT_STREAM)
    uses = Counter(name for fetch in plan.fetches for name in fetch.variables)
    for file in find_files({name: value for name, value in variables.items() if uses[name] > 1}):
        file.keep()
