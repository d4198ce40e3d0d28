"""Everything of a site as files that people can read and take elsewhere."""
