"""The stack: from function.toml and a handful of constructs to CloudFormation."""
