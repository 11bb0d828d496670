"""The nouns: plain data with names, units and encodings, and nothing that acts."""
