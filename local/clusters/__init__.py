"""Clusters on a laptop: trained on what a replay wrote, shown, and an earlier model taken up again."""
