"""PICPIK's API client: signed calls, and tasks that are submitted once and never lost. Knows neither torch nor ComfyUI.

Four rooms, each of which says in its `__init__` what the others may use. Imports run one way only:

    api         what goes over the wire
    accounts    whom calls are made for: settings, saved accounts, connection test, model list      -> api
    ledger      what is remembered on disk: requests, tasks, result files                           -> api
    runner      takes a request and brings its results, whatever happens meanwhile                  -> api, ledger
"""
