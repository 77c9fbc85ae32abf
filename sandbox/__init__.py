"""A local PICPIK: the same wire as the real API, with real pictures, and with faults on demand.

It is written from the API's public pages alone and imports nothing of the client that talks to it, so that two
readings of those pages meet wherever one is tested against the other. It needs aiohttp, numpy and Pillow.

Starting it
-----------
On its own, from the project's root: ``python -m sandbox --port 8010`` prints its address and key pair; ``--help`` lists
the settings. In a program::

    from comfyui_picpik.sandbox import Sandbox, start_in_thread

    running = start_in_thread(seconds_per_task=0.5)       # a daemon thread with an event loop of its own
    running.endpoint, running.public_key, running.private_key, running.sandbox
    running.stop()                                        # no thread is left

    async with Sandbox(seconds_per_task=0).serve() as running:      # in this event loop
        ...

Settings (keywords of both): ``public_key``, ``private_key``, ``seconds_queued`` 0.2, ``seconds_per_task`` 1.0 (while it
runs), ``until_seen`` False (True: no task is over before a TaskDetail of it was given, however late the client comes),
``retention_seconds`` 24 h (result URLs and TaskDetails), ``total_credits`` 1,000,000, ``quirks``.

What it does
------------
``POST /`` knows the Actions of ``actions.ACTIONS``, which submit a task, and ListTasksDetails, ListRunningTasks,
ListModels and GetCreditBalance. A request that is not signed, or has a field that is missing, of another type or out of
its range, is answered with a RetCode other than 0 and a Message that names the field. A task's credits are taken when
it is accepted, and given back when it fails; generating pictures costs ceil(megapixels x steps x 6 x BatchSize), any
other task as much as 2 steps of a picture of its size. Result files are served under URLs with a random token until the
retention time is over; at most 1 GB of them is kept, the oldest expire first.

The pictures are made of what is sent. Of a print that repeats for certain a generated pattern shows the repeat, cleared
of folds; of any other photograph it shows a piece, cut out, evenly lit and, with Tiling, sewn to itself. Objects are
matted; erased areas are filled with what fits from around them; pictures are enlarged by Lanczos' filter; colours and
kind of a picture are put into fixed words of 15 languages; palette and texture of a style are carried over; and prints
are drawn of the words of a prompt.

Adding an Action
----------------
A file in ``actions`` with its parameters, a file in ``pictures`` with what it makes of them, and its line in
``actions.ACTIONS``. Its reader gives back a `TaskSpec`: the results (pictures or texts), the credits, and the Seed
if the Action has one. Nothing else changes. A test may register an Action of its own in the same dictionary.

Pages of other sites may not use what is under ``/_sandbox``; programs and the address bar may.

Watching it
-----------
``sandbox.state()``, or ``GET /_sandbox/state``::

    {"tasks": [{"TaskUID", "Action", "Status", "Seed", "digest", "request_uuid", "ConsumeApiPoint", "created",
                "polls", "downloads", "fault", "parameters"}, ...],      every task ever accepted, oldest first
     "accepted": {digest: number of tasks},
     "requests": {Action, "download" or "unreadable": number of requests},
     "credits": {"TotalCredits", "UsedCredits"},
     "faults": {"waiting": [...], "fired": [{"kind", "action"}, ...]},
     "quirks": {...}}

``digest`` is the SHA-256 of a request's parameters without Signature and request_uuid: equal for equal requests. In
``parameters``, texts of more than 256 characters are replaced by their length and SHA-256.

``sandbox.expire()``, or ``POST /_sandbox/expire``, makes every result URL expire now.

Faults
------
``sandbox.faults.add(kind, action=None, where=None, times=1, **options)``, or ``POST /_sandbox/faults`` with such an
object or a list of them; ``sandbox.faults.clear()``, or ``DELETE /_sandbox/faults``. A request takes the first waiting
fault that fits it, ``times`` times (None: for ever), so a list of faults scripts a row of requests. ``action`` is an
Action or "download"; None fits any Action. ``where`` holds parameters that must be equal ({"Seed": 5}; for a download,
those of the request that made the picture), or is a function of them (in Python only).

On a call or a download:

=================  =================================================================================================
pass               nothing goes wrong; uses up a turn
reset              TCP reset after the body was read; ``accepted`` False: it had no effect, True: it had
hang               no answer until the client gives up; ``accepted`` True
slow               the answer comes after ``seconds`` 2.0
http               HTTP ``status`` 503 with ``body`` "", and Retry-After and Location when ``retry_after`` and
                   ``location`` are set; ``accepted`` False
=================  =================================================================================================

On a call only:

=================  =================================================================================================
reset_unread       TCP reset before the body is read, but for its first bytes; no effect; takes no ``where``
garbage            bytes that are not JSON; ``accepted`` True
truncated_json     the first half of the answer; ``accepted`` True
missing_ret_code   the answer without RetCode
missing_task_uid   the answer without TaskUID
ret_code           ``ret_code`` 153 with ``message``, under HTTP ``status`` 200; ``accepted`` False
late               TCP reset after the body was read, and its effect ``seconds`` 2.0 later; ``answered`` True: the
                   answer comes then, too, in place of the reset
odd_status         the answer, under HTTP ``status`` 500
=================  =================================================================================================

On a task, laid on it when it is accepted:

=================  =================================================================================================
fail               ends in Error, with ``error_code`` 1000 and ``message``
stuck              never leaves the queue
vanish             is not known any more after ``polls`` 0 answers that showed it
unlisted           is left out of ListRunningTasks for ``seconds`` 2.0, and is known to ListTasksDetails
unknown_status     its Status is ``word`` "Archiving" for the first ``polls`` 3 answers (None: for ever)
picture_count      gives ``count`` 0 pictures, or texts, whatever was asked for
picture_format     its files are ``format`` "JPEG", "PNG" or "WEBP"; changes no text
=================  =================================================================================================

On a download only:

=================  =================================================================================================
truncated_body     half of what Content-Length says, then the connection is closed
slow_body          the file in 20 pieces over ``seconds`` 2.0
corrupt_picture    the right length, the wrong bytes
html               a web page in place of the file
empty_body         a file of no bytes
=================  =================================================================================================

Quirks
------
Where the real service may differ from its pages: the switches of `Quirks`, set in Python
(``sandbox.quirks.action_response = True``), by ``POST /_sandbox/quirks`` with an object, or by ``--quirk name=value``.
``--facts FILE`` sets them as the pack has recorded a service in its ``service_facts.json``.
"""

from .faults import FAULT_KINDS as FAULT_KINDS, Fault as Fault
from .quirks import Quirks as Quirks
from .running import (
    PRIVATE_KEY as PRIVATE_KEY,
    PUBLIC_KEY as PUBLIC_KEY,
    Running as Running,
    Sandbox as Sandbox,
    SandboxThread as SandboxThread,
    start_in_thread as start_in_thread,
)
from .tasks import request_digest as request_digest

__all__ = [
    "FAULT_KINDS",
    "PRIVATE_KEY",
    "PUBLIC_KEY",
    "Fault",
    "Quirks",
    "Running",
    "Sandbox",
    "SandboxThread",
    "request_digest",
    "start_in_thread",
]
