"""Everything that can be done with people, roles and sessions; hashes are made by the edges and passed in."""
