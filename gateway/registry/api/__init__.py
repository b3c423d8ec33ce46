"""The registry's own GraphQL API."""

from gateway.registry.api.service import RegistryApi

__all__ = ["RegistryApi"]
