"""The outbox: what has to happen after a change, written in the transaction of the change."""
