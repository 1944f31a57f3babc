-- Stories and their members, topics and what matched them. All of it is derived, none of it is overwritten.

-- The articles about one event. title_article: whose headline the title is; title_key: by what rule (smallest wins).
-- texts, outlets, independent: the three counts; revised, gone: members that changed or vanished.
-- newest_at: place in time of the newest member. merged_into: where its address leads.
create table stories (
    id integer primary key autoincrement,
    title text not null,
    title_article integer references articles (id),
    title_key text not null,
    opened_at integer not null,
    content_changed_at integer not null,
    newest_at integer not null,
    texts integer not null default 0,
    outlets integer not null default 0,
    independent integer not null default 0,
    revised integer not null default 0,
    gone integer not null default 0,
    merged_into integer references stories (id),
    merged_at integer
);
create index stories_newest on stories (newest_at, id) where texts > 0;
create index stories_changed on stories (content_changed_at, id) where texts > 0;

-- Who stands in which story, from joined_at until left_at. since_at: when the article first came into this story.
-- role: account, copy, maybe. independent: 1 when it counts as an account of its own.
-- copy_of, contained, of_base, passages (JSON): what it repeats. because: JSON. placed_by: the revision that decided.
-- outlet, sort_at: of the article, repeated here so that a story's list is one index.
create table members (
    id integer primary key autoincrement,
    story integer not null references stories (id),
    article integer not null references articles (id),
    outlet integer references outlets (id),
    sort_at integer not null,
    role text not null,
    independent integer not null,
    title_key text not null,
    copy_of integer references articles (id),
    contained real,
    of_base real,
    passages text,
    because text not null,
    placed_by integer references revisions (id),
    since_at integer not null,
    joined_at integer not null,
    left_at integer
);
create unique index members_one_story on members (article) where left_at is null and role <> 'maybe';
create unique index members_one_place on members (article, story) where left_at is null;
create index members_story on members (story, sort_at, article) where left_at is null;
create index members_outlet on members (story, outlet) where left_at is null;
create index members_title on members (story, title_key) where left_at is null;
create index members_article on members (article, id);
create index members_history on members (story, joined_at);

-- What happened to a story. event: opened, joined, left, merged_from, merged_into, split_into.
create table story_log (
    id integer primary key autoincrement,
    story integer not null references stories (id),
    at integer not null,
    event text not null,
    article integer references articles (id),
    other integer references stories (id)
);
create index story_log_story on story_log (story, id);

-- Standing queries.
create table topics (
    id integer primary key autoincrement,
    slug text not null constraint topics_slug unique,
    name text not null,
    query text not null,
    added_at integer not null,
    removed_at integer
);

-- Every query a topic ever had.
create table topic_queries (
    id integer primary key autoincrement,
    topic integer not null references topics (id),
    at integer not null,
    name text not null,
    query text not null
);
create index topic_queries_topic on topic_queries (topic, id);

-- What matched, from joined_at until left_at. because: the "matched because" line.
create table topic_members (
    id integer primary key autoincrement,
    topic integer not null references topics (id),
    article integer not null references articles (id),
    sort_at integer not null,
    because text not null,
    joined_at integer not null,
    left_at integer
);
create unique index topic_members_one on topic_members (topic, article) where left_at is null;
create index topic_members_article on topic_members (article);
create index topic_members_sort on topic_members (topic, sort_at, article) where left_at is null;
create index topic_members_history on topic_members (topic, joined_at, left_at);

-- Stories by topic, counted: how many of a topic's articles are counted in which story, with the story's two times.
create table topic_stories (
    topic integer not null references topics (id),
    story integer not null references stories (id),
    articles integer not null,
    newest_at integer not null,
    content_changed_at integer not null,
    primary key (topic, story)
);
create index topic_stories_newest on topic_stories (topic, newest_at, story);
create index topic_stories_changed on topic_stories (topic, content_changed_at, story);
create index topic_stories_story on topic_stories (story);
