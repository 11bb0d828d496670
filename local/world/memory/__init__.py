"""The memory engine: the AWS calls our adapters make, in process, metered by AWS's published rules.

Each service has the shape of its boto3 client. What it does not know, it refuses loudly: a parameter that were ignored
here would be a difference found on AWS.
"""
