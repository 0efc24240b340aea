//! The arrows between modules, and where SQL may stand: what the architecture promises, read out of
//! `src/`.

mod sentences;
mod sources;

use std::{collections::BTreeSet, fs, path::Path};

use sources::{Source, circles, files_in, graph, sources, without_comments};

/// Which modules each may name. The features' own arrows point down only.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "admin",
            "app",
            "config",
            "db",
            "telemetry",
            "accounts",
            "safety",
            "catalog",
            "products",
            "notices",
            "webhooks",
            "chat",
            "jobs",
            "legal",
            "mail",
            "settings",
            "web",
        ],
    ),
    (
        "app",
        &[
            "config",
            "db",
            "telemetry",
            "api",
            "admin",
            "dashboard",
            "chat",
            "catalog",
            "products",
            "safety",
            "notices",
            "webhooks",
            "accounts",
            "mail",
            "jobs",
            "legal",
            "settings",
            "web",
        ],
    ),
    ("api", &["chat", "catalog", "products", "webhooks", "notices", "safety", "accounts", "db", "web"]),
    (
        "admin",
        &[
            "chat", "catalog", "products", "webhooks", "notices", "safety", "accounts", "jobs", "legal",
            "settings", "db", "web",
        ],
    ),
    ("dashboard", &["chat", "products", "accounts", "db", "web"]),
    ("chat", &["products", "webhooks", "notices", "safety", "accounts", "jobs", "db", "web", "telemetry"]),
    ("webhooks", &["notices", "accounts", "jobs", "db", "web", "telemetry"]),
    ("catalog", &["products", "accounts", "db", "web", "jobs", "telemetry"]),
    ("products", &["webhooks", "notices", "safety", "accounts", "jobs", "db", "web", "telemetry"]),
    ("safety", &["notices", "accounts", "jobs", "db", "web", "telemetry"]),
    ("notices", &["accounts", "mail", "jobs", "db", "web", "telemetry"]),
    ("accounts", &["legal", "mail", "jobs", "db", "web", "telemetry"]),
    ("mail", &["jobs", "db", "web"]),
    ("settings", &["legal", "db", "web"]),
    ("legal", &["db", "web"]),
    ("jobs", &["db", "telemetry"]),
    ("web", &["db", "telemetry"]),
    ("config", &[]),
    ("db", &[]),
    ("telemetry", &[]),
];

/// Where SQL may stand besides a feature's `store.rs` or `store/`.
const SQL_ELSEWHERE: &[&str] = &["db/", "web/health.rs", "cli/"];

/// Whose rows are whose. Only the owner writes them; `cli/` makes the demo.
const OWNERS: &[(&str, &[&str])] = &[
    (
        "accounts",
        &[
            "accounts",
            "buyers",
            "customers",
            "invitations",
            "known_browsers",
            "sessions",
            "account_links",
            "totp_secrets",
            "recovery_codes",
            "data_exports",
            "data_export_parts",
            "passkeys",
            "access_tokens",
            "refresh_tokens",
            "oauth_clients",
            "oauth_codes",
        ],
    ),
    (
        "products",
        &["categories", "products", "photos", "photo_drafts", "product_state_changes", "stored_photos"],
    ),
    (
        "chat",
        &[
            "rooms",
            "messages",
            "post_messages",
            "message_search",
            "entry_changes",
            "room_tail",
            "answer_times",
        ],
    ),
    ("api", &["idempotency_keys"]),
    ("webhooks", &["webhooks", "webhook_deliveries", "webhook_tail"]),
    ("catalog", &["product_changes", "search_synonyms", "missed_searches"]),
    ("safety", &["blocks", "cases", "openings"]),
    ("notices", &["notices", "notice_choices", "notice_keys", "notice_settings", "push_subscriptions"]),
    ("admin", &["audit_log", "daily_stats", "market_stats", "top_sellers"]),
    ("mail", &["letters", "bounced_addresses"]),
    ("jobs", &["jobs"]),
    ("legal", &["legal_agreements", "legal_versions"]),
    ("settings", &["settings"]),
];

#[test]
fn modules_name_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let module = source.module();
        if module == "lib" {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
            panic!("{} is of a module that ARROWS doesn't know", source.path);
        };
        for named in named_modules(&source.code) {
            if named != module && !allowed.contains(&&*named) {
                wrong.push(format!("{} names crate::{named}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point up:\n{}", wrong.join("\n"));
}

/// Inside chat: the folder of a file, or its stem, may name its own, its sentences, and what stands here.
const CHAT_ARROWS: &[(&str, &[&str])] = &[
    ("sentences", &[]),
    ("domain", &[]),
    ("store", &["domain"]),
    ("access", &["store", "domain"]),
    ("live", &["domain"]),
    ("search", &["store", "domain"]),
    ("attachments", &["access", "store", "domain"]),
    ("write", &["access", "live", "store", "domain"]),
    ("cluster", &["live", "store", "domain"]),
    ("sockets", &["write", "live", "access", "store", "domain"]),
    ("summary", &["store", "domain"]),
    ("notices", &["summary", "store", "domain"]),
    ("webhook_tail", &["store", "domain"]),
    ("pages", &["summary", "write", "live", "attachments", "search", "access", "store", "domain"]),
    ("state", &["notices", "pages", "sockets", "write", "live", "cluster", "search", "store", "domain"]),
    ("routes", &["state", "pages", "sockets", "attachments"]),
];

#[test]
fn chats_folders_name_only_what_lies_below_them() {
    let sources = sources();
    let part = |path: &str| {
        let rest = path.strip_prefix("chat/")?;
        Some(rest.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned())
    };
    let mut wrong = Vec::new();
    for (file, named) in graph(&sources) {
        let Some(from) = part(file).filter(|from| from != "mod") else { continue };
        let Some((_, allowed)) = CHAT_ARROWS.iter().find(|(name, _)| *name == from) else {
            panic!("{file} is of a part that CHAT_ARROWS doesn't know");
        };
        for to in named {
            if let Some(part) = part(to)
                && part != from
                && part != "sentences"
                && !allowed.contains(&&*part)
            {
                wrong.push(format!("{file} names {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point up:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    let sources = sources();
    let circles = circles(&graph(&sources));
    let text: Vec<String> = circles.iter().map(|circle| circle.join(" → ")).collect();
    assert!(circles.is_empty(), "{}", text.join("\n"));
}

#[test]
fn files_are_of_a_size_that_can_be_read() {
    let mut sizes: Vec<(usize, String)> =
        sources().into_iter().map(|source| (source.text.lines().count(), source.path)).collect();
    sizes.sort();
    let (largest, median) = (&sizes[sizes.len() - 1], sizes[sizes.len() / 2].0);
    assert!(largest.0 <= 400, "{} has {} lines", largest.1, largest.0);
    assert!((60..=150).contains(&median), "the median file has {median} lines");
}

/// Words of our own that the field's took the place of (whole words, comments included).
const BANNED: &str = include_str!("banned.txt");

#[test]
fn old_names_are_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let banned: BTreeSet<&str> =
        BANNED.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
    let (files, words): (BTreeSet<&str>, BTreeSet<&str>) =
        banned.into_iter().partition(|name| name.contains('.'));
    let mut wrong = Vec::new();
    for (folder, extension) in
        [("src", "rs"), ("tests", "rs"), ("benches", "rs"), ("static/js", "js"), ("tests", "mjs")]
    {
        for file in files_in(&root.join(folder), extension) {
            let name = file.file_name().unwrap().to_str().unwrap();
            let path = file.strip_prefix(root).unwrap().display();
            if files.contains(name) {
                wrong.push(format!("{path}: the file's name"));
            }
            let text = fs::read_to_string(&file).unwrap();
            let found =
                text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| words.contains(word));
            let found: BTreeSet<&str> = found.collect();
            wrong.extend(found.iter().map(|word| format!("{path}: {word}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_stands_in_stores() {
    let marks = ["sqlx::query", "query!(", "query_as!(", "query_scalar!(", "QueryBuilder"];
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.is_store())
        .filter(|source| !SQL_ELSEWHERE.iter().any(|place| source.path.starts_with(place)))
        .filter(|source| marks.iter().any(|mark| source.code.contains(mark)))
        .map(|source| source.path)
        .collect();
    assert_eq!(wrong, [""; 0], "SQL belongs into the feature's store.rs");
}

#[test]
fn nobody_else_can_run_a_features_sql() {
    let public = ["pub fn", "pub async fn", "pub(crate) fn", "pub(crate) async fn"];
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(Source::is_store)
        .flat_map(|source| {
            let found = source.code.lines().filter(|line| public.iter().any(|it| line.starts_with(it)));
            found.map(|line| format!("{}: {line}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(wrong, [""; 0], "a store's functions are pub(super) at most");
}

#[test]
fn rows_are_written_by_their_owner_only() {
    let mut wrong = Vec::new();
    for source in sources().into_iter().filter(|source| !source.path.starts_with("cli/")) {
        for table in written_tables(&source.code) {
            let owners: Vec<_> = OWNERS.iter().filter(|(_, tables)| tables.contains(&&*table)).collect();
            if !owners.is_empty() && owners.iter().all(|(owner, _)| *owner != source.module()) {
                wrong.push(format!("{} writes {table}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "call the owner's function instead:\n{}", wrong.join("\n"));
}

#[test]
fn tests_lie_where_what_they_test_lies() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (tests, sources) in [("tests/it", "src"), ("tests/it/chat", "src/chat")] {
        let folders = fs::read_dir(root.join(tests)).unwrap().map(Result::unwrap);
        let folders = folders.filter(|it| it.file_type().unwrap().is_dir()).map(|it| it.file_name());
        let strange: Vec<_> = folders
            .filter(|it| it != "support" && it != "architecture" && !root.join(sources).join(it).is_dir())
            .collect();
        assert!(strange.is_empty(), "{tests} has folders that {sources} hasn't: {strange:?}");
    }
}

#[test]
fn every_migration_is_told_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let story = fs::read_to_string(folder.join("README.md")).expect("migrations/README.md");
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let untold: Vec<_> = names.filter(|name| name.ends_with(".sql") && !story.contains(name)).collect();
    assert_eq!(untold, [""; 0], "say in migrations/README.md what it does");
}

#[test]
fn the_reader_of_sources_understands_them() {
    let code = without_comments(
        "// use crate::nothing;\nuse crate::{\n    accounts::{self, Email},\n    web::{Error, extract},\n};\n\
         fn f() { crate::db::migrate(); \"http://crate\"; }\n",
    );
    assert_eq!(named_modules(&code), ["accounts", "db", "web"].map(str::to_owned).into());
    let sql = "DELETE FROM sessions; SELECT 1 FOR UPDATE OF a; INSERT INTO rooms (id) DO UPDATE SET a = 1; \
               UPDATE products p SET";
    assert_eq!(written_tables(sql), ["products", "rooms", "sessions"].map(str::to_owned).into());
}

/// The modules after `crate::`, one or several in braces.
fn named_modules(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        let rest = &code[at + mark.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_level(group)),
            None => found.extend([word(rest)]),
        }
    }
    // Macros and items of the crate's root aren't modules.
    found.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    found
}

/// The first word of each item of `a::{b, c}, d}…`.
fn first_level(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut start = 0;
    let mut items = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                items.push(word(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}

fn written_tables(code: &str) -> BTreeSet<String> {
    let words: Vec<_> = code.split_whitespace().collect();
    let writes = words.windows(3).filter_map(|three| match three {
        ["INSERT", "INTO", table] | ["DELETE", "FROM", table] => Some(*table),
        [before, "UPDATE", table] if !matches!(*before, "FOR" | "DO" | "KEY") => Some(*table),
        _ => None,
    });
    let opening = (words.len() > 1 && words[0] == "UPDATE").then(|| words[1]);
    writes.chain(opening).map(word).collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}
