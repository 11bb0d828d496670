"""Kinesis and SQS: what is on its way."""
