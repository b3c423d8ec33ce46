"""What workers and their parent are made of."""

import socket
from pathlib import Path

import pytest

from gateway.app.peers import ALONE, SharedReadiness
from gateway.cli.workers.board import Board, SlotPeers
from gateway.cli.workers.count import count_workers, usable_cores
from gateway.cli.workers.ports import SPREADS, Ports
from gateway.cli.workers.supervisor import Worker
from gateway.errors import TongfenError
from gateway.settings import Listen
from tests.app.test_peers import FakeReadiness


def test_a_number_of_workers_is_taken_as_it_is() -> None:
    """Only ``auto`` looks at the machine."""
    assert count_workers(7) == 7
    assert count_workers("auto") == usable_cores() >= 1


@pytest.mark.parametrize(
    ("text", "cores"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", None), ("", None)]
)
def test_a_container_has_no_more_workers_than_time(text: str, cores: int | None, tmp_path: Path) -> None:
    """The control group's quota counts, rounded up; no quota is no limit."""
    path = tmp_path / "cpu.max"
    path.write_text(text)
    assert usable_cores(path) == (cores or usable_cores(tmp_path / "nowhere"))


def test_the_port_is_ready_when_all_workers_are() -> None:
    """Each tells the board; all see what is missing."""
    board, told = Board(2), list[int]()
    peers = [SlotPeers(board, slot, Path(), lambda slot=slot: told.append(slot)) for slot in (0, 1)]
    assert peers[0].reasons == ("2 of 2 workers are not ready yet.",)
    peers[1].tell_ready()
    assert peers[0].reasons == peers[1].reasons == ("1 of 2 workers are not ready yet.",)
    peers[0].tell_ready()
    assert (peers[0].reasons, told) == ((), [1, 0])
    board.clear(1)
    assert peers[0].reasons == ("1 of 2 workers are not ready yet.",)


def test_own_reasons_come_first() -> None:
    """They say more than that somebody is missing."""
    board = Board(2)
    peers = SlotPeers(board, 0, Path(), lambda: None)
    assert SharedReadiness(FakeReadiness(("The supergraph is being loaded.",)), peers).reasons == (
        "The supergraph is being loaded.",
    )
    assert SharedReadiness(FakeReadiness(()), peers).reasons == ("2 of 2 workers are not ready yet.",)
    assert SharedReadiness(FakeReadiness(()), ALONE).reasons == ()


def test_workers_listen_on_one_port() -> None:
    """Each slot has a socket on the same port, which nobody else gets."""
    ports = Ports(Listen(port=0), 2)
    try:
        addresses = {ports.take(slot).getsockname() for slot in (0, 1)}
        assert addresses == {("127.0.0.1", ports.address.port)}
        with pytest.raises(TongfenError, match="Address already in use"):
            Ports(ports.address, 2)
    finally:
        ports.close()


@pytest.mark.skipif(not SPREADS, reason="here all workers share one socket")
def test_connections_of_a_withdrawn_slot_go_to_the_others() -> None:
    """While nobody answers in a slot, every connection reaches another one; afterwards the slot is there again."""
    ports = Ports(Listen(port=0), 2)
    try:
        ports.withdraw(0)
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", ports.address.port)):
                ports.take(1).settimeout(30)
                ports.take(1).accept()[0].close()
        assert ports.take(0).getsockname()[1] == ports.address.port
    finally:
        ports.close()


def test_a_report_may_come_in_pieces() -> None:
    """A long reason does not fit into one reading of the pipe."""
    worker = Worker(0, 1, 2)
    for piece in (b'{"listening":', b'true}\n{"failure":"lo', b'ng"}', b"\n"):
        worker.hear(piece)
    assert (worker.listening, worker.ready, worker.failure) == (True, False, "long")
