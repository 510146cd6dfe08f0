"""What a client logs in with: made up, or set by a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from msgspec import Struct

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.credentials import read_credentials
from kamsync_salesforce.sandbox.people import People, Person

__all__ = ["FLOWS", "Credentials", "read"]

DEFAULTS = {
    "username": "hub@kamsync.example",
    "password": "made-up-password",
    "security_token": "MadeUpSecurityToken",
    "client_id": "3MVG9.made.up.consumer.key",
    "client_secret": "MADEUPCONSUMERSECRET",
    "refresh_token": "5Aep861.made.up.refresh.token",
    "access_token": "00DKx0000000001!AQ.made.up.session.id",
    "private_key": "",
    "certificate": "",
}
FLOWS = {
    "password": ["username", "password", "security_token", "client_id", "client_secret"],
    "soap_login": ["username", "password", "security_token"],
    "client_credentials": ["client_id", "client_secret"],
    "jwt_bearer": ["username", "client_id", "private_key"],
    "refresh_token": ["client_id", "client_secret", "refresh_token"],
    "authorization_code": ["client_id"],
    "session": ["access_token"],
}
"""Which of them each way to log in takes."""


class Credentials(Struct, frozen=True):
    """The credentials of the hub's user and of its connected app; every person has the same password."""

    username: str
    password: str
    security_token: str
    client_id: str
    client_secret: str
    refresh_token: str
    access_token: str
    private_key: str
    verifying_key: Any
    organization: str

    def logged_in(self, people: People, username: str, password: str) -> Person | None:
        """Return who has that name, if the password is right; the security token may stand behind it.

        Source: Salesforce Help, "Security Token": it is added to the password outside trusted networks.
        """
        good = {self.password, self.password + self.security_token}
        return people.find(username) if password in good and username else None

    def document(self) -> dict[str, str]:
        """Return what a client is told of them."""
        return {name: getattr(self, name) for name in DEFAULTS if name != "certificate"}


def read(path: Path | None, organization: str) -> Credentials:
    """Return the credentials that a file sets, and made-up ones for the rest.

    The key of the signed assertion is made anew, unless the file has a ``private_key``, or only the
    ``certificate`` (or the public key) of one that the client keeps.
    """
    found = read_credentials(path, "salesforce", DEFAULTS)
    certificate = found.pop("certificate")
    try:
        if not found["private_key"] and not certificate:
            found["private_key"] = _new_key()
        key = _verifying(certificate or found["private_key"])
    except ValueError as error:
        raise ConfigurationInvalid(
            f"The key in {path} cannot be used: {error}.", hint="Write it as PEM, with RSA."
        ) from error
    return Credentials(**found, verifying_key=key, organization=organization)


@cache
def _new_key() -> str:
    """Make a key, the same for all sandboxes of a process, since it takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _verifying(pem: str) -> Any:
    """Return what verifies signatures, of a certificate, a public key or a private key."""
    text = pem.encode()
    if b"CERTIFICATE" in text:
        return x509.load_pem_x509_certificate(text).public_key()
    if b"PUBLIC KEY" in text:
        return load_pem_public_key(text)
    return load_pem_private_key(text, None).public_key()
