"""Where a profile stands in each journey, and what its next step is. Pure."""
