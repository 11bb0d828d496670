"""Gather, decide, apply: one module a verb. Talks to the world only through the Protocols in `ports`."""
