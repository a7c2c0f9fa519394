"""IAM: the policy statements of templates, and the actions that AWS calls need."""
