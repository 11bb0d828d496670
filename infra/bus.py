"""The event buses: the shop's own, and Shopify's partner bus where the environment names one."""

from aws_cdk import aws_events as events
from constructs import Construct

from infra.config import Config


def buses(scope: Construct, config: Config) -> dict[str, events.IEventBus]:
    """By the name that function.toml gives them; a bus the environment lacks is left out, and its rules with it."""
    found: dict[str, events.IEventBus] = {
        "shop": events.EventBus(scope, "ShopBus", event_bus_name=config.stack, description="Any source: PutEvents here")
    }
    if config.shopify_bus:
        found["shopify"] = events.EventBus.from_event_bus_name(scope, "ShopifyBus", config.shopify_bus)
    return found
