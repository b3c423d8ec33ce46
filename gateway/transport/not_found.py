"""What is answered where there is nothing: JSON that says what there is."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from gateway.resolvers import codes


def http_failure(graphql_path: str) -> Callable[[Request, Any], JSONResponse]:
    """A handler of Starlette's own failures: an unknown path or a wrong method, as a GraphQL error."""

    def answer(request: Request, failure: HTTPException) -> JSONResponse:
        if failure.status_code == 405:  # Method Not Allowed
            message, code = f"{request.url.path} is read by GET only.", codes.METHOD_NOT_ALLOWED
        else:
            message = (
                f"There is nothing at {request.url.path}. GraphQL is at {graphql_path}, "
                "the gateway's health at /health/live and /health/ready."
            )
            code = codes.NOT_FOUND
        body = {"errors": [{"message": message, "extensions": {"code": code}}]}
        return JSONResponse(body, status_code=failure.status_code, headers=failure.headers)

    return answer
