"""Who calls the functions: each kind of trigger of function.toml, in AWS's terms. docs/world.md lists every rule."""
