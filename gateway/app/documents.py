"""From settings to the service that knows documents by their names."""

from gateway.settings import Documents
from gateway.transport.documents import DocumentService, MemoryDocuments, TrustMode, read_manifests
from gateway.transport.endpoint import GraphQLService


def make_documents(settings: Documents, service: GraphQLService) -> DocumentService:
    """A service before ``service``. Raises SettingsError for manifests that cannot be read."""
    automatic = settings.automatic
    return DocumentService(
        service,
        trusted=read_manifests(settings.trusted),
        mode=TrustMode(settings.mode.value),
        automatic=MemoryDocuments(automatic.bytes) if automatic.enabled else None,
    )
