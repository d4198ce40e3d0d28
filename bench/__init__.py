"""Repeatable measurements; see README.md for how to run them."""
