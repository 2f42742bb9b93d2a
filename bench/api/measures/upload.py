"""What one large upload costs in memory: the most that the server's process holds while
the file comes in, above what it held before."""

import http.client
import threading
import time

from bench.api.measures.start import fresh_rss
from bench.api.peers.peer import Peer
from bench.api.peers.pocketbase import UPLOADS
from bench.api.stage import Stage
from bench.report import Table
from bench.table import mebibytes

CHUNK = bytes(1024 * 1024)
EVERY_SECONDS = 0.05


def table(stage: Stage) -> Table:
    rows = []
    for peer in stage.peers:
        if peer.name == "PocketBase":
            peer.make_collection(UPLOADS)
        before = fresh_rss(peer)
        most, seconds, outcome = _watched(peer, stage.options.upload_mib)
        told = (mebibytes(before), mebibytes(most), f"+{mebibytes(most - before)}")
        rows.append([peer.name, *told, outcome, f"{seconds:.1f}"])
    return Table(
        "upload",
        f"Memory (RSS) of the server's process while one file of {stage.options.upload_mib:,} MiB comes in",
        ["", "before", "most", "more by", "answer", "seconds"],
        rows,
    )


def _watched(peer: Peer, mebibytes_: int) -> tuple[int, float, str]:
    most = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(EVERY_SECONDS):
            most = max(most, peer.rss())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    try:
        outcome = _send(peer, mebibytes_)
    finally:
        over.set()
        watcher.join()
    return max(most, peer.rss()), time.perf_counter() - began, outcome


def _send(peer: Peer, mebibytes_: int) -> str:
    size = mebibytes_ * len(CHUNK)
    upload = peer.upload(size)
    connection = http.client.HTTPConnection(peer.host, timeout=300)
    try:
        connection.putrequest(upload.method, upload.path)
        for name, value in upload.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(upload.before) + size + len(upload.after)))
        connection.endheaders()
        connection.send(upload.before)
        for _ in range(mebibytes_):
            connection.send(CHUNK)
        connection.send(upload.after)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"refused: {type(error).__name__}"
    finally:
        connection.close()
    return str(answer.status)
