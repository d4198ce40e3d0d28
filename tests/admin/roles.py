"""Where roles are in the back office."""

LIST = "/admin/roles/"
