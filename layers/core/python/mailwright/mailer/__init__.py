"""SES: one POST an email."""
