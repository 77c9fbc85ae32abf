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
    # A TaskUID is unique for its account: a task that is polled under another account has a row of its own there.
    """
    ALTER TABLE tasks RENAME TO tasks_1;
    DROP INDEX IF EXISTS tasks_by_drawn_key;
    DROP INDEX IF EXISTS tasks_by_age;
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
        task_uid TEXT,
        created REAL NOT NULL,
        submit_began REAL,
        is_timed INTEGER NOT NULL DEFAULT 0,
        search_ended REAL,
        suspects TEXT NOT NULL DEFAULT '[]',
        credits_before INTEGER,
        submitted REAL,
        ended REAL,
        points_spent INTEGER,
        results INTEGER,
        files TEXT NOT NULL DEFAULT '[]',
        message TEXT NOT NULL DEFAULT '',
        told REAL,
        handed_out REAL,
        delivered REAL,
        used REAL,
        held_by TEXT,
        UNIQUE (account, task_uid)
    );
    INSERT INTO tasks (id, request_key, current_key, drawn_key, account, action, seed, width, height, batch_size, state,
            owner, task_uid, created, submit_began, submitted, ended, points_spent, files, message, delivered, used)
        SELECT id, request_key, current_key, drawn_key, account, action, seed, width, height, batch_size, state,
            owner, task_uid, created, submit_began, submitted, ended, points_spent, files, message, delivered, delivered
        FROM tasks_1;
    DROP TABLE tasks_1;
    CREATE INDEX tasks_by_drawn_key ON tasks (drawn_key) WHERE drawn_key IS NOT NULL;
    CREATE INDEX tasks_by_age ON tasks (created);
    CREATE TABLE sightings (
        account TEXT NOT NULL,
        task_uid TEXT NOT NULL,
        unseen_until REAL NOT NULL,
        seen REAL NOT NULL,
        action TEXT,
        seed INTEGER,
        PRIMARY KEY (account, task_uid)
    );
    CREATE INDEX tasks_by_task_uid ON tasks (task_uid) WHERE task_uid IS NOT NULL;
    """,
    # What is asked for with every task must not take longer the more tasks there were.
    """
    CREATE INDEX open_tasks ON tasks (account, created) WHERE state NOT IN ('stored', 'delivered', 'failed');
    CREATE INDEX tasks_by_end ON tasks (action, width, height, batch_size, ended)
        WHERE state IN ('stored', 'delivered');
    CREATE INDEX tasks_by_kind ON tasks (account, action, width, height, created)
        WHERE state IN ('stored', 'delivered');
    CREATE INDEX tasks_with_files ON tasks (id) WHERE files != '[]';
    """,
)

IS_OPEN = "state NOT IN ('stored', 'delivered', 'failed')"
IS_HERE = "state IN ('stored', 'delivered')"
HAS_FILES = "files != '[]'"
"""Conditions in the very words of the indexes, which SQLite does not use for any others."""

SCHEMA_VERSION = len(MIGRATIONS)
