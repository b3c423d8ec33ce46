"""Every code that a response of the gateway can carry in ``extensions.code``, with its meaning: one table."""

from collections.abc import Mapping
from typing import Final

BAD_REQUEST: Final = "BAD_REQUEST"
CSRF_PREVENTION: Final = "CSRF_PREVENTION"
NOT_ACCEPTABLE: Final = "NOT_ACCEPTABLE"
UNSUPPORTED_MEDIA_TYPE: Final = "UNSUPPORTED_MEDIA_TYPE"
REQUEST_TOO_LARGE: Final = "REQUEST_TOO_LARGE"
REQUEST_TIMEOUT: Final = "REQUEST_TIMEOUT"
FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED: Final = "FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED"
FILE_UPLOADS_LIMITS_MAX_FILE_SIZE_EXCEEDED: Final = "FILE_UPLOADS_LIMITS_MAX_FILE_SIZE_EXCEEDED"
FILE_UPLOADS_FILES_MISSING: Final = "FILE_UPLOADS_FILES_MISSING"
FILE_UPLOADS_OPERATION_CANNOT_STREAM: Final = "FILE_UPLOADS_OPERATION_CANNOT_STREAM"
REQUEST_CONCURRENCY_LIMITED: Final = "REQUEST_CONCURRENCY_LIMITED"
GATEWAY_NOT_READY: Final = "GATEWAY_NOT_READY"
NOT_FOUND: Final = "NOT_FOUND"
PERSISTED_QUERY_NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_NOT_SUPPORTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
PERSISTED_QUERY_HASH_MISMATCH: Final = "PERSISTED_QUERY_HASH_MISMATCH"
PERSISTED_QUERY_NOT_IN_LIST: Final = "PERSISTED_QUERY_NOT_IN_LIST"
QUERY_NOT_IN_SAFELIST: Final = "QUERY_NOT_IN_SAFELIST"
UNAUTHENTICATED: Final = "UNAUTHENTICATED"
UNAUTHORIZED_FIELD_OR_TYPE: Final = "UNAUTHORIZED_FIELD_OR_TYPE"
GRAPHQL_PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
GRAPHQL_VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"
OPERATION_RESOLUTION_FAILURE: Final = "OPERATION_RESOLUTION_FAILURE"
VALIDATION_INVALID_TYPE_VARIABLE: Final = "VALIDATION_INVALID_TYPE_VARIABLE"
METHOD_NOT_ALLOWED: Final = "METHOD_NOT_ALLOWED"
SUBSCRIPTION_NOT_SUPPORTED: Final = "SUBSCRIPTION_NOT_SUPPORTED"
SUBSCRIPTION_SCHEMA_RELOAD: Final = "SUBSCRIPTION_SCHEMA_RELOAD"
SUBSCRIPTION_CLIENT_TOO_SLOW: Final = "SUBSCRIPTION_CLIENT_TOO_SLOW"
INTROSPECTION_DISABLED: Final = "INTROSPECTION_DISABLED"
MAX_TOKENS_LIMIT: Final = "MAX_TOKENS_LIMIT"
MAX_DEPTH_LIMIT: Final = "MAX_DEPTH_LIMIT"
MAX_ALIASES_LIMIT: Final = "MAX_ALIASES_LIMIT"
MAX_ROOT_FIELDS_LIMIT: Final = "MAX_ROOT_FIELDS_LIMIT"
MAX_DIRECTIVES_LIMIT: Final = "MAX_DIRECTIVES_LIMIT"
MAX_SELECTIONS_LIMIT: Final = "MAX_SELECTIONS_LIMIT"
MAX_MERGES_LIMIT: Final = "MAX_MERGES_LIMIT"
MAX_INTROSPECTION_DEPTH_LIMIT: Final = "MAX_INTROSPECTION_DEPTH_LIMIT"
QUERY_PLANNING_FAILED: Final = "QUERY_PLANNING_FAILED"
SUBREQUEST_HTTP_ERROR: Final = "SUBREQUEST_HTTP_ERROR"
SUBREQUEST_CIRCUIT_OPEN: Final = "SUBREQUEST_CIRCUIT_OPEN"
SUBREQUEST_MALFORMED_RESPONSE: Final = "SUBREQUEST_MALFORMED_RESPONSE"
PARTITION_REQUIRED: Final = "PARTITION_REQUIRED"
PARTITION_UNKNOWN: Final = "PARTITION_UNKNOWN"
PARTITION_UNSUPPORTED: Final = "PARTITION_UNSUPPORTED"
PARTITION_CURSOR_INVALID: Final = "PARTITION_CURSOR_INVALID"
DOWNSTREAM_SERVICE_ERROR: Final = "DOWNSTREAM_SERVICE_ERROR"
RESPONSE_VALIDATION_FAILED: Final = "RESPONSE_VALIDATION_FAILED"
INTERNAL_SERVER_ERROR: Final = "INTERNAL_SERVER_ERROR"

MEANINGS: Final[Mapping[str, str]] = {
    BAD_REQUEST: "The request is not one: its body or address cannot be read, or lacks what is required.",
    CSRF_PREVENTION: "A page of another site could have made a browser send this. A header mends it.",
    NOT_ACCEPTABLE: "The client accepts none of the media types that the gateway can answer in.",
    UNSUPPORTED_MEDIA_TYPE: "The request's content type or coding is not one that the gateway reads.",
    REQUEST_TOO_LARGE: "The request's body is longer than the gateway reads.",
    REQUEST_TIMEOUT: "The request's body was not whole in time.",
    FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED: "The request has more files than `uploads.files`.",
    FILE_UPLOADS_LIMITS_MAX_FILE_SIZE_EXCEEDED: "A file is longer than `uploads.file_bytes`. It was not sent on whole.",
    FILE_UPLOADS_FILES_MISSING: "The request's `map` names a file that did not come.",
    FILE_UPLOADS_OPERATION_CANNOT_STREAM: "Files go with mutations only, and each is sent on once unless `map` names it several times.",
    REQUEST_CONCURRENCY_LIMITED: "The gateway is answering as many requests as it can. Try again after the time in `Retry-After`.",
    GATEWAY_NOT_READY: "The gateway has no supergraph yet.",
    NOT_FOUND: "There is nothing at this address.",
    PERSISTED_QUERY_NOT_FOUND: "No client has registered a document under this hash lately: send the hash and the query together.",
    PERSISTED_QUERY_NOT_SUPPORTED: "The gateway takes no documents by their hash, or not by this version of the protocol.",
    PERSISTED_QUERY_HASH_MISMATCH: "The query is not the document of the hash that came with it.",
    PERSISTED_QUERY_NOT_IN_LIST: "There is no trusted document of this id.",
    QUERY_NOT_IN_SAFELIST: "The gateway answers trusted documents only, and this is none.",
    UNAUTHENTICATED: "The request has no token, or one that is not valid here.",
    UNAUTHORIZED_FIELD_OR_TYPE: "The user may not see this: the schema requires a token, scopes or policies that the request does not have.",
    GRAPHQL_PARSE_FAILED: "The request's text is not GraphQL.",
    GRAPHQL_VALIDATION_FAILED: "The operation is not valid on the schema that clients see.",
    OPERATION_RESOLUTION_FAILURE: "The document has no operation of that name, or several and no name was given.",
    VALIDATION_INVALID_TYPE_VARIABLE: "A variable is missing, or its value is not one of its type or not one that a directive may have.",
    METHOD_NOT_ALLOWED: "The operation may not come by this HTTP method: a mutation needs POST.",
    SUBSCRIPTION_NOT_SUPPORTED: "The operation is a subscription, and this transport cannot stream.",
    SUBSCRIPTION_SCHEMA_RELOAD: "A new supergraph has ended the subscription. Subscribe again.",
    SUBSCRIPTION_CLIENT_TOO_SLOW: "The client reads events more slowly than they come, and the settings end such subscriptions.",
    INTROSPECTION_DISABLED: "The schema was asked for, and the operator does not show it.",
    MAX_TOKENS_LIMIT: "The request's text has more tokens than the gateway reads.",
    MAX_DEPTH_LIMIT: "Fields are nested deeper than allowed.",
    MAX_ALIASES_LIMIT: "There are more aliased fields than allowed, fragments counted at each use.",
    MAX_ROOT_FIELDS_LIMIT: "There are more root fields than allowed, fragments counted at each use.",
    MAX_DIRECTIVES_LIMIT: "There are more directives than allowed, fragments counted at each use.",
    MAX_SELECTIONS_LIMIT: "There are more selections than allowed, fragments counted at each use.",
    MAX_MERGES_LIMIT: "There are more pairs of selections under one response key than allowed.",
    MAX_INTROSPECTION_DEPTH_LIMIT: "Introspection nests lists of fields, types or arguments deeper than allowed.",
    QUERY_PLANNING_FAILED: "The operation is valid, but no plan was found for it.",
    SUBREQUEST_HTTP_ERROR: "A subgraph could not be reached, did not answer in time, or answered with an HTTP error.",
    SUBREQUEST_CIRCUIT_OPEN: "A subgraph has failed so often that it is not asked for some seconds.",
    SUBREQUEST_MALFORMED_RESPONSE: "A subgraph answered, but not with a GraphQL response.",
    PARTITION_REQUIRED: "A mutation goes to exactly one partition, and its arguments name none, or several. Nothing was sent.",
    PARTITION_UNKNOWN: "A key or an argument names a partition that has no member.",
    PARTITION_UNSUPPORTED: "A member runs an older schema that lacks what was asked for.",
    PARTITION_CURSOR_INVALID: "A cursor is none of the list that several members share.",
    DOWNSTREAM_SERVICE_ERROR: "A subgraph reported this error without a code of its own.",
    RESPONSE_VALIDATION_FAILED: "A subgraph's value is not one of the field's type, or is null where it must not be.",
    INTERNAL_SERVER_ERROR: "The gateway failed. Its log says why.",
}
"""What each code means, for documentation and for operators."""
