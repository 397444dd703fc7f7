"""The least a server can be to a client: `answer.py <file>` reads requests without a body and sends
what is in the file, as JSON, over kept connections. The first line says where."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path


def main() -> None:
    """Answer until stopped."""
    body = Path(sys.argv[1]).read_bytes()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    answer = head.encode() + b"\r\n\r\n" + body
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, answer), daemon=True).start()


def serve(connection: socket.socket, answer: bytes) -> None:
    """Answer one request after the other, for as long as there are any."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = b""
    with connection:
        while piece := connection.recv(65536):
            request += piece
            if request.endswith(b"\r\n\r\n"):
                connection.sendall(answer)
                request = b""


if __name__ == "__main__":
    main()
