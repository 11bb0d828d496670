"""DynamoDB and Secrets Manager: the rows, their tables and their keys."""
