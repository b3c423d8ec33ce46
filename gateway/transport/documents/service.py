"""A service before another one that puts the document in place of its name, and decides which documents may be asked."""

import logging
import re
from collections.abc import Coroutine
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.transport.documents.automatic import AutomaticDocuments, digest_of
from gateway.transport.documents.trusted import TrustedDocuments
from gateway.transport.endpoint import GraphQLService

LOG: Final = logging.getLogger(__name__)

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class TrustMode(Enum):
    """What becomes of a document that is not trusted: answered; answered and logged; refused."""

    PREFER = "prefer"
    LOG = "log"
    ONLY = "only"


class DocumentService:
    """A ``GraphQLService`` that ``service`` stands behind.

    ``trusted`` are documents by id; with ``TrustMode.ONLY`` no others are answered, whether they come by name or as text. ``automatic``
    keeps those that clients register under their hash; None refuses to.
    """

    def __init__(
        self,
        service: GraphQLService,
        *,
        trusted: TrustedDocuments,
        mode: TrustMode = TrustMode.PREFER,
        automatic: AutomaticDocuments | None = None,
    ) -> None:
        self._service = service
        self._trusted = trusted
        self._mode = mode
        self._automatic = automatic

    def execute(self, request: GraphQLRequest) -> Coroutine[Any, Any, GraphQLResponse]:
        """The service's answer; raises RequestError for a document that is not known, or not trusted."""
        is_plain = request.document_id is None and not request.extensions
        if is_plain and self._mode is TrustMode.PREFER and not self._trusted.is_due:
            return self._service.execute(request)  # most are, and need no coroutine of their own
        return self._resolve_and_execute(request)

    async def _resolve_and_execute(self, request: GraphQLRequest) -> GraphQLResponse:
        return await self._service.execute(await self.resolve(request))

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The same for an answer in several payloads."""
        return await self._service.stream(await self.resolve(request))

    async def resolve(self, request: GraphQLRequest) -> GraphQLRequest:
        """The request with its document in place. Raises RequestError."""
        if self._trusted.is_due:
            await self._trusted.refresh()
        if request.document_id is not None:
            found = await self._find(request.document_id)
            if found is None:
                raise RequestError(
                    f"There is no document {request.document_id!r}.", code=codes.PERSISTED_QUERY_NOT_IN_LIST
                )
            return replace(request, query=found)
        persisted = request.extensions.get("persistedQuery")
        if persisted is not None:
            return await self._resolve_persisted(request, read_digest(persisted))
        self._check(request.query)
        return request

    async def _find(self, name: str) -> str | None:
        """The document of a ``documentId``, which may be written ``sha256:…``."""
        bare = name.removeprefix("sha256:")
        found = self._trusted.by_id.get(name) or self._trusted.by_id.get(bare)
        if found is None and self._automatic is not None and DIGEST.fullmatch(bare):
            return await self._automatic.get(bare)
        return found

    async def _resolve_persisted(self, request: GraphQLRequest, digest: str) -> GraphQLRequest:
        """The protocol of automatic persisted queries, which clients use for trusted documents too."""
        trusted = self._trusted.by_id.get(digest)
        if trusted is not None:
            return replace(request, query=trusted)
        if request.query:
            self._check(request.query)
            if self._automatic is not None:
                await register(self._automatic, digest, request.query)
            return request
        if self._mode is TrustMode.ONLY:
            raise RequestError(f"There is no document {digest!r}.", code=codes.PERSISTED_QUERY_NOT_IN_LIST)
        if self._automatic is None:
            raise RequestError("PersistedQueryNotSupported", code=codes.PERSISTED_QUERY_NOT_SUPPORTED, status=200)
        known = await self._automatic.get(digest)
        if known is None:
            raise RequestError("PersistedQueryNotFound", code=codes.PERSISTED_QUERY_NOT_FOUND, status=200)
        return replace(request, query=known)

    def _check(self, document: str) -> None:
        """Whether this text may be asked."""
        if self._mode is TrustMode.PREFER or document in self._trusted.texts:
            return
        if self._mode is TrustMode.ONLY:
            raise RequestError("This document is not among the trusted ones.", code=codes.QUERY_NOT_IN_SAFELIST)
        LOG.warning("a document is not among the trusted ones: sha256:%s", digest_of(document))


async def register(documents: AutomaticDocuments, digest: str, document: str) -> None:
    """Keep a document under its hash. Raises RequestError where it is not that document's."""
    if digest_of(document) != digest:
        raise RequestError(
            "The query is not the document of this 'sha256Hash'; send its SHA-256, in hexadecimal digits.",
            code=codes.PERSISTED_QUERY_HASH_MISMATCH,
        )
    await documents.put(digest, document)


def read_digest(persisted: Any) -> str:
    """The name in ``extensions.persistedQuery``. Raises RequestError."""
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise RequestError("'persistedQuery' is not of version 1.", code=codes.PERSISTED_QUERY_NOT_SUPPORTED)
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not digest:
        raise RequestError("'persistedQuery' has no 'sha256Hash'.")
    return digest.lower() if DIGEST.fullmatch(digest.lower()) else digest
