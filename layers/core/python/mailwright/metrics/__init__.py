"""What sent mail came to: counts by template and day. Pure."""
