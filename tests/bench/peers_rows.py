# SPDX-License-Identifier: Apache-2.0
"""The rows of make bench-peers: who, in which way of use, and what an acknowledgement means there."""
from dataclasses import dataclass


@dataclass
class Row:
    key: str
    server: str      # a class of peers_servers.py
    mode: str        # of its load generator
    updates: int     # at most; fewer when the time is over
    label: str       # on the picture
    ack: str         # what it means, in one line
    disk: str        # where the update is when the acknowledgement comes
    sums: str        # ancestors' sums that already contain it
    once: str        # sent again after a cut line: counted ...
    single: bool = False  # measured with one update in flight too


ROWS = [
    Row("tiendo", "tiendo", None, 1280000, "tiendo",
        "on disk, checked, in all 16 sums, exactly once, with a receipt", "on disk (fsync)", "16", "once", True),
    Row("PostgreSQL, 2 writers", "postgres", "group", 320000, "PostgreSQL 15, two writers for all clients",
        "on disk, in all 16 sums, exactly once", "on disk (fsync)", "16", "once"),
    Row("PostgreSQL, 2 writers, unit sums", "postgres", "units", 320000, "PostgreSQL 15, two writers, sums by unit only",
        "on disk, in the sums along the units; the reader adds up the items", "on disk (fsync)", "4", "once"),
    Row("PostgreSQL, 100 connections", "postgres", "each", 128000, "PostgreSQL 15, a transaction for each batch",
        "on disk, in all 16 sums, exactly once", "on disk (fsync)", "16", "once", True),
    Row("Redis, script", "redis", "rollup", 384000, "Redis 7, Lua script, AOF always",
        "on disk, in all 16 sums, exactly once", "on disk (fsync)", "16", "once", True),
    Row("PostgreSQL, log", "postgres", "log", 1280000, "PostgreSQL 15, only kept",
        "on disk; nothing is looked at or summed", "on disk (fsync)", "none", "twice"),
    Row("Redis, XADD", "redis", "xadd", 1280000, "Redis 7, XADD, AOF always",
        "on disk; nothing is looked at or summed", "on disk (fsync)", "none", "twice", True),
    Row("Redis, XADD of 64", "redis", "packed", 1280000, "Redis 7, XADD, 64 updates an entry",
        "on disk, as one lump of 64", "on disk (fsync)", "none", "twice"),
    Row("RabbitMQ", "rabbitmq", "each", 320000, "RabbitMQ 3.10, quorum queue, confirms",
        "on disk; nothing is looked at or summed", "on disk (fsync)", "none", "twice", True),
    Row("RabbitMQ, 64 a message", "rabbitmq", "packed", 1280000, "RabbitMQ 3.10, 64 updates a message",
        "on disk, as one lump of 64", "on disk (fsync)", "none", "twice"),
    Row("NATS", "nats", "each", 1280000, "NATS JetStream 2.9, file store",
        "in the page cache: lost when the power fails", "page cache", "none", "twice", True),
    Row("NATS, 64 a message", "nats", "packed", 1280000, "NATS JetStream 2.9, 64 updates a message",
        "in the page cache, as one lump of 64", "page cache", "none", "twice"),
    Row("Mosquitto", "mosquitto", "each", 320000, "Mosquitto 2.0, QoS 1, persistence",
        "in the broker's memory: lost when it is killed", "memory", "none", "twice", True),
    Row("Mosquitto, 64 a message", "mosquitto", "packed", 1280000, "Mosquitto 2.0, 64 updates a message",
        "in the broker's memory, as one lump of 64", "memory", "none", "twice"),
]
