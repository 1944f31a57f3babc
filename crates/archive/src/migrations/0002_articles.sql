-- Saved files taken in, articles, the entries that led to them, their revisions, and visits to their pages.

-- Saved files and lists. digest: of the bytes; the same bytes are the same import.
-- new, known, copies, problems: what the last run came to; null until one has finished.
create table imports (
    id integer primary key autoincrement,
    name text not null,
    kind text not null,
    digest blob not null constraint imports_digest unique,
    size_bytes integer not null,
    at integer not null,
    finished_at integer,
    new integer,
    known integer,
    copies integer,
    problems integer
);

-- The page behind entries. outlet: null where none was stated. key: what identifies one without an address.
-- headline: the title its feed gave. sort_at: its place in time, the outlet's time where stated and not after ours.
-- head: its last revision. missing_since, missing_count: visits in a row that did not find it.
-- change_seq: its place in the change sequence that derived indexes follow.
create table articles (
    id integer primary key autoincrement,
    outlet integer references outlets (id),
    url text,
    key text constraint articles_key unique,
    import integer references imports (id),
    headline text,
    first_seen_at integer not null,
    sort_at integer not null,
    head integer references revisions (id) deferrable initially deferred,
    revisions integer not null default 0,
    visits integer not null default 0,
    visit_due_at integer,
    missing_since integer,
    missing_count integer not null default 0,
    gone_at integer,
    change_seq integer not null
);
create index articles_outlet on articles (outlet, sort_at, id);
create index articles_seen on articles (first_seen_at, id);
create index articles_sort on articles (sort_at, id);
create index articles_change on articles (change_seq);
create index articles_new_due on articles (visit_due_at) where visit_due_at is not null and visits = 0;
create index articles_again_due on articles (visit_due_at) where visit_due_at is not null and visits > 0;
create index articles_gone on articles (gone_at) where gone_at is not null;

-- Every address that leads to an article. address_key: the address without what does not matter.
create table addresses (
    address_key text primary key,
    article integer not null references articles (id),
    url text not null,
    added_at integer not null
);
create index addresses_article on addresses (article);

-- Items of feeds. key: what identifies one inside its feed. digest: of what it last stated.
create table entries (
    id integer primary key autoincrement,
    feed integer not null references feeds (id),
    key text not null,
    article integer not null references articles (id),
    first_seen_at integer not null,
    digest blob not null,
    constraint entries_key unique (feed, key)
);
create index entries_article on entries (article, id);

-- What an entry stated, each time it stated something else. stated: JSON.
create table entry_readings (
    id integer primary key autoincrement,
    entry integer not null references entries (id),
    at integer not null,
    stated text not null
);
create index entry_readings_entry on entry_readings (entry, id);

-- The text of an article at one moment: the facts that no later reading changes.
-- number: 1 for the first. rank: 0 cosmetic, 1 minor, 2 substantive, 3 headline, 4 retraction; null for the first.
-- text: the newest reading.
create table revisions (
    id integer primary key autoincrement,
    article integer not null references articles (id),
    number integer not null,
    fetched_at integer not null,
    raw_digest blob,
    record integer references records (id),
    rank integer,
    text integer references revision_texts (id) deferrable initially deferred,
    constraint revisions_number unique (article, number)
);
create index revisions_record on revisions (record) where record is not null;
create index revisions_edits on revisions (fetched_at, id) where number > 1;

-- Each reading of a revision, by the version of the extraction that made it: what lists show of it.
-- published_*, modified_*: the outlet's times, offset from UTC in seconds (null: none stated), precision 0 day, 1 minute, 2 second.
create table revision_texts (
    id integer primary key autoincrement,
    revision integer not null references revisions (id),
    extractor integer not null,
    made_at integer not null,
    text_digest blob not null,
    headline text,
    summary text not null,
    byline text,
    credit text,
    place text,
    language text,
    kind text not null,
    held text not null,
    words integer not null,
    statements integer not null,
    image text,
    published_at integer,
    published_offset integer,
    published_precision integer,
    modified_at integer,
    modified_offset integer,
    modified_precision integer
);
create index revision_texts_revision on revision_texts (revision, id);

-- The text of a reading, apart so that lists never read it. fields: JSON of the article without its text.
-- statements, problems: JSON; spans are bytes of body.
create table bodies (
    text integer primary key references revision_texts (id),
    fields text not null,
    statements text not null,
    problems text not null,
    body text not null
);

-- The story room's features of a revision, as given.
create table features (
    revision integer primary key references revisions (id),
    features blob not null
);

-- Every visit to an article's page. outcome: unchanged, revised, refused, failed, not_found.
create table visits (
    id integer primary key autoincrement,
    article integer not null references articles (id),
    at integer not null,
    status integer,
    outcome text not null,
    detail text,
    final_url text,
    record integer references records (id)
);
create index visits_article on visits (article, id);

-- When articles were not to be had. gone_at: the first visit that missed it. noticed_at: the second.
create table disappearances (
    id integer primary key autoincrement,
    article integer not null references articles (id),
    gone_at integer not null,
    noticed_at integer not null,
    back_at integer
);
create index disappearances_article on disappearances (article, id);

-- Where an article stands in saved lists. position: line of the file, 1 for the first. raw: the line.
create table positions (
    import integer not null references imports (id),
    position integer not null,
    article integer not null references articles (id),
    raw text not null,
    primary key (import, position)
);
create index positions_article on positions (article);
