"""The checks, grouped by what they look at; steps.py has their order."""
