"""Whole public pages, kept as they were sent, and answered before Flask is asked. See docs/decisions/0006.

So is what strangers read by the API, of which nothing is known here but what `web.kept` is told: docs/decisions/0016.
"""
