"""Synthesizes the template: `python -m infra.app [-c key=value ...]`, which is also what the CDK command line calls.

`-c environment=staging` chooses an environment of cdk.json; any other key overrides one of its settings.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.config import PLACEHOLDER_ACCOUNT, ROOT, Config, ConfigInvalid, cdk_json, config
from infra.content import compiled
from infra.stack import MailwrightStack
from mailwright.content.findings import ContentInvalid


def build(given: Mapping[str, Any], outdir: Path | None = None) -> App:
    """The app with its one stack. `given` is what -c said; the CDK command line says it through CDK_CONTEXT_JSON."""
    app = App(
        context=cdk_json(),
        post_cli_context=dict(given),
        outdir=str(outdir) if outdir else os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out")),
        analytics_reporting=False,
    )
    name = app.node.try_get_context("environment") or "production"
    overrides = {field.name: app.node.try_get_context(field.name) for field in fields(Config)}
    chosen = config(
        app.node.try_get_context("environments"),
        name,
        {
            "account": os.environ.get("CDK_DEFAULT_ACCOUNT", PLACEHOLDER_ACCOUNT),
            "region": os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
            **{key: value for key, value in overrides.items() if value is not None},
        },
    )
    MailwrightStack(app, chosen, compiled(chosen))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.app", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-c", "--context", action="append", default=[], metavar="key=value")
    given = dict(pair.partition("=")[::2] for pair in parser.parse_args().context)
    try:
        build(_known(given)).synth()
    except (ConfigInvalid, ContentInvalid) as error:
        sys.exit(str(error))


def _known(given: dict[str, str]) -> dict[str, str]:
    known = ["environment", *(field.name for field in fields(Config))]
    for key in given.keys() - set(known):
        raise ConfigInvalid(f"-c {key}=...: there is no such setting; the settings are {', '.join(known)}")
    return given


if __name__ == "__main__":
    main()
