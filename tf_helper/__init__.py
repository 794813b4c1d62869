"""The program behind the Terraform module for Coder's AI Bridge Proxy."""

__version__ = "0.1.0"
