"""From settings to the service that knows documents by their names."""

from gateway.resolvers.cache import Store
from gateway.settings import AutomaticDocumentsSetting, Documents
from gateway.transport.documents import (
    AutomaticDocuments,
    DocumentService,
    MemoryDocuments,
    StoredDocuments,
    TrustedDocuments,
    TrustMode,
)
from gateway.transport.endpoint import GraphQLService


def make_documents(settings: Documents, service: GraphQLService, shared: Store | None = None) -> DocumentService:
    """A service before ``service``. Documents that clients register are known to all who share a store.

    Raises SettingsError for manifests that cannot be read.
    """
    return DocumentService(
        service,
        trusted=TrustedDocuments(settings.trusted, refresh_seconds=settings.refresh),
        mode=TrustMode(settings.mode.value),
        automatic=make_automatic(settings.automatic, shared) if settings.automatic.enabled else None,
    )


def make_automatic(settings: AutomaticDocumentsSetting, shared: Store | None) -> AutomaticDocuments:
    near = MemoryDocuments(settings.bytes)
    return near if shared is None else StoredDocuments(near, shared)
