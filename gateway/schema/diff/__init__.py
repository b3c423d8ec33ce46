"""Safe, dangerous and breaking changes between two API schemas."""

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.compare import diff_schemas

__all__ = ["Change", "ChangeKind", "Severity", "diff_schemas"]
