"""What `dev.py` runs: a ComfyUI of the project's own, the demo in it, and the test lanes around it.

Everything these modules create lies below `<project>/.dev`, which git ignores and which may be deleted at any time.

    terminal         what a person sees: progress of long steps, failures with advice
    processes        started programs, ended together with all their children
    environment      the virtual environment and the folders and variables of everything that is started
    comfyui_source   where a ComfyUI of a known version comes from
    chromium         the browser of the browser lane
    exiftool         the reader of print files of the unit lane
    debian           where either comes from on a Debian
    lanes            `dev.py test`
    checks           the programs of a lane, and what their ends mean
    background_lanes lanes side by side
    reports          what is said when all lanes have ended
    bench            `dev.py bench`

Those twelve use the standard library alone, because they run before there is an environment. The others run inside it:

    package          the files that users install
    comfyui_server   one ComfyUI process with this pack in it
    comfyui_client   what one client does with a ComfyUI: queue, wait, interrupt, fetch pictures
    comfyui_events   the WebSocket of that client
    workflows        a saved workflow as the prompt that ComfyUI's server takes
    demo             `dev.py demo`
    front_end        ComfyUI's front end in a browser page, used as a person does
    fixtures         what the tests with a real ComfyUI start from
    mutation/        `dev.py mutate`; its `plan` alone is read before
"""
