"""Files: checked by content, written again where they are images, kept under the digest of their bytes."""
