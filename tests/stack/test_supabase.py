"""`stack up --supabase`: what it makes of the CLI's answers. Supabase itself needs Docker or the internet."""

import json
from pathlib import Path

import pytest

from scripts.tools.stack import Ports, StackError, supabase
from scripts.tools.stack.supabase import SupabaseStack, variables_in

VARIABLES = {
    "API_URL": "http://127.0.0.1:54321",
    "DB_URL": "postgresql://postgres:postgres@127.0.0.1:54322/postgres",
}


@pytest.mark.parametrize("document", [VARIABLES, {"env": VARIABLES, "readiness": "ready"}])
def test_variables_are_read_from_both_forms_of_status(document: dict[str, object]) -> None:
    assert variables_in(f"Stopped services: [studio]\n{json.dumps(document)}\n") == VARIABLES


@pytest.mark.parametrize("text", ["", "no stack", '{"readiness": "stopped"}'])
def test_a_status_without_addresses_has_no_variables(text: str) -> None:
    assert variables_in(text) == {}


@pytest.mark.parametrize(("docker", "tried"), [(True, "with Docker"), (False, "native stack was tried")])
def test_a_failing_start_says_what_was_tried_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, docker: bool, tried: str
) -> None:
    cli = tmp_path / "supabase"
    cli.write_text("#!/bin/sh\necho 'getaddrinfo ENOTFOUND github.com' >&2\nexit 1\n")
    cli.chmod(0o755)
    monkeypatch.setattr(supabase, "supabase_cli", lambda: cli)
    monkeypatch.setattr(supabase, "docker_works", lambda: docker)
    stack = SupabaseStack(tmp_path, Ports(), 1, lambda message: None)
    with pytest.raises(StackError) as caught:
        stack.start()
    stack.stop()
    for part in (tried, "ENOTFOUND github.com", "Start Docker", "leave out --supabase"):
        assert part in str(caught.value)
