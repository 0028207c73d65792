"""A passkey in software: what a browser and its device answer to a challenge (WebAuthn level 2, 6.1 and 7.2)."""

import hashlib
import json
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class SoftwarePasskey:
    """An ES256 key of one credential, for one host."""

    credential_id: bytes = b"a passkey of the tests"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def cose_key(self) -> bytes:
        """The public half, as COSE has it: EC2, ES256, P-256."""
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )

    def made(self, challenge: str, *, origin: str) -> dict[str, Any]:
        """The answer of a device that makes this key; ``challenge`` is base64url, as the options give it."""
        named = struct.pack(">H", len(self.credential_id)) + self.credential_id
        data = self._data(PRESENT | VERIFIED | NEW_KEY) + bytes(16) + named + self.cose_key
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client("webauthn.create", challenge, origin)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attested)})

    def proof(self, challenge: str, *, origin: str) -> dict[str, Any]:
        """The answer of a device that has this key."""
        data, client = self._data(PRESENT | VERIFIED), _client("webauthn.get", challenge, origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        return self._answer(said)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(b"localhost").digest() + struct.pack(">BI", flags, 0)

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}


def text(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
