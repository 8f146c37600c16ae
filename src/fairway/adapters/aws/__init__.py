"""AWS through boto3, which is imported with the first call: CloudFormation, Secrets Manager, and the rest."""
