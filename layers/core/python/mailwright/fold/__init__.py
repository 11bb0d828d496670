"""The profile reducer: facts from events, merged the same way in any order. Pure."""
