"""From a folded profile to what should happen: contact changes, segment moves, emails. Pure."""
