"""What stands around Copydesk on a machine of its own, and the means to try that on any other."""
