"""The registry's database: SQLite for one machine, PostgreSQL for many replicas; the same statements on both."""

from gateway.registry.store.audit import AuditEntry, AuditReport
from gateway.registry.store.database import Database, open_database
from gateway.registry.store.tokens import TokenRecord
from gateway.registry.store.versions import HeadMovedError

__all__ = ["AuditEntry", "AuditReport", "Database", "HeadMovedError", "TokenRecord", "open_database"]
