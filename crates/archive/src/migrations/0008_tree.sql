-- Who took from whom: the kind of every copy, the edges of a story's tree with their evidence, and two more counts.
-- All of it is derived from texts; nothing is overwritten, so that a story can be asked for as of an earlier time.

-- sharing: what kind of copy it is (syndicated, rewrite, extract); null where that is not worked out.
-- is_distinct: 1 when it counts among the distinct texts. original: the words that show reporting of its own; null
-- where none do. rests_on_others: 1 when it shows none and says it has its matter from another account.
alter table members add column sharing text;
alter table members add column is_distinct integer not null default 0;
alter table members add column original text;
alter table members add column rests_on_others integer not null default 0;
update members set is_distinct = independent;

-- distinct_texts, original: counts of such members. untraced: 1 while a member came, went or changed since the tree
-- was drawn; texts kept before have none yet.
alter table stories add column distinct_texts integer not null default 0;
alter table stories add column original integer not null default 0;
alter table stories add column untraced integer not null default 0;
update stories set distinct_texts = independent, untraced = texts > 0;
create index stories_untraced on stories (id) where untraced = 1;

-- taker has it from source, or from source_name where that text is not held. revision: of the taker, that was read.
-- kind: syndicated, rewrite, extract, passage, quotation, translation, cites. is_directed: 0 where both share wording
-- and nothing says who took from whom. is_main: the one the drawing hangs it by. contained, of_source: thousandths of
-- the five-word runs of taker and source that stand in the other. evidence: JSON. An edge holds from made_at to ended_at.
create table edges (
    id integer primary key autoincrement,
    story integer not null references stories (id),
    taker integer not null references articles (id),
    revision integer references revisions (id),
    source integer references articles (id),
    source_name text,
    kind text not null,
    is_directed integer not null,
    is_main integer not null,
    contained integer,
    of_source integer,
    evidence text not null,
    made_at integer not null,
    ended_at integer
);
create index edges_story on edges (story, id) where ended_at is null;
create index edges_history on edges (story, made_at);
