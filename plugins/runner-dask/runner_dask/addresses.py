"""What may stand for the address of a scheduler."""

from __future__ import annotations

from distributed.comm import get_address_host_port
from distributed.comm.addressing import parse_address
from distributed.security import Security

from runner.errors import ConfigError


def checked(address: str) -> str:
    """Return an address that a client can be given: one that it cannot use leaves half a client behind.

    Raises ConfigError for what is none, and for TLS without certificates.
    """
    try:
        protocol = parse_address(address)[0]
        get_address_host_port(address)
    except ValueError as error:
        raise ConfigError(
            f"executor.address: {address!r} is no address of a scheduler: {error}. 'dask scheduler' prints its own, "
            "such as tcp://host:8786."
        ) from None
    if protocol in ("tls", "wss") and Security().get_connection_args("client").get("ssl_context") is None:
        raise ConfigError(
            f"executor.address: {address!r} asks for TLS, and Dask is configured with no certificates. Set "
            "distributed.comm.tls.ca-file, and client.cert and client.key beside it, in Dask's configuration "
            "(~/.config/dask, or variables such as DASK_DISTRIBUTED__COMM__TLS__CA_FILE)."
        )
    return address
