"""The secrets of one stack: random, kept in a file only its owner can read."""

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import jwt

KEY_LIFE_SECONDS = 10 * 365 * 24 * 3600


@dataclass(frozen=True, repr=False)
class Credentials:
    """Passwords of the database's logins, and the secret that signs its tokens."""

    supabase_admin_password: str
    postgres_password: str
    authenticator_password: str
    jwt_secret: str

    @classmethod
    def random(cls) -> "Credentials":
        """New ones, 256 bits each, safe inside a URL."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(4)))

    @classmethod
    def kept_in(cls, path: Path) -> "Credentials":
        """Those in the file; the first time, new ones are put there."""
        if not path.exists():
            write_private(path, asdict(cls.random()))
        return cls(**json.loads(path.read_text()))

    def publishable_key(self) -> str:
        """The key that a client shows to the gateway: a token of the powerless role `anon`."""
        now = int(time.time())
        claims = {"iss": "distortsignals", "role": "anon", "iat": now, "exp": now + KEY_LIFE_SECONDS}
        return jwt.encode(claims, self.jwt_secret, algorithm="HS256")


def write_private(path: Path, document: object) -> None:
    """Write JSON that only the owner can read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
    unfinished.replace(path)
