"""Property tests see the same examples whenever the code is the same; `--hypothesis-profile=new` looks for others."""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("new", derandomize=False)
settings.load_profile("same")
