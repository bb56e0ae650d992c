"""DynamoDB and KMS. One table; every key starts with the shop."""
