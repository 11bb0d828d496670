"""Which segments a profile is in. Pure."""
