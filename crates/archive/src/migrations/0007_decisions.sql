-- What people decided about the grouping. It is ground truth: rows are added and never changed or deleted, and stories
-- are made anew around them.

-- kind: split, merge, move, apart (a doubtful article does not belong), undo. who, why: as the person gave them.
-- from_story: the story that was left, ended, or spoken of. into_story: the one opened or come to.
-- withdraws: the decision that an undo takes back.
create table decisions (
    id integer primary key autoincrement,
    at integer not null,
    kind text not null,
    who text not null,
    why text,
    from_story integer references stories (id),
    into_story integer references stories (id),
    withdraws integer references decisions (id) constraint decisions_withdraws unique
);
create index decisions_from on decisions (from_story);
create index decisions_into on decisions (into_story);
create trigger decisions_stay before delete on decisions
    begin select raise(abort, 'decisions are never deleted'); end;
create trigger decisions_stand before update on decisions
    begin select raise(abort, 'decisions are never changed'); end;

-- The articles a decision speaks of. side: moved (split off, merged, moved, found not to belong), left (members of the
-- story they left: another event), met (members of the story they came to: the same event).
create table decision_articles (
    decision integer not null references decisions (id),
    article integer not null references articles (id),
    side text not null,
    primary key (decision, article)
) without rowid;
create index decision_articles_article on decision_articles (article, decision);
create trigger decision_articles_stay before delete on decision_articles
    begin select raise(abort, 'decisions are never deleted'); end;
create trigger decision_articles_stand before update on decision_articles
    begin select raise(abort, 'decisions are never changed'); end;

-- The decision behind a line of a story's log; null where a rule made it. Two more events: dismissed, doubted.
alter table story_log add column decision integer references decisions (id);

-- For the way back from a story to those merged into it.
create index stories_merged on stories (merged_into) where merged_into is not null;
