"""Whole public pages, kept as they were sent, and answered before Flask is asked. See docs/decisions/0006."""
