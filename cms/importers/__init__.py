"""Content from elsewhere: read into one shape, whatever the format, then written through the domain's actions."""
