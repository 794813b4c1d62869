"""The commands for a person in a terminal. Terraform's way in imports none of this."""
