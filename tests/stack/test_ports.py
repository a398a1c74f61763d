"""Ports: chosen so that two stacks never meet."""

import socket

from scripts.tools.stack import ports


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as taken:
        assert not ports.is_free(taken.getsockname()[1])


def test_the_preferred_port_is_chosen_when_it_is_free() -> None:
    preferred = ports.any_free()
    assert ports.claim(preferred).port == preferred


def test_another_port_is_chosen_when_the_preferred_one_is_taken() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as taken:
        preferred = taken.getsockname()[1]
        chosen = ports.claim(preferred).port
        assert chosen != preferred
        assert ports.is_free(chosen)


def test_a_port_answers_while_somebody_listens() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        assert ports.answers(port)
    assert not ports.answers(port)


def test_a_claimed_port_goes_to_nobody_else_until_it_is_released() -> None:
    first = ports.claim()
    assert ports.claim(first.port).port != first.port
    first.release()
    again = ports.claim(first.port)
    assert again.port == first.port
    again.release()
