"""A stand-in of AWS's session-manager plugin, run as a program: its arguments, its variable, its terminal, its
keys and its words are the newest real one's; the agent is at the end of a Unix socket (`support.ecs_exec`).

    session_manager_plugin.py VERSION [--version | VARIABLE REGION StartSession PROFILE PARAMETERS ENDPOINT]
"""

import contextlib
import fcntl
import json
import os
import select
import socket
import struct
import sys
import termios

LOOK = 0.1
"""Seconds between two looks at the terminal's size; the real one takes 0.5."""


class Escapes:
    """The real one's own keys, `~.` after an end of a line for example: they never arrive."""

    def __init__(self) -> None:
        self.line = self.escaped = False

    def strip(self, data: bytes) -> bytes | None:
        """What is to be sent; None: the session is to be ended."""
        out = bytearray()
        for byte in data:
            if self.escaped:
                self.line = self.escaped = False
                if byte == ord("."):
                    return None
                if byte not in b"?-":
                    out += b"~" if byte == ord("~") else b"~" + bytes([byte])
            elif self.line and byte == ord("~"):
                self.escaped = True
            else:
                self.line = byte in b"\r\n"
                out.append(byte)
        return bytes(out)


def say(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def send(agent: socket.socket, kind: bytes, data: bytes) -> None:
    """To an agent that may have closed already, and has said so then."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        agent.sendall(kind + struct.pack(">I", len(data)) + data)


def size() -> bytes:
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8)))
    return json.dumps([columns, rows]).encode()


def quieten() -> None:
    """`stty cbreak` as macOS has it, which turns more on than off, and `stty -echo`; both fail where the input is no
    terminal, and nobody minds."""
    with contextlib.suppress(termios.error):
        settings = termios.tcgetattr(0)
        settings[0] |= termios.IXON
        settings[1] |= termios.OPOST | termios.ONLCR
        settings[3] |= termios.ISIG | termios.IEXTEN
        settings[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(0, termios.TCSADRAIN, settings)


def talk(agent: socket.socket, name: str) -> None:
    quieten()
    escapes, told, received = Escapes(), b"", b""
    while True:
        if (now := size()) != told:
            told = now
            send(agent, b"S", told)
        ends: list[int | socket.socket] = [0, agent]
        ready = select.select(ends, [], [], LOOK)[0]
        if 0 in ready:
            try:
                data = os.read(0, 1024)
            except OSError:
                return
            # The real one makes Enter of a lone end of a line.
            sent = escapes.strip(data)
            if not data or sent is None:
                return
            send(agent, b"I", b"\r" if sent == b"\n" else sent)
        if agent in ready:
            try:
                more = agent.recv(65536)
            except ConnectionResetError:
                return
            if not more:
                return
            received += more
            while len(received) >= 5 and len(received) - 5 >= (length := struct.unpack(">I", received[1:5])[0]):
                kind, data, received = received[:1], received[5 : 5 + length], received[5 + length :]
                if kind == b"C":
                    words = (
                        f"SessionId: {name} : {data.decode()}" if data else f"Exiting session with sessionId: {name}."
                    )
                    say(f"\n\n{words}\n\n".encode())
                    return
                say(data)


def main() -> None:
    version, *arguments = sys.argv[1:]
    if arguments == ["--version"]:
        say(version.encode() + b"\n")
        return
    variable, _, operation, _, parameters, _ = arguments
    assert operation == "StartSession" and json.loads(parameters)["Target"].startswith("ecs:")
    assert variable.startswith("AWS_SSM_START_SESSION_RESPONSE")
    session = json.loads(os.environ.pop(variable))
    name = session["SessionId"]
    say(f"\nStarting session with SessionId: {name}\n".encode())
    with socket.socket(socket.AF_UNIX) as agent:
        agent.connect(session["StreamUrl"])
        send(agent, b"T", session["TokenValue"].encode())
        talk(agent, name)


main()
