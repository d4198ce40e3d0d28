"""Programs of others that are told of changes: who they are, what they are told, and how that went."""
