-- Storylines: stories linked over months and years by who acts in them and what they are about. All of it is derived,
-- none of it is overwritten.

-- One long matter. first_at, last_at: when its first story began and its last ended, outlets' time. stories: how many it
-- has. changed_at: when its stories last changed, our clock. ended_at: when it was no storyline any more; led_to: the one
-- that took most of its stories then.
create table storylines (
    id integer primary key autoincrement,
    opened_at integer not null,
    changed_at integer not null,
    first_at integer not null,
    last_at integer not null,
    stories integer not null,
    ended_at integer,
    led_to integer references storylines (id)
);
create index storylines_latest on storylines (last_at, id) where ended_at is null;

-- What it was called from `at` on: its title by rule, its leading actors and subjects as printed (JSON).
create table storyline_names (
    id integer primary key autoincrement,
    storyline integer not null references storylines (id),
    at integer not null,
    title text not null,
    actors text not null,
    subjects text not null
);
create index storyline_names_of on storyline_names (storyline, id);

-- Which story stood in which, from joined_at until left_at.
create table storyline_stories (
    id integer primary key autoincrement,
    storyline integer not null references storylines (id),
    story integer not null references stories (id),
    joined_at integer not null,
    left_at integer
);
create unique index storyline_stories_one on storyline_stories (story) where left_at is null;
create index storyline_stories_of on storyline_stories (storyline, joined_at);
create index storyline_stories_story on storyline_stories (story, id);
