//! WebSub: hubs are asked to deliver, their deliveries are read like any answer of the feed.
//!
//! The server's own side (`/websub/…` of the web room) only keeps what hubs say; here it is acted on. A hub is asked
//! once a feed names one and the owner has said under which address hubs reach this program.

use crate::poll::Taken;
use crate::{Ingest, Result};
use archive::{
    Delivery, DeliveryRead, FetchFact, NewSubscription, PollOutcome, Resource, Subscription, SubscriptionState,
};
use fetch::websub::{self, Advertised};
use jiff::{SignedDuration, Timestamp};
use news::feed::Feed;
use news::id::FeedId;
use tokio::sync::watch;
use url::Url;

/// Hubs asked in one look.
const ASKED_AT_ONCE: usize = 8;
/// Deliveries read in one look.
const READ_AT_ONCE: usize = 64;
/// How long a hub may take to call back before it is asked again; doubled each time.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);
/// The longest pause after failures.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// Attempts to end a subscription before it is left to run out.
const FAREWELLS: u32 = 3;
/// The lease asked for, seconds: ten days.
const LEASE: &str = "864000";

impl Ingest {
    /// Asks hubs and reads what they deliver, until `stop` turns true.
    pub(crate) async fn keep_hubs(&self, mut stop: watch::Receiver<bool>) -> Result<()> {
        let Some(callback) = self.settings.callback.clone() else { return Ok(()) };
        while !*stop.borrow() {
            for _ in 0..READ_AT_ONCE {
                let Some(delivery) = self.blocking(|archive| archive.next_delivery()).await? else { break };
                self.read_delivery(delivery).await?;
            }
            let now = self.clock.now();
            for due in self.blocking(move |archive| archive.subscriptions_due(now, ASKED_AT_ONCE)).await? {
                if *stop.borrow() {
                    break;
                }
                self.ask_hub(&callback, due).await?;
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings.look_every) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    /// Notes the hub that a full answer names, in its headers or in the document.
    pub(crate) async fn want_hub(&self, feed: &Feed, response: &fetch::Response, stated: Advertised) -> Result<()> {
        if self.settings.callback.is_none() {
            return Ok(());
        }
        let said = websub::advertised(&response.headers, &response.url);
        let Some(hub) = said.hub.or(stated.hub) else { return Ok(()) };
        let topic = said.topic.or(stated.topic).unwrap_or_else(|| response.url.clone());
        let (hub, topic, id) = (hub.to_string(), topic.to_string(), feed.id);
        let held = self.blocking(move |archive| archive.subscription(id)).await?;
        if held.is_some_and(|held| held.hub == hub && held.topic == topic) {
            return Ok(());
        }
        let (Some(token), Some(secret)) = (websub::unguessable(), websub::unguessable()) else {
            tracing::warn!(feed.id = feed.id.0, "no hub is asked: the system gives no randomness for a secret");
            return Ok(());
        };
        let now = self.clock.now();
        let wanted = NewSubscription { feed: feed.id, hub, topic, token, secret };
        self.blocking(move |archive| archive.want_subscription(wanted, now)).await
    }

    /// After a good visit: whether the feed's hub delivers, so that the next visit can wait. A visit that found
    /// entries shows that it had not.
    pub(crate) async fn heard_of(&self, feed: FeedId, outcome: PollOutcome, now: Timestamp) -> Result<bool> {
        if self.settings.callback.is_none() {
            return Ok(false);
        }
        let Some(held) = self.blocking(move |archive| archive.subscription(feed)).await? else { return Ok(false) };
        if matches!(outcome, PollOutcome::Fresh { new: 1.., .. }) && held.state == SubscriptionState::Active {
            self.blocking(move |archive| archive.delivery_missed(feed)).await?;
            return Ok(false);
        }
        Ok(held.delivers(now))
    }

    async fn ask_hub(&self, callback: &Url, due: Subscription) -> Result<()> {
        let is_leaving = due.state == SubscriptionState::Leaving;
        if is_leaving && (due.lease_until.is_none() || due.failures >= FAREWELLS) {
            return self.blocking(move |archive| archive.drop_subscription(due.feed)).await;
        }
        let now = self.clock.now();
        let back = format!("{}/websub/{}", callback.as_str().trim_end_matches('/'), due.token);
        let fields = [
            ("hub.callback", back.as_str()),
            ("hub.mode", if is_leaving { "unsubscribe" } else { "subscribe" }),
            ("hub.topic", &due.topic),
            ("hub.lease_seconds", LEASE),
            ("hub.secret", &due.secret),
        ];
        let fields = if is_leaving { &fields[..3] } else { &fields[..] };
        let answer = match Url::parse(&due.hub) {
            Ok(hub) => self.fetch.post(&hub, fields, now).await,
            Err(error) => Err(fetch::Error::Protocol { url: due.hub.clone(), reason: error.to_string() }),
        };
        self.remember_silence(answer.as_ref().err()).await?;
        // A hub that agrees and never calls back is asked as rarely as one that fails: only its call ends the count.
        let mut pause = PATIENCE.saturating_mul(1 << due.failures.min(5)).min(LONGEST);
        let error = match answer {
            Ok(response) if (200..300).contains(&response.status) => None,
            Ok(response) => Some(format!("its hub answered {}", response.status)),
            Err(fetch::Error::RetryAfter { until, .. }) => {
                pause = pause.max(until.duration_since(now));
                Some("its hub asked to be left alone".to_owned())
            }
            Err(error) => Some(format!("its hub: {error}")),
        };
        if let Some(error) = &error {
            tracing::warn!(feed.id = due.feed.0, error, "a hub was asked in vain");
        }
        let next_at = now.saturating_add(pause).unwrap_or(now);
        self.blocking(move |archive| archive.subscription_asked(&due, error, next_at, now)).await
    }

    async fn read_delivery(&self, delivery: Delivery) -> Result<()> {
        let id = delivery.feed;
        let (feed, held) = self.blocking(move |archive| Ok((archive.feed(id)?, archive.subscription(id)?))).await?;
        let mut fetch = FetchFact {
            url: held.as_ref().map_or_else(String::new, |held| held.topic.clone()),
            final_url: None,
            at: delivery.at,
            duration_ms: 0,
            status: None,
            size_bytes: delivery.body.len() as u64,
            media_type: delivery.media_type.clone(),
            record: None,
            reserved: None,
        };
        let number = delivery.id;
        let mut newest_entry_at = None;
        let outcome = match (feed, held) {
            (Some(feed), Some(held)) => match self.take_delivery(&feed, &held, delivery).await? {
                Ok((taken, record)) => {
                    fetch.record = record;
                    newest_entry_at = taken.newest_entry_at;
                    Ok((taken.entries, taken.new))
                }
                Err(why) => Err(why),
            },
            _ => Err("it came for a feed that is followed no longer".to_owned()),
        };
        if let Err(why) = &outcome {
            tracing::warn!(feed.id = id.0, why, "a delivery was not read");
        }
        let read = DeliveryRead { outcome, newest_entry_at, fetch };
        self.blocking(move |archive| archive.delivery_read(number, id, read)).await
    }

    async fn take_delivery(
        &self,
        feed: &Feed,
        held: &Subscription,
        delivery: Delivery,
    ) -> Result<std::result::Result<(Taken, Option<news::id::RecordId>), String>> {
        if !websub::signature_holds(&held.secret, delivery.signature.as_deref(), &delivery.body) {
            return Ok(Err("a delivery was not signed with the secret agreed with the hub".to_owned()));
        }
        let Ok(topic) = Url::parse(&held.topic) else { return Ok(Err("its topic is no address".to_owned())) };
        let headers = feed::Headers { content_type: delivery.media_type.clone(), ..feed::Headers::default() };
        let entries = match feed::parse(&delivery.body, &topic, &headers) {
            Ok(parsed) => parsed.value.entries(),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let taken = self.take_entries(feed.id, entries, delivery.at).await?;
        let record = match taken.brought_something {
            true => {
                let Delivery { at, media_type, body, .. } = delivery;
                let resource = Resource { url: topic.to_string(), at, media_type, body };
                Some(self.blocking(move |archive| archive.keep_resource(&resource)).await?)
            }
            false => None,
        };
        Ok(Ok((taken, record)))
    }
}
