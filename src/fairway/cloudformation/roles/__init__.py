"""Who may do what on AWS, each permission with its reason."""
