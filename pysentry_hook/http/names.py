"""Wait for the address of a host no longer than for a connection: the system's own lookup has no limit."""

import socket
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLongError


class Names:
    """The hosts of one run; a lookup that takes too long goes on, and whoever tries again waits for the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, Future[None]] = {}

    def find(self, host: str, seconds: float) -> None:
        """Return as soon as the address of a host is known; OSError where it is not, in words."""
        with self._lock:
            asked = self._asked.get(host)
            if asked is None or (asked.done() and asked.exception()):
                asked = self._asked[host] = Future()
                threading.Thread(target=_look_up, args=(host, asked), daemon=True).start()
        try:
            asked.result(seconds)
        except WaitedTooLongError:
            raise OSError(f"no address of {host} in {seconds:.3g} s: the name server does not answer") from None
        except OSError as error:
            raise OSError(f"Failed to resolve '{host}' ({error})") from error


def _look_up(host: str, found: Future[None]) -> None:
    try:
        socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        found.set_exception(error)
    except UnicodeError:
        found.set_result(None)  # no host has this name, and who connects to it says why
    else:
        found.set_result(None)
