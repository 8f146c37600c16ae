"""The app becomes templates of CloudFormation: an App and what is known of its variables in, stacks out. Pure."""
