"""Which TLS certificates are trusted, and what to do about those that are not."""
