//! `readout story`: the story filters, and stories of the archive.

use super::{Common, list, say};
use crate::Status;
use anyhow::bail;
use archive::AsOf;
use news::id::{ArticleId, StoryId};
use serde_json::json;

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
    }
}

fn show(common: &Common, id: StoryId) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let Some(page) = archive.story(id, AsOf::Now)? else { bail!("there is no story {id}") };
    let story = &page.story;
    if !common.json {
        let c = story.counts;
        say(format!("{}  {}", story.id, story.title));
        say(format!("{} texts, {} outlets, {} independent accounts", c.texts, c.outlets, c.independent));
    }
    let rows = page.members.iter().map(|member| {
        let card = &member.article;
        let outlet = card.outlet.as_ref().map(|o| o.name.clone());
        let value = json!({"article": card.id.0, "outlet": outlet, "title": card.headline, "role": member.role.word(),
            "copy_of": member.copy_of.as_ref().map(|of| of.article.0), "at": card.sort_at.to_string(), "url": card.url,
            "revisions": card.revisions, "score": member.because.score, "names": member.because.names,
            "terms": member.because.terms});
        let role = match &member.copy_of {
            Some(of) => format!("copy of {} ({:.0} %)", of.article, of.contained * 100.0),
            None => member.role.word().to_owned(),
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
    let accounts: Vec<ArticleId> = page
        .members
        .iter()
        .filter(|member| member.role == news::story::Role::Account)
        .map(|member| member.article.id)
        .collect();
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
