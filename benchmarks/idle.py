"""A process that does nothing but beat every millisecond; when its input is closed, it prints when it was late, and by
how much. A script of its own that imports next to nothing.
"""

import json
import sys
import threading
import time

BEAT = 0.001


def main() -> None:
    late: list[tuple[float, float]] = []
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.is_set():
        due = time.monotonic() + BEAT
        time.sleep(BEAT)
        now = time.monotonic()
        late.append((now, now - due))
    json.dump(late, sys.stdout)


if __name__ == "__main__":
    main()
