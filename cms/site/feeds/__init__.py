"""What programs follow: posts of the site, of a tag, of an author, and the comments of a post, in three formats."""
