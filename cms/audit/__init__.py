"""The record of who did what: written in the same commit as the change, never changed afterwards."""
