"""The values of a query, one type to a file: parsed once, after which nothing checks them again."""
