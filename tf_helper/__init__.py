"""The program behind the Terraform module for Coder's AI Bridge Proxy."""

__version__ = "1.0.0"
