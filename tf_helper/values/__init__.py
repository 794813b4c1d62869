"""The values of a query: one type a file, parsed once from text, knowing nothing of Terraform."""
