"""Markdown files with front matter, from Jekyll, Hugo or anybody's folder."""

from cms.importers.markdown.reading import read_markdown

__all__ = ["read_markdown"]
