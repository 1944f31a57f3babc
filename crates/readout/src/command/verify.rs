//! `readout verify`: is everything kept still what it was?

use super::{Common, list, say, spinner};
use crate::Status;
use serde_json::json;

/// Runs the command. The exit status is 1 when anything is wrong.
pub fn run(common: &Common) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let bar = spinner("checking");
    let mut report = archive.verify_with(&mut |name, done, of| {
        bar.set_message(format!("{name} ({of})"));
        bar.set_position(done);
    })?;
    report.checks.push(ingest::verify_decisions(&archive)?);
    report.checks.extend(ingest::verify_search(&archive, &common.index_folder())?);
    bar.finish_and_clear();
    let rows = report.checks.iter().map(|check| {
        let value = json!({"check": check.name, "looked_at": check.looked_at, "wrong": check.wrong, "problems": check.problems});
        (vec![check.name.to_owned(), check.looked_at.to_string(), check.wrong.to_string()], value)
    });
    list(common.json, &["check", "looked at", "wrong"], rows.collect())?;
    for problem in report.checks.iter().flat_map(|check| &check.problems) {
        eprintln!("{problem}");
    }
    if !report.is_clean() {
        anyhow::bail!("something kept is not what it was; see the lines above");
    }
    if !common.json {
        say("everything kept is what it was");
    }
    Ok(Status::Done)
}
