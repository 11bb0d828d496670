"""The HTTP API: the routes that function.toml asks for, throttled, with an access log free of addresses and tokens."""

import json

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from functions.wiring import Trigger
from infra.config import Config
from infra.logs import log_group

# The route and not the path, no source IP: paths carry unsubscribe tokens.
_ACCESS = {
    "at": "$context.requestTimeEpoch",
    "id": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}
_RATE, _BURST = 500, 1000  # requests a second; each may be a batch of events


class Api(Construct):
    """`url` is where it answers from outside, without a trailing slash."""

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(scope, "Api")
        self.http = apigateway.HttpApi(self, "Http", api_name=config.stack, create_default_stage=False)
        self.url = config.public_url or self.http.api_endpoint
        name = f"/aws/apigateway/{config.stack}"
        log_group(self, "Access", config, name)
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.http.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=_RATE, throttling_burst_limit=_BURST
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=Stack.of(self).format_arn(service="logs", resource="log-group:" + name),
                format=json.dumps(_ACCESS),
            ),
        )

    def routes(self, trigger: Trigger, function: lambda_.IFunction) -> None:
        """Lead every `METHOD /path` of an http trigger to the function."""
        integration = HttpLambdaIntegration(f"To{function.node.id}", function)
        for route in trigger["routes"]:
            method, path = route.split(" ", 1)
            self.http.add_routes(path=path, methods=[apigateway.HttpMethod[method]], integration=integration)
