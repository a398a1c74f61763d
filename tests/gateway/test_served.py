"""Behind a real server, over a real socket: bodies too long, cut off or sent in pieces do no harm."""

import http.client
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from functions.gateway.body import MAX_BODY_BYTES
from scripts.tools.stack import ports, processes
from tests.support.http import MAIN
from tests.support.project import MakeProject, Project


@pytest.fixture(scope="module")
def project(make_project: MakeProject) -> Iterator[Project]:
    with make_project() as made:
        yield made


@pytest.fixture(scope="module")
def port(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The director as deployed: functions-framework and gunicorn, one worker with several threads."""
    port = ports.any_free()
    folder: Path = tmp_path_factory.mktemp("served")
    server = processes.start(
        "director",
        [
            sys.executable,
            "-m",
            "functions_framework",
            "--target=director",
            f"--source={MAIN}",
            f"--port={port}",
        ],
        environment={**processes.plain_environment(folder), **project.environment()},
        log=folder / "server.log",
        directory=MAIN.parent,
    )
    try:
        processes.wait_until(lambda: ports.answers(port), server, 30)
        yield port
    finally:
        server.stop()


@pytest.fixture
def headers(project: Project) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {project.issue_key('director')}",
        "Content-Type": "application/json",
        "X-Contract-Version": "1",
    }


def post(port: int, headers: dict[str, str], pieces: list[bytes], *, chunked: bool) -> tuple[int, str | None]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        length = {} if chunked else {"Content-Length": str(sum(map(len, pieces)))}
        connection.request("POST", "/", iter(pieces), headers | length, encode_chunked=chunked)
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("X-Problem-Code")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_may_come_in_pieces(chunked: bool, port: int, headers: dict[str, str]) -> None:
    assert post(port, headers, [b'{"max_', b'signals":', b"1}"], chunked=chunked) == (200, None)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 3_000_000])
def test_a_body_that_is_too_long_gets_its_answer(
    size: int, chunked: bool, port: int, headers: dict[str, str]
) -> None:
    pieces = [b" " * 65_536] * (size // 65_536) + [b" " * (size % 65_536)]

    assert post(port, headers, pieces, chunked=chunked) == (413, "request_too_large")


def test_a_stranger_with_a_long_body_gets_an_answer_as_well(port: int) -> None:
    pieces = [b" " * 65_536] * 40

    assert post(port, {"X-Contract-Version": "1"}, pieces, chunked=False) == (401, "api_key_missing")


def test_a_caller_that_hangs_up_does_no_harm(port: int, headers: dict[str, str]) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            lines = [f"{name}: {value}" for name, value in headers.items()]
            request = "\r\n".join(["POST / HTTP/1.1", "Host: x", "Content-Length: 1000", *lines, "", '{"max'])
            connection.sendall(request.encode())

    assert post(port, headers, [b'{"max_signals":1}'], chunked=False) == (200, None)


def test_one_connection_serves_again_after_a_refusal(port: int, headers: dict[str, str]) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        statuses = []
        for body in (b'{"max_signals":1}', b"no JSON", b" " * (MAX_BODY_BYTES + 1), b'{"max_signals":1}'):
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
    assert statuses == [200, 400, 413, 200]
