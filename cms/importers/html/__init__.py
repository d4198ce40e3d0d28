"""Somebody else's HTML made into the Markdown that our renderer shows well."""
