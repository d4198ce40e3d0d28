"""Series: posts that belong together, in an order of their own."""
