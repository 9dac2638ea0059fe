"""Where a declared address may lead: what is followed, and which machines are spoken to.

A declaration is trusted, what comes over the net is not. A redirect, a link to a next page or a lying name server
must not make a run speak to the machine it runs on, its neighbours, or the service that hands out a cloud's
credentials.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import httpx

from runner.errors import ConfigError, DataError

Address = IPv4Address | IPv6Address
#: host, port -> the addresses that the name stands for. Raises OSError.
Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
#: Services that give away a machine's credentials, where they are not link-local (AWS, Alibaba, Oracle).
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))
#: IPv4 inside IPv6 by translation (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def declared_url(text: str) -> httpx.URL:
    """Read the option `url`. Raises ConfigError for what is no web address, and for one that holds a secret."""
    if "${secret:" in text:
        raise ConfigError(
            "url: it names a secret, and an address is shown in messages. Give the secret in headers or params."
        )
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ConfigError(f"url: this is no address: {error}. Write 'https://host/path'.") from None
    if url.scheme not in _PORTS or not url.host:
        raise ConfigError(f"url: {shown(url)!r} is no web address. Write 'https://host/path'.")
    if url.userinfo:
        raise ConfigError(
            f"url: {shown(url)!r} holds a user or a password. Give them as headers: "
            "{Authorization: 'Basic ${secret:env:NAME}'}, in base64 as user:password."
        )
    return url.copy_with(fragment=None)


def shown(url: httpx.URL) -> str:
    """Write an address as messages show it: without user, and with the query left out, for it may hold secrets."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}{'?…' if url.query else ''}"


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return what a server is known by: scheme, host and port."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


def looked_up(host: str, port: int) -> list[str]:
    """Ask the system which addresses a name stands for. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Places:
    """The places that one declared address may lead to.

    allow_http: also without encryption. allow_private: the declared host may stand for an address of this machine or
    of a private network; without that, only one that is written as such an address, or as `localhost`.
    """

    declared: httpx.URL
    allow_http: bool = False
    allow_private: bool = False
    resolve: Resolve = looked_up

    def check_declared(self) -> None:
        """Refuse an address without encryption that is not asked for as such. Raises ConfigError."""
        if self.declared.scheme == "http" and not self.allow_http:
            raise ConfigError(
                f"url: {shown(self.declared)} is not encrypted: what is read, and any token, can be seen and changed "
                "on the way. Write https, or set allow_http: true where that is right."
            )

    def followed(self, before: httpx.URL, reference: str, what: str) -> httpx.URL:
        """Return where a reference found at an address leads. what: how messages call it. Raises DataError."""
        try:
            url = before.join(reference).copy_with(fragment=None, userinfo=b"")
        except httpx.InvalidURL:
            raise DataError(f"{shown(before)}: {what} is no address.") from None
        if url.scheme not in _PORTS or not url.host:
            raise DataError(f"{shown(before)}: {what} leads to a {url.scheme}: address; only https is followed.")
        if url.scheme == "http" and before.scheme == "https":
            raise DataError(f"{shown(before)}: {what} leads from https to {shown(url)}, which is not encrypted.")
        return url

    def is_home(self, url: httpx.URL) -> bool:
        """Say whether an address is the declared server's, on whom declared headers may be spent."""
        home = origin(self.declared)
        return origin(url) == home or (home[0] == "http" and home[2] == 80 and origin(url) == ("https", home[1], 443))

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses to speak to instead of a name. Raises DataError if one is forbidden, OSError."""
        found = list(self.resolve(host, port))
        for address in found:
            self._check(ipaddress.ip_address(address.partition("%")[0]), host, port)
        return found

    def _check(self, address: Address, host: str, port: int) -> None:
        where = host if host == str(address) else f"{host} ({address})"
        address = _inner(address)
        if _is_never_spoken_to(address):
            raise DataError(f"{where} is refused: a link-local, metadata or reserved address holds no data.")
        if address.is_global:
            return
        if (host, port) != origin(self.declared)[1:]:
            raise DataError(
                f"{where} is refused: {shown(self.declared)} leads to this machine or into a private network, where "
                "no redirect and no link is followed. If the data are there, give that address as url."
            )
        if not (self.allow_private or host == "localhost" or _is_address(host)):
            raise DataError(
                f"{where} is refused: the name stands for this machine or a private network. "
                "Set allow_private: true if the declared host is one of your own."
            )


def _inner(address: Address) -> Address:
    """Unwrap an IPv4 address that is written as an IPv6 one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_never_spoken_to(address: Address) -> bool:
    if address.is_loopback:
        return False
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
