"""The simulator: one thread, one seed, everything that may go wrong, and a plain program that knows what is right."""
