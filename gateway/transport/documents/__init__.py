"""Documents that clients name instead of sending them: registered on the way (automatic), or before (trusted)."""

from gateway.transport.documents.automatic import AutomaticDocuments, MemoryDocuments
from gateway.transport.documents.manifest import read_manifests
from gateway.transport.documents.service import DocumentService, TrustMode
from gateway.transport.documents.stored import StoredDocuments
from gateway.transport.documents.trusted import TrustedDocuments

__all__ = [
    "AutomaticDocuments",
    "DocumentService",
    "MemoryDocuments",
    "StoredDocuments",
    "TrustMode",
    "TrustedDocuments",
    "read_manifests",
]
