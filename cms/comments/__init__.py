"""What readers say, and how moderators keep it worth reading."""
