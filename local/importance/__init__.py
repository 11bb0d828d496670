"""Which columns tell what customers do next: event logs folded up to an instant and on, through the real fold."""
