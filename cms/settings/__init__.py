"""What an owner decides in the back office; deployment settings live in `config.py`."""
