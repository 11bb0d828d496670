"""Mailwright's core: pure functions first, adapters last. ARCHITECTURE.md says who may import whom."""

__version__ = "0.1.0"
