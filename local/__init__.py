"""The laptop: the same handlers in a world of our own making."""
