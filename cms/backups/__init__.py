"""Copies of everything that a site is made of, and the way back: made while it serves, checked by trying them."""
