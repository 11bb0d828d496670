"""`python -m local` is `mailwright`."""

from local.cli import main

main()
