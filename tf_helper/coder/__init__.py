"""The Coder deployment: its API over HTTP, and the session token."""
