"""Read published content back at run time: one JSON file, no YAML, no SQL, no MJML."""

from functools import lru_cache
from pathlib import Path

from mailwright.model.content import Content, decode_content


@lru_cache(maxsize=4)
def load(file: str) -> Content:
    """The Content in a published file; FileNotFoundError or msgspec.DecodeError when it is not one."""
    return decode_content(Path(file).read_bytes())
