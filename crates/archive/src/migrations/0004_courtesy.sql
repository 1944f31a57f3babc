-- What it takes to treat outlets well: the pace feeds state, how long an answer held, moves that must hold for
-- days, hosts that asked for silence, and what was decided after each attempt.

-- pace: JSON of what the feed says of its own pace and when it posted. full_at: its last full answer that was read.
-- moving_to, moving_since: a permanent redirect seen at every visit since then; taken up once it held for days.
-- decided: what decided when it is asked next, in words. answers_at: the address that last answered well.
-- last_status, last_outcome: of the last visit, as in `fetches`.
alter table feeds add column pace text;
alter table feeds add column full_at integer;
alter table feeds add column moving_to text;
alter table feeds add column moving_since integer;
alter table feeds add column decided text;
alter table feeds add column answers_at text;
alter table feeds add column last_status integer;
alter table feeds add column last_outcome text;
create index feeds_answers on feeds (answers_at) where answers_at is not null;
-- What was known before counts as a full answer, so that bringing an archive up downloads nothing anew.
update feeds set full_at = last_success_at,
    last_status = (select status from fetches where feed = feeds.id order by id desc limit 1),
    last_outcome = (select outcome from fetches where feed = feeds.id order by id desc limit 1);

-- decided: what decided the next attempt. next_due_at: when that was to be. reserved: what the answer said of text
-- and data mining, with where it said so; null where it said nothing.
alter table fetches add column decided text;
alter table fetches add column next_due_at integer;
alter table fetches add column reserved text;

-- The same for the page of an article.
alter table visits add column reserved text;

-- Hosts that asked to be left alone (429, 503). origin: scheme, host and port. until_at: not before then.
create table silences (
    origin text primary key,
    until_at integer not null,
    status integer,
    asked_at integer not null
);
