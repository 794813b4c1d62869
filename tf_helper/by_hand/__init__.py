"""For a person in a terminal: options, help and readable answers. Terraform's way in imports none of this."""
