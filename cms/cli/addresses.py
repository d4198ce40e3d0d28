"""Where a server listens, and how a browser of this machine gets there."""

import socket

import click


def require_free(host: str, port: int) -> None:
    """One line in place of a trace when something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"{host}:{port} cannot be used ({error.strerror}). Try --port.") from error


def address_of(host: str, port: int) -> str:
    """Where a browser of this machine finds what listens there; “everywhere” is no address to go to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
