-- Subscriptions at hubs (WebSub), one a feed, and what hubs delivered and nobody has read yet.

-- hub: who is asked. topic: the address under which the hub knows the feed. token: the unguessable end of our address
-- that the hub calls. secret: what its deliveries are signed with. state: wanted, asked, active, denied, leaving.
-- next_at: when the hub is asked (again). lease_until: how long it said it will deliver. delivered_at: when it last did.
-- missed: visits since then that found entries it had not delivered.
create table subscriptions (
    feed integer primary key references feeds (id),
    hub text not null,
    topic text not null,
    token text not null constraint subscriptions_token unique,
    secret text not null,
    state text not null,
    next_at integer not null,
    lease_until integer,
    delivered_at integer,
    failures integer not null default 0,
    missed integer not null default 0,
    error text
);
create index subscriptions_next on subscriptions (next_at);

-- What hubs sent, as received, until it is read.
create table deliveries (
    id integer primary key autoincrement,
    feed integer not null references feeds (id),
    at integer not null,
    media_type text,
    signature text,
    body blob not null
);
create index deliveries_feed on deliveries (feed);
