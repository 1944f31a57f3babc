//! `readout story`: the story filters, and stories of the archive.

use super::{Common, list, say};
use crate::Status;
use anyhow::bail;
use archive::{AsOf, Correction, DecisionCard, LogFilter, LogLine, NewDecision, Page};
use jiff::Timestamp;
use news::id::{ArticleId, DecisionId, StoryId};
use news::story::{DecisionKind, Role, StoryEvent};
use serde_json::{Value, json};

/// What to do with stories.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Find which base texts each text repeats; needs no archive
    Copies(crate::filter::copies::Args),
    /// Group texts into stories in the order they arrive; needs no archive
    Group(crate::filter::group::Args),
    /// Align the sentences of texts of one cluster; needs no archive
    Align(crate::filter::align::Args),
    /// Choose the days and sentences that tell a story over time; needs no archive
    Timeline(crate::filter::timeline::Args),
    /// Show one story: its accounts, its copies, its counts
    Show {
        /// Its number
        id: StoryId,
    },
    /// Put two of a story's accounts side by side
    Compare {
        /// The story's number
        id: StoryId,
        /// The first article; the story's first two accounts without it
        a: Option<ArticleId>,
        /// The second article
        b: Option<ArticleId>,
    },
    /// Split texts off into a story of their own; it holds in every regrouping until it is taken back
    Split {
        /// The story they leave
        story: StoryId,
        /// The articles that leave
        #[arg(required = true)]
        articles: Vec<ArticleId>,
        #[command(flatten)]
        author: Author,
    },
    /// Merge two stories that are one event; the first one's address leads to the second
    Merge {
        /// The story that ends
        from: StoryId,
        /// The story that stays
        into: StoryId,
        #[command(flatten)]
        author: Author,
    },
    /// Move one text to the story it belongs to, a "maybe" beside it too
    Move {
        /// The article
        article: ArticleId,
        /// The story it belongs to
        story: StoryId,
        #[command(flatten)]
        author: Author,
    },
    /// Say that a "maybe" does not belong to the story beside which it is shown
    Dismiss {
        /// The article
        article: ArticleId,
        /// The story it does not belong to
        story: StoryId,
        #[command(flatten)]
        author: Author,
    },
    /// Take a decision back by a further one; both stay in the log
    Undo {
        /// The decision's number, as the log shows it
        decision: DecisionId,
        #[command(flatten)]
        author: Author,
    },
    /// Show what happened to a story: when, what, by whom, why
    Log {
        /// Its number
        story: StoryId,
        /// Only what people decided
        #[arg(long)]
        people: bool,
    },
}

/// Who decides, and why.
#[derive(Debug, clap::Args)]
pub struct Author {
    /// The reason, kept in the log
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Who decides
    #[arg(long, value_name = "NAME", default_value = "owner")]
    by: String,
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    match command {
        Command::Copies(args) => crate::filter::copies::run(args),
        Command::Group(args) => crate::filter::group::run(args),
        Command::Align(args) => crate::filter::align::run(args),
        Command::Timeline(args) => crate::filter::timeline::run(args),
        Command::Show { id } => show(common, *id),
        Command::Compare { id, a, b } => compare(common, *id, *a, *b),
        Command::Split { story, articles, author } => {
            decide(common, Correction::Split { story: *story, articles: articles.clone() }, author)
        }
        Command::Merge { from, into, author } => decide(common, Correction::Merge { from: *from, into: *into }, author),
        Command::Move { article, story, author } => {
            decide(common, Correction::Move { article: *article, into: *story }, author)
        }
        Command::Dismiss { article, story, author } => {
            decide(common, Correction::Apart { article: *article, story: *story }, author)
        }
        Command::Undo { decision, author } => decide(common, Correction::Undo { decision: *decision }, author),
        Command::Log { story, people } => log(common, *story, *people),
    }
}

fn decide(common: &Common, correction: Correction, author: &Author) -> anyhow::Result<Status> {
    let archive = common.open().map_err(|error| match error.downcast_ref() {
        Some(archive::Error::Locked { .. }) => {
            error.context("beside a running server a story is corrected on its page, under “Why here?”")
        }
        _ => error,
    })?;
    let new = NewDecision { correction, who: author.by.clone(), why: author.why.clone() };
    let made = archive.decide(new, Timestamp::now())?;
    if common.json {
        say(decision_json(&made).to_string());
    } else {
        say(format!("decision {}: {}", made.id, decision_words(&made)));
        if made.kind != DecisionKind::Undo {
            say(format!("`readout story undo {}` takes it back", made.id));
        }
    }
    Ok(Status::Done)
}

/// A decision as JSON.
pub fn decision_json(made: &DecisionCard) -> Value {
    json!({"decision": made.id.0, "kind": made.kind.word(), "at": made.at.to_string(), "who": made.who, "why": made.why,
        "from": made.from.map(|s| s.0), "into": made.into.map(|s| s.0),
        "articles": made.moved.iter().map(|a| a.0).collect::<Vec<_>>(),
        "withdraws": made.withdraws.map(|d| d.0), "withdrawn_by": made.withdrawn_by.map(|d| d.0)})
}

fn decision_words(made: &DecisionCard) -> String {
    let story = |id: Option<StoryId>| id.map_or_else(|| "no story".to_owned(), |id| format!("story {id}"));
    let (from, into) = (story(made.from), story(made.into));
    let texts = match made.moved.as_slice() {
        [one] => format!("article {one}"),
        more => format!("{} articles", more.len()),
    };
    match made.kind {
        DecisionKind::Split => format!("split {texts} off {from}; they are {into} now"),
        DecisionKind::Merge => format!("merged {from} into {into}, with {texts}"),
        DecisionKind::Move => format!("moved {texts} from {from} to {into}"),
        DecisionKind::Apart => format!("{texts} does not belong to {from}"),
        DecisionKind::Undo => match (made.withdraws, made.into) {
            (Some(id), Some(_)) => format!("took decision {id} back: {texts} went from {from} to {into}"),
            (Some(id), None) => format!("took decision {id} back"),
            (None, _) => "took a decision back".to_owned(),
        },
    }
}

fn log(common: &Common, id: StoryId, people: bool) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let filter = if people { LogFilter::People } else { LogFilter::All };
    let mut lines: Vec<LogLine> = Vec::new();
    for number in 1.. {
        let page = Page::new(number, Page::MAX_SIZE);
        let Some((_, found)) = archive.story_log(id, filter, page, AsOf::Now)? else { bail!("there is no story {id}") };
        let is_last = found.items.len() < Page::MAX_SIZE as usize;
        lines.extend(found.items);
        if is_last {
            break;
        }
    }
    lines.reverse();
    let rows = lines.iter().map(|line| {
        let (event, what, article, story) = match &line.event {
            StoryEvent::Opened(a) => ("opened", format!("opened by article {a}"), Some(a), None),
            StoryEvent::Joined(a) => ("joined", format!("article {a} joined"), Some(a), None),
            StoryEvent::Left(a, Some(s)) => ("left", format!("article {a} left for story {s}"), Some(a), Some(s)),
            StoryEvent::Left(a, None) => ("left", format!("article {a} left"), Some(a), None),
            StoryEvent::MergedFrom(s) => ("merged_from", format!("story {s} was merged into it"), None, Some(s)),
            StoryEvent::MergedInto(s) => ("merged_into", format!("merged into story {s}"), None, Some(s)),
            StoryEvent::SplitInto(s) => ("split_into", format!("story {s} was split off"), None, Some(s)),
            StoryEvent::Dismissed(a) => ("dismissed", format!("article {a} does not belong"), Some(a), None),
            StoryEvent::Doubted(a) => ("doubted", format!("article {a} is doubtful again"), Some(a), None),
        };
        let by = line.by.as_ref();
        let value = json!({"at": line.at.to_string(), "event": event, "article": article.map(|a| a.0),
            "story": story.map(|s| s.0), "by": by.map_or("rule", |by| by.who.as_str()), "is_rule": by.is_none(),
            "why": by.and_then(|by| by.why.as_deref()), "decision": by.map(|by| by.decision.0),
            "withdrawn_by": by.and_then(|by| by.withdrawn_by).map(|d| d.0)});
        let decision = by.map_or_else(String::new, |by| match by.withdrawn_by {
            Some(undo) => format!("{}, taken back by {undo}", by.decision),
            None => by.decision.to_string(),
        });
        let cells = vec![
            line.at.strftime("%Y-%m-%d %H:%M").to_string(),
            what,
            by.map_or_else(|| "rule".to_owned(), |by| by.who.clone()),
            by.and_then(|by| by.why.clone()).unwrap_or_default(),
            decision,
        ];
        (cells, value)
    });
    list(common.json, &["time (UTC)", "what", "by", "why", "decision"], rows.collect())?;
    Ok(Status::Done)
}

fn show(common: &Common, id: StoryId) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let Some(page) = archive.story(id, AsOf::Now)? else { bail!("there is no story {id}") };
    let story = &page.story;
    if !common.json {
        let c = story.counts;
        say(format!("{}  {}", story.id, story.title));
        say(format!("{} texts, {} outlets, {} independent accounts", c.texts, c.outlets, c.independent));
        say(format!("{} distinct texts, {} with original reporting", c.distinct, c.original));
    }
    let rows = page.members.iter().map(|member| {
        let card = &member.article;
        let outlet = card.outlet.as_ref().map(|o| o.name.clone());
        let value = json!({"article": card.id.0, "outlet": outlet, "title": card.headline, "role": member.role.word(),
            "copy_of": member.copy_of.as_ref().map(|of| of.article.0),
            "sharing": member.copy_of.as_ref().and_then(|of| of.sharing).map(news::story::Kinship::word),
            "original": member.original, "independent": member.counted().is_independent(), "at": card.sort_at.to_string(), "url": card.url,
            "revisions": card.revisions, "score": member.because.score, "names": member.because.names,
            "terms": member.because.terms});
        let role = match (&member.copy_of, member.role) {
            (Some(of), Role::Copy) => {
                let kind = match of.sharing {
                    Some(news::story::Kinship::Rewrite) => "rewrite",
                    Some(news::story::Kinship::Extract) => "extract",
                    _ => "copy",
                };
                format!("{kind} of {} ({:.0} %)", of.article, of.contained * 100.0)
            }
            (_, role) => role.word().to_owned(),
        };
        let unknown = || "outlet not stated".to_owned();
        let cells = vec![
            card.id.to_string(),
            card.sort_at.strftime("%Y-%m-%d %H:%M").to_string(),
            outlet.unwrap_or_else(unknown),
            role,
            card.headline.clone().unwrap_or_default(),
        ];
        (cells, value)
    });
    list(common.json, &["article", "time (UTC)", "outlet", "role", "headline"], rows.collect())?;
    Ok(Status::Done)
}

fn compare(common: &Common, id: StoryId, a: Option<ArticleId>, b: Option<ArticleId>) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let Some(page) = archive.story(id, AsOf::Now)? else { bail!("there is no story {id}") };
    let accounts: Vec<ArticleId> =
        page.members.iter().filter(|member| member.role == Role::Account).map(|member| member.article.id).collect();
    let (Some(a), Some(b)) = (a.or(accounts.first().copied()), b.or(accounts.get(1).copied())) else {
        bail!("story {id} has fewer than two accounts; there is nothing to put side by side");
    };
    let read = |id: ArticleId| -> anyhow::Result<archive::RevisionPage> {
        match archive.last_revision(id, AsOf::Now)? {
            Some(page) => Ok(page),
            None => bail!("no text of article {id} is held"),
        }
    };
    let (left, right) = (read(a)?, read(b)?);
    let (ta, tb) = (&left.revision.content.text, &right.revision.content.text);
    let (sa, sb) = (news::text::sentences(ta), news::text::sentences(tb));
    let rows = crate::wiring::aligned(&left.revision.content, &right.revision.content);
    let listed = rows.iter().map(|row| {
        let text = |text: &str, spans: &[std::ops::Range<usize>], which: &[usize]| {
            which.iter().filter_map(|n| spans.get(*n)).map(|span| text[span.clone()].to_owned()).collect::<Vec<_>>()
        };
        let (left, right) = (text(ta, &sa, &row.a), text(tb, &sb, &row.b));
        let relation = match row.relation {
            web::Relation::Same => "same",
            web::Relation::Reworded => "reworded",
            web::Relation::Differs => "differs",
            web::Relation::OnlyA => "only a",
            web::Relation::OnlyB => "only b",
            web::Relation::Background => "background",
            web::Relation::Unsure => "unsure",
        };
        let value = json!({"relation": relation, "a": row.a, "b": row.b, "a_text": left, "b_text": right, "differs": row.kinds});
        (vec![left.join(" "), relation.to_owned(), right.join(" ")], value)
    });
    list(common.json, &["a", "", "b"], listed.collect())?;
    Ok(Status::Done)
}
