"""A stream of bytes as a sealed file, and back: any change, cut, or exchange of its parts is found.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015), as the age format has it (age-encryption.org/v1): the bytes are sealed in chunks, each
with AES-256-GCM under a nonce that counts the chunks and says of the last one that it is the last.

    8 bytes   FWVAULT and the format, 1
    32 bytes  salt, random for each file
    chunks    of 1 MiB and 16 bytes; the last one is shorter or as long, and never empty

A file's key is HKDF-SHA256 of the vault's key and the salt, so no two files share one, and a nonce (11 bytes of
counter, 1 byte that is 1 for the last chunk) never comes twice under a key. The header is authenticated with every
chunk. A chunk that is changed, left out, moved, doubled or taken from another file does not open, and neither does a
file that ends before its last chunk.
"""

import hashlib
import os
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"FWVAULT\x01"
SALT = 32
HEADER = len(MAGIC) + SALT
CHUNK = 1024 * 1024
TAG = 16
MOST = 2**48
"""Chunks of one file; the counter has room for more, and no disk for that many."""


class Broken(Exception):
    """It is no whole sealed file, or one of another key."""


class Sealer:
    """Seals what is written to it into `out`, which must be empty. `digest` is the SHA-256 of what went out so far,
    `bytes` how much that is. A `chunk` of another size is for tests."""

    def __init__(self, out: BinaryIO, key: bytes, *, chunk: int = CHUNK) -> None:
        self._out = out
        self._chunk = chunk
        self._header = MAGIC + os.urandom(SALT)
        self._cipher = cipher_of(key, self._header)
        self._waiting = bytearray()
        self._count = 0
        self._hash = hashlib.sha256()
        self.bytes = 0
        self._put(self._header)

    @property
    def digest(self) -> str:
        """In hexadecimal digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Take more. A full chunk is held back until there is more, since only the end knows which is the last."""
        self._waiting += data
        while len(self._waiting) > self._chunk:
            # A view, since a copy of every chunk would cost as much as its encryption.
            with memoryview(self._waiting) as view, view[: self._chunk] as chunk:
                self._seal(chunk, last=False)
            del self._waiting[: self._chunk]

    def finish(self) -> None:
        """Write the last chunk."""
        with memoryview(self._waiting) as view:
            self._seal(view, last=True)
        self._waiting.clear()

    def _seal(self, chunk: memoryview, *, last: bool) -> None:
        self._put(self._cipher.encrypt(nonce(self._count, last=last), chunk, self._header))
        self._count += 1

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._out.write(data)
        self.bytes += len(data)


class Opener:
    """Gives back what was written to a Sealer, each byte only after its chunk was proven. Raises Broken.

    `heard` is told how many bytes were read. `digest` is whole once `drain` was called.
    """

    def __init__(self, file: BinaryIO, key: bytes, heard: Callable[[int], None], *, chunk: int = CHUNK) -> None:
        self._file = file
        self._sealed = chunk + TAG
        self._heard = heard
        self._hash = hashlib.sha256()
        self._header = self._get(HEADER)
        if len(self._header) < HEADER or not self._header.startswith(MAGIC):
            raise Broken("it does not begin as a backup does")
        self._cipher = cipher_of(key, self._header)
        self._next = self._get(self._sealed)
        self._plain = b""
        self._at = 0
        self._count = 0
        self._ended = False

    @property
    def digest(self) -> str:
        """In hexadecimal digits."""
        return self._hash.hexdigest()

    def some(self, most: int) -> bytes:
        """From one byte to `most` of them. Raises Broken at the end, too."""
        if self._at == len(self._plain):
            self._open()
        part = self._plain[self._at : self._at + most]
        self._at += len(part)
        return part

    def exactly(self, count: int) -> bytes:
        """So many bytes."""
        parts = []
        while count:
            parts.append(self.some(count))
            count -= len(parts[-1])
        return b"".join(parts)

    def finish(self) -> None:
        """Raise Broken when there is more."""
        if not self._ended or self._at != len(self._plain):
            raise Broken("there is more in it than it says")

    def drain(self) -> None:
        """Read the rest for the digest."""
        while self._get(CHUNK):
            pass

    def _open(self) -> None:
        if self._ended or self._count >= MOST:
            raise Broken("it ends too early")
        sealed, self._next = self._next, self._get(self._sealed)
        last = not self._next
        try:
            self._plain = self._cipher.decrypt(nonce(self._count, last=last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise Broken(f"chunk {self._count + 1} can't be decrypted") from error
        if not self._plain:
            raise Broken("its last chunk is empty")
        self._at, self._count, self._ended = 0, self._count + 1, last

    def _get(self, count: int) -> bytes:
        data = self._file.read(count) or b""
        self._hash.update(data)
        self._heard(len(data))
        return data


def cipher_of(key: bytes, header: bytes) -> AESGCM:
    """The cipher of the file that begins so."""
    salt = header[len(MAGIC) :]
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"fairway backup 1").derive(key))


def nonce(count: int, *, last: bool) -> bytes:
    """That of the chunk of this number, which counts from 0."""
    return count.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
