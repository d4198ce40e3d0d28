"""Posts and pages: the working text, its revisions, and the editions that visitors see."""
