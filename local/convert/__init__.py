"""Order exports to events: a column map in YAML says what the columns mean."""
