"""The real PostgREST over one database of the server: the ledger's only door for HTTP."""

import contextlib
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.tools.stack import ports, processes
from scripts.tools.stack.binaries import postgrest
from scripts.tools.stack.service import Service

POOL_CONNECTIONS = 10


class RestService(Service):
    """One PostgREST; `url` is where it answers, without `/rest/v1`."""

    def __init__(self, name: str, log: Path, database_url: str, jwt_secret: str, port: int | None) -> None:
        super().__init__(name, log, port)
        self._admin = ports.claim()
        self._database_url = database_url
        self._jwt_secret = jwt_secret

    def stop(self) -> None:
        """End in good order; requests in flight are finished."""
        super().stop()
        self._admin.release()

    @property
    def url(self) -> str:
        """The base URL, such as http://127.0.0.1:54321."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        """The same."""
        return self.url

    def ready(self) -> bool:
        """Whether it is connected to its database and has read the schema."""
        return answers_ok(f"http://{ports.LOOPBACK}:{self._admin.port}/ready")

    def command(self) -> Sequence[str]:
        """The program alone: everything else is environment."""
        return [str(postgrest())]

    def environment(self) -> Mapping[str, str]:
        """PostgREST's settings."""
        return {
            **processes.plain_environment(self.log.parent),
            "PGRST_DB_URI": self._database_url,
            "PGRST_DB_SCHEMAS": "api",
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_DB_POOL": str(POOL_CONNECTIONS),
            "PGRST_JWT_SECRET": self._jwt_secret,
            "PGRST_SERVER_HOST": ports.LOOPBACK,
            "PGRST_SERVER_PORT": str(self.port),
            "PGRST_ADMIN_SERVER_PORT": str(self._admin.port),
            "PGRST_LOG_LEVEL": "warn",
        }


def answers_ok(address: str, timeout_seconds: float = 2.0) -> bool:
    """Whether a GET of a local address is answered with 200, past any proxy of the user's."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError), direct.open(address, timeout=timeout_seconds) as answer:
        return bool(answer.status == 200)
    return False
