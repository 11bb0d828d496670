"""Foreign formats to Event: Segment, Shopify, EventBridge, SES. Pure."""
