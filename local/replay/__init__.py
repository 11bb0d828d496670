"""Replay: event logs in, the emails that would have gone out, and why, in files."""
