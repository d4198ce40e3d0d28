"""Readers who get new posts by mail: who they are, what they asked for, and which posts went out."""
