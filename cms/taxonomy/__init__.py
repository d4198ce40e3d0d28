"""Tags, which may have parents: what other systems call categories are tags here."""
