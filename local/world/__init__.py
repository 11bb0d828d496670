"""The laptop's AWS: an engine for state, every delivery in AWS's terms, and a clock that jumps to what is due next."""
