//! What is said to people stands in templates, or in one file per feature, where a translator finds it.

use std::sync::LazyLock;

use regex::Regex;

use super::sources::sources;

/// Nothing of these is said to people on pages.
const SILENT: &[&str] = &["app", "cli", "config", "db", "jobs", "lib", "main", "telemetry"];
/// The one place of a feature; letters have one of their own.
const PLACES: &[&str] = &["sentences.rs", "letters.rs"];

/// A text in quotes that begins like a sentence and ends like one.
static SENTENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""([A-Z“](?:[^"\\]|\\.|\\\n)* (?:[^"\\]|\\.|\\\n)*[.!?…])""#).unwrap());
/// For whoever reads the log, or the code.
static UNSAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\.expect|\.context|panic!|assert[a-z_]*!|anyhow!|bail!|tracing::[a-z]+!)\([^;]*$").unwrap()
});

/// What programmers read in the API's document.
static DOCUMENTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)#\[utoipa::path\(.*?\)\]\n").unwrap());

#[test]
fn sentences_stand_in_one_place_per_feature() {
    let mut wrong = Vec::new();
    for source in sources() {
        let name = source.path.rsplit('/').next().unwrap();
        if SILENT.contains(&source.module()) || PLACES.contains(&name) {
            continue;
        }
        let code = DOCUMENTED.replace_all(&source.code, "");
        for found in SENTENCE.captures_iter(&code) {
            let before = &code[..found.get(0).unwrap().start()];
            if !UNSAID.is_match(before.rsplit(['{', '}']).next().unwrap()) {
                wrong.push(format!("{}: {}", source.path, &found[1]));
            }
        }
    }
    assert!(wrong.is_empty(), "sentences outside of sentences.rs:\n{}", wrong.join("\n"));
}
