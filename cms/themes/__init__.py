"""How public pages look: themes are folders, and what an owner decides about one is a small style sheet on top."""
