-- Days and the sentences that speak of them, for timelines. Derived from texts, and closed rather than overwritten.

-- What one reading of a text says of days, while it was the newest of its article: from from_at until until_at (null: now).
-- day: of publication, as the outlet states it, in days since 1970; null when it states none that can be.
create table dated_readings (
    id integer primary key autoincrement,
    text integer not null references revision_texts (id),
    article integer not null references articles (id),
    day integer,
    from_at integer not null,
    until_at integer
);
create index dated_readings_article on dated_readings (article, until_at);
create index dated_readings_text on dated_readings (text);

-- Its sentences, one row for each day that one speaks of. n: order. wording: the same for the same words.
-- telling: 0 near, 1 later, 2 ahead, 3 published. printed: the calendar day itself stands there.
-- sentence: its number in the text, from 0; start, end: bytes of the text. is_current: until_at of the reading is null.
create table dated_sentences (
    reading integer not null references dated_readings (id),
    n integer not null,
    article integer not null,
    day integer not null,
    wording integer not null,
    telling integer not null,
    printed integer not null,
    sentence integer not null,
    start_byte integer not null,
    end_byte integer not null,
    is_current integer not null,
    primary key (reading, n)
) without rowid;
create index dated_sentences_day on dated_sentences (day, is_current, wording, article, telling);

-- The days of each topic, counted from the readings that are current: texts published on the day, sentences of
-- different wording about it, and their weight (each wording once for each way of telling).
create table topic_days (
    topic integer not null references topics (id),
    day integer not null,
    texts integer not null,
    sentences integer not null,
    weight integer not null,
    primary key (topic, day)
) without rowid;

-- Texts kept by an earlier version are read for days after the start; the fact says up to which article that is done.
insert into facts (name, value, set_at)
select 'dated.article', '0', 0 where exists (select 1 from revision_texts);
