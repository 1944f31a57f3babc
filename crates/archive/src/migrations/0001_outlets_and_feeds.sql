-- Who publishes, which feeds they offer, what came of asking them, and what was received.
-- Times are integer milliseconds since 1970 UTC. Digests are 32 bytes of SHA-256.
-- Words (kind, outcome, role, …) are those of `news`.

-- Who publishes. slug: permanent name in addresses. name_key: the name folded, to find it by.
-- country: ISO 3166-1 alpha-2. language: BCP 47. kind: news, agency, official.
create table outlets (
    id integer primary key autoincrement,
    slug text not null constraint outlets_slug unique,
    name text not null,
    name_key text not null,
    homepage text,
    country text,
    language text,
    kind text not null,
    added_at integer not null
);
create index outlets_name on outlets (name_key);

-- One feed of one outlet and its place in the schedule. removed_at: when a person took it away; the row stays.
-- due_at: null once stopped. etag, last_modified: validators of the last full answer, verbatim.
create table feeds (
    id integer primary key autoincrement,
    outlet integer not null references outlets (id),
    url text not null constraint feeds_url unique,
    kind text not null,
    title text,
    added_at integer not null,
    removed_at integer,
    due_at integer,
    etag text,
    last_modified text,
    last_fetch_at integer,
    last_success_at integer,
    newest_entry_at integer,
    failures integer not null default 0,
    last_error text,
    interval_seconds integer not null default 900
);
create index feeds_outlet on feeds (outlet);
create index feeds_due on feeds (due_at) where due_at is not null;

-- WARC files of our own. name: file name in `segments/`. opened_at: when the first record was kept.
create table segments (
    id integer primary key autoincrement,
    name text not null constraint segments_name unique,
    opened_at integer not null
);

-- Responses as received: which gzip member of which segment. digest: of the body as received.
create table records (
    id integer primary key autoincrement,
    segment integer not null references segments (id),
    offset_bytes integer not null,
    length_bytes integer not null,
    url text not null,
    at integer not null,
    status integer not null,
    digest blob not null,
    constraint records_place unique (segment, offset_bytes)
);

-- Every attempt to get a feed. outcome: fresh, not_modified, failed, gone.
create table fetches (
    id integer primary key autoincrement,
    feed integer not null references feeds (id),
    url text not null,
    final_url text,
    at integer not null,
    duration_ms integer not null,
    status integer,
    size_bytes integer not null,
    media_type text,
    record integer references records (id),
    outcome text not null,
    error text,
    entries_total integer not null,
    entries_new integer not null
);
create index fetches_feed on fetches (feed, id);

-- Small durable facts by name, such as when the desk was last looked at.
create table facts (
    name text primary key,
    value text not null,
    set_at integer not null
);
