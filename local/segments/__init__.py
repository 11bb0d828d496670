"""Segments out of what a replay wrote: sizes and what changed them, why someone is in one, how they overlap."""
