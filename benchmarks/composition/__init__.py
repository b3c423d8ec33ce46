"""Composition time beside the composers on npm."""
