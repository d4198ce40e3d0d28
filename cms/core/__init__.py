"""What every domain stands on; imports nothing of ours."""
