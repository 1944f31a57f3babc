//! The rooms import only what the plan of the house allows.

use std::collections::BTreeMap;

#[test]
fn no_room_imports_against_the_arrows() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("news", &[][..]),
        ("fetch", &[]),
        ("feed", &["news"]),
        ("article", &["news"]),
        ("story", &["news"]),
        ("comparison", &["news"]),
        ("archive", &["news"]),
        ("search", &["news"]),
        ("newsroom", &[]),
        ("ingest", &["news", "feed", "article", "story", "comparison", "fetch", "archive", "search"]),
        ("web", &["news", "archive", "search"]),
        (
            "readout",
            &[
                "news",
                "feed",
                "article",
                "story",
                "comparison",
                "fetch",
                "archive",
                "search",
                "newsroom",
                "ingest",
                "web",
            ],
        ),
    ]);
    let metadata =
        cargo_metadata::MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap();
    let rooms: Vec<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    for package in &metadata.packages {
        let name = package.name.to_string();
        let may = allowed.get(name.as_str()).unwrap_or_else(|| panic!("room `{name}` has no place in the plan"));
        for dependency in &package.dependencies {
            let is_build = dependency.kind == cargo_metadata::DependencyKind::Normal;
            if is_build && rooms.contains(&dependency.name) {
                assert!(may.contains(&dependency.name.as_str()), "`{name}` must not import `{}`", dependency.name);
            }
        }
    }
    assert_eq!(rooms.len(), allowed.len());
}

#[test]
fn pure_rooms_bring_no_network_no_sql_and_no_runtime() {
    let metadata =
        cargo_metadata::MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap();
    for package in &metadata.packages {
        if !["news", "feed", "article", "story", "comparison"].contains(&package.name.as_str()) {
            continue;
        }
        for dependency in &package.dependencies {
            let is_normal = dependency.kind == cargo_metadata::DependencyKind::Normal;
            let is_engine =
                ["tokio", "reqwest", "rusqlite", "hyper", "axum", "tantivy"].contains(&dependency.name.as_str());
            assert!(!(is_normal && is_engine), "`{}` imports `{}`", package.name, dependency.name);
        }
    }
}
