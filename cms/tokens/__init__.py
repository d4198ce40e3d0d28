"""Access tokens: what programs show in place of a person, and what they were answered."""
