"""Rules over many profiles at once, in Polars: only `recompute` carries it, the functions of the stream never do."""
