"""The `mailwright` script, which is also `python -m local`."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it without a traceback, also while it is still being loaded."""
    try:
        from local.cli import cli  # noqa: PLC0415 (loading it takes long enough to be interrupted)
    except KeyboardInterrupt:
        sys.exit(130)
    cli()


if __name__ == "__main__":
    main()
