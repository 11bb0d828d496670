"""An address of its own for `collect`, without the HTTP API in between, which asks a dollar for a million requests."""

from aws_cdk import CfnOutput
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config

COLLECT = "collect"


def concurrency(name: str, config: Config) -> int | None:
    """How many requests at a time a function is given, and kept to: what the API's throttle is for the others. None for
    functions that share what the account has.
    """
    return config.collectors if name == COLLECT and config.collectors else None


def address(scope: Construct, collect: lambda_.Function, config: Config) -> None:
    """Output CollectUrl, where storefronts send. The API answers the same routes; whoever asks it pays for it."""
    if not config.collectors:
        return
    # Open to the world as the API is: the function itself looks at the write key and at Shopify's signature, and
    # answers the browsers' preflight.
    url = collect.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
    CfnOutput(scope, "CollectUrl", value=url.url)
