"""Serve: the world kept alive on loopback, with the real clock, and a page that shows what happens in it."""
