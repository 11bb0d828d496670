"""Pictures as SVG, drawn by a function each: they read in light and dark, at 360 pixels and wider, and aloud."""
