"""People, what they may do, and the sessions in which they do it."""
