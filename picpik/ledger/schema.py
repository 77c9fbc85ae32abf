"""The tables of the ledger's file, version by version. A migration that was released is never changed."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE tasks (
        id TEXT PRIMARY KEY,
        request_key TEXT NOT NULL,
        current_key TEXT UNIQUE,
        drawn_key TEXT,
        account TEXT NOT NULL,
        action TEXT NOT NULL,
        seed INTEGER,
        width INTEGER,
        height INTEGER,
        batch_size INTEGER,
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        beat INTEGER NOT NULL DEFAULT 0,
        task_uid TEXT UNIQUE,
        created REAL NOT NULL,
        submit_began REAL,
        submitted REAL,
        ended REAL,
        delivered REAL,
        points_spent INTEGER,
        files TEXT NOT NULL DEFAULT '[]',
        message TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX tasks_by_drawn_key ON tasks (drawn_key) WHERE drawn_key IS NOT NULL;
    CREATE INDEX tasks_by_age ON tasks (created);
    """,
)

SCHEMA_VERSION = len(MIGRATIONS)
