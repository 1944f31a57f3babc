//! Subscriptions at hubs (WebSub): what was agreed with each, and what they delivered until it is read.

use crate::error::Result;
use crate::feeds::FetchFact;
use crate::open::Archive;
use crate::rows::{Cols, ms};
use jiff::{SignedDuration, Timestamp};
use news::id::FeedId;
use rusqlite::{Connection, OptionalExtension, Params, params};

/// Deliveries of one feed, and of all, that may wait to be read; a hub that sends more is asked to come again.
const WAITING_OF_ONE: i64 = 16;
const WAITING: i64 = 256;
/// Bounds of a lease in seconds: a hub's word beyond them is taken as the bound.
const LEASE: (i64, i64) = (300, 90 * 86_400);
/// After how long a hub that refused is asked once more.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How far a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// The hub is to be asked.
    Wanted,
    /// The hub took the request and has not called back yet.
    Asked,
    /// The hub called back; it delivers until the lease ends.
    Active,
    /// The hub refused.
    Denied,
    /// The feed is followed no longer; the hub is to be told.
    Leaving,
}

impl SubscriptionState {
    /// The word it is kept and shown by.
    pub fn word(self) -> &'static str {
        match self {
            SubscriptionState::Wanted => "wanted",
            SubscriptionState::Asked => "asked",
            SubscriptionState::Active => "active",
            SubscriptionState::Denied => "denied",
            SubscriptionState::Leaving => "leaving",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        use SubscriptionState::{Active, Asked, Denied, Leaving, Wanted};
        [Wanted, Asked, Active, Denied, Leaving].into_iter().find(|state| state.word() == word)
    }
}

/// One feed's subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which feed.
    pub feed: FeedId,
    /// The hub's address.
    pub hub: String,
    /// The address under which the hub knows the feed.
    pub topic: String,
    /// The unguessable end of our address that the hub calls.
    pub token: String,
    /// What deliveries are signed with.
    pub secret: String,
    /// How far it is.
    pub state: SubscriptionState,
    /// When the hub is asked (again).
    pub next_at: Timestamp,
    /// Until when the hub said it will deliver.
    pub lease_until: Option<Timestamp>,
    /// When it last delivered.
    pub delivered_at: Option<Timestamp>,
    /// Requests in a row that failed or led to no call back.
    pub failures: u32,
    /// Visits since the last delivery that found entries it had not delivered.
    pub missed: u32,
    /// What went wrong last, one sentence.
    pub error: Option<String>,
}

impl Subscription {
    /// Whether the hub has shown that it tells what is new, and does so still: visits may then be few.
    pub fn delivers(&self, now: Timestamp) -> bool {
        self.state == SubscriptionState::Active
            && self.lease_until.is_some_and(|until| until > now)
            && self.delivered_at.is_some()
            && self.missed == 0
    }
}

/// A subscription to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// Which feed.
    pub feed: FeedId,
    /// The hub's address.
    pub hub: String,
    /// The address under which the hub knows the feed.
    pub topic: String,
    /// The unguessable end of our address.
    pub token: String,
    /// What deliveries are to be signed with.
    pub secret: String,
}

/// What a hub asks when it calls back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubCall {
    /// Whether we want this subscription.
    Subscribe {
        /// For how long it will deliver, seconds.
        lease_seconds: Option<i64>,
    },
    /// Whether we want it ended.
    Unsubscribe,
    /// It refuses, with its reason.
    Denied(Option<String>),
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept and will be read.
    Kept,
    /// Nobody subscribed under this token, or no longer.
    Unknown,
    /// Too many wait to be read.
    Full,
}

/// What a hub sent, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Whose feed.
    pub feed: FeedId,
    /// When, our clock.
    pub at: Timestamp,
    /// `Content-Type` as received.
    pub media_type: Option<String>,
    /// `X-Hub-Signature` as received.
    pub signature: Option<String>,
    /// The body as received.
    pub body: Vec<u8>,
}

/// What reading a delivery came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRead {
    /// Entries in it and those not seen before; an error says in one sentence why it was not read.
    pub outcome: std::result::Result<(u32, u32), String>,
    /// Newest time any entry states or was first seen.
    pub newest_entry_at: Option<Timestamp>,
    /// As a visit to the feed would be listed.
    pub fetch: FetchFact,
}

const COLUMNS: &str = "s.feed, s.hub, s.topic, s.token, s.secret,
    case when f.removed_at is null then s.state else 'leaving' end,
    s.next_at, s.lease_until, s.delivered_at, s.failures, s.missed, s.error
    from subscriptions s join feeds f on f.id = s.feed";

fn many(conn: &Connection, rest: &str, params: impl Params) -> Result<Vec<Subscription>> {
    let mut query = conn.prepare_cached(&format!("select {COLUMNS} {rest}"))?;
    let rows = query.query_map(params, |row| {
        let mut c = Cols::new(row);
        Ok(Subscription {
            feed: FeedId(c.next()?),
            hub: c.next()?,
            topic: c.next()?,
            token: c.next()?,
            secret: c.next()?,
            state: c.read("state of a subscription", |word: String| SubscriptionState::parse(&word))?,
            next_at: c.time()?,
            lease_until: c.opt_time()?,
            delivered_at: c.opt_time()?,
            failures: c.next()?,
            missed: c.next()?,
            error: c.next()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Archive {
    /// Notes that a feed's hub is to be asked. One with the same hub and topic stays as it is; with others it is
    /// begun anew, and what the old hub sends is refused from then on.
    pub fn want_subscription(&self, wanted: NewSubscription, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            w.conn
                .prepare_cached(
                    "insert into subscriptions (feed, hub, topic, token, secret, state, next_at)
                     values (?1, ?2, ?3, ?4, ?5, 'wanted', ?6)
                     on conflict (feed) do update set hub = ?2, topic = ?3, token = ?4, secret = ?5, state = 'wanted',
                        next_at = ?6, lease_until = null, delivered_at = null, failures = 0, missed = 0, error = null
                     where hub <> ?2 or topic <> ?3 or state = 'leaving'",
                )?
                .execute((wanted.feed.0, wanted.hub, wanted.topic, wanted.token, wanted.secret, ms(now)))?;
            Ok(())
        })
    }

    /// A feed's subscription.
    pub fn subscription(&self, feed: FeedId) -> Result<Option<Subscription>> {
        self.read(|conn| Ok(many(conn, "where s.feed = ?1", [feed.0])?.pop()))
    }

    /// The subscription under this token. Whoever guesses is told so by a read alone.
    pub fn subscription_by_token(&self, token: &str) -> Result<Option<Subscription>> {
        self.read(|conn| Ok(many(conn, "where s.token = ?1", [token])?.pop()))
    }

    /// Subscriptions whose hub is to be asked now, longest due first; those of removed feeds are to be ended.
    pub fn subscriptions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Subscription>> {
        self.read(|conn| {
            many(
                conn,
                "where s.next_at <= ?1 or (f.removed_at is not null and s.state <> 'leaving')
                 order by s.next_at, s.feed limit ?2",
                (ms(now), limit as i64),
            )
        })
    }

    /// Notes what asking a hub came to, and when it is asked again should it not call back before.
    pub fn subscription_asked(
        &self,
        asked: &Subscription,
        error: Option<String>,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let (feed, leaving) = (asked.feed.0, asked.state == SubscriptionState::Leaving);
        self.write(move |w| {
            // A hub that called back while it was being asked has moved `next_at`; that stands.
            w.conn
                .prepare_cached(
                    "update subscriptions set next_at = ?2, error = ?3,
                        failures = failures + 1,
                        state = case when ?4 then 'leaving'
                                     when ?3 is null and state in ('wanted', 'denied') then 'asked' else state end
                     where feed = ?1 and (next_at <= ?5 or ?4)",
                )?
                .execute((feed, ms(next_at), error, leaving, ms(now)))?;
            Ok(())
        })
    }

    /// Forgets a subscription: its hub was told as often as is decent.
    pub fn drop_subscription(&self, feed: FeedId) -> Result<()> {
        self.write(move |w| {
            w.conn.prepare_cached("delete from subscriptions where feed = ?1")?.execute([feed.0])?;
            Ok(())
        })
    }

    /// A hub calls back about a topic; tells whether we agree.
    pub fn answer_hub(&self, token: &str, topic: &str, call: HubCall, now: Timestamp) -> Result<bool> {
        let (token, topic) = (token.to_owned(), topic.to_owned());
        self.write(move |w| {
            let Some(held) = many(w.conn, "where s.token = ?1 and s.topic = ?2", (token, topic))?.pop() else {
                return Ok(false);
            };
            let is_leaving = held.state == SubscriptionState::Leaving;
            match call {
                HubCall::Subscribe { lease_seconds } if !is_leaving => {
                    let lease = lease_seconds.unwrap_or(10 * 86_400).clamp(LEASE.0, LEASE.1);
                    let until = now.saturating_add(SignedDuration::from_secs(lease)).unwrap_or(now);
                    // Asked again when a tenth of the lease is left.
                    let renew = now.saturating_add(SignedDuration::from_secs(lease / 10 * 9)).unwrap_or(now);
                    w.conn
                        .prepare_cached(
                            "update subscriptions set state = 'active', lease_until = ?2, next_at = ?3, failures = 0,
                                error = null where feed = ?1",
                        )?
                        .execute((held.feed.0, ms(until), ms(renew)))?;
                    Ok(true)
                }
                HubCall::Unsubscribe if is_leaving => {
                    w.conn.prepare_cached("delete from subscriptions where feed = ?1")?.execute([held.feed.0])?;
                    Ok(true)
                }
                HubCall::Denied(reason) => {
                    let next = now.saturating_add(AFTER_REFUSAL).unwrap_or(now);
                    let why = reason.map_or_else(
                        || "its hub refused".to_owned(),
                        |why| format!("its hub refused: {}", why.chars().take(200).collect::<String>()),
                    );
                    w.conn
                        .prepare_cached(
                            "update subscriptions set state = 'denied', lease_until = null, next_at = ?2, error = ?3
                             where feed = ?1",
                        )?
                        .execute((held.feed.0, ms(next), why))?;
                    Ok(true)
                }
                HubCall::Subscribe { .. } | HubCall::Unsubscribe => Ok(false),
            }
        })
    }

    /// Keeps what a hub sent until it is read; on the disk when this returns. Whether the signature holds is seen then.
    pub fn receive_delivery(
        &self,
        token: &str,
        media_type: Option<String>,
        signature: Option<String>,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Receipt> {
        let token = token.to_owned();
        self.write(move |w| {
            let Some(held) = many(w.conn, "where s.token = ?1", [token])?.pop() else { return Ok(Receipt::Unknown) };
            if held.state != SubscriptionState::Active {
                return Ok(Receipt::Unknown);
            }
            let (of_one, all): (i64, i64) = w
                .conn
                .prepare_cached("select count(*) filter (where feed = ?1), count(*) from deliveries")?
                .query_row([held.feed.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if of_one >= WAITING_OF_ONE || all >= WAITING {
                return Ok(Receipt::Full);
            }
            w.conn
                .prepare_cached(
                    "insert into deliveries (feed, at, media_type, signature, body) values (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![held.feed.0, ms(now), media_type, signature, body])?;
            Ok(Receipt::Kept)
        })
    }

    /// The next delivery to read, oldest first.
    pub fn next_delivery(&self) -> Result<Option<Delivery>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("select id, feed, at, media_type, signature, body from deliveries order by id limit 1")?
                .query_row([], |row| {
                    let mut c = Cols::new(row);
                    Ok(Delivery {
                        id: c.next()?,
                        feed: FeedId(c.next()?),
                        at: c.time()?,
                        media_type: c.next()?,
                        signature: c.next()?,
                        body: c.next()?,
                    })
                })
                .optional()?)
        })
    }

    /// Notes what reading a delivery came to, lists it among the feed's visits, and lets go of the waiting copy.
    pub fn delivery_read(&self, delivery: i64, feed: FeedId, read: DeliveryRead) -> Result<()> {
        self.write(move |w| {
            w.conn.prepare_cached("delete from deliveries where id = ?1")?.execute([delivery])?;
            let at = ms(read.fetch.at);
            let (total, new) = read.outcome.as_ref().copied().unwrap_or((0, 0));
            let error = read.outcome.err();
            if error.is_none() {
                w.conn
                    .prepare_cached("update subscriptions set delivered_at = ?2, missed = 0, error = null where feed = ?1")?
                    .execute((feed.0, at))?;
                w.conn
                    .prepare_cached(
                        "update feeds set
                            newest_entry_at = max(coalesce(newest_entry_at, ?2), coalesce(?2, newest_entry_at))
                         where id = ?1",
                    )?
                    .execute((feed.0, read.newest_entry_at.map(ms)))?;
            } else {
                w.conn
                    .prepare_cached("update subscriptions set error = ?2 where feed = ?1")?
                    .execute((feed.0, &error))?;
            }
            let f = &read.fetch;
            w.conn
                .prepare_cached(
                    "insert into fetches (feed, url, at, duration_ms, size_bytes, media_type, record, outcome, error,
                        entries_total, entries_new, decided, next_due_at, reserved)
                     select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, decided, due_at, null from feeds where id = ?1",
                )?
                .execute(params![
                    feed.0,
                    f.url,
                    at,
                    f.duration_ms,
                    f.size_bytes,
                    f.media_type,
                    f.record.map(|record| record.0),
                    if error.is_none() { "delivered" } else { "refused" },
                    error,
                    total,
                    new,
                ])?;
            Ok(())
        })
    }

    /// Notes that a visit found entries the hub had not delivered.
    pub fn delivery_missed(&self, feed: FeedId) -> Result<()> {
        self.write(move |w| {
            w.conn
                .prepare_cached("update subscriptions set missed = missed + 1 where feed = ?1 and state = 'active'")?
                .execute([feed.0])?;
            Ok(())
        })
    }
}
