"""What we claim, as commands. Each module has TITLE and run() -> Markdown; `python -m bench [name ...]` runs them."""
