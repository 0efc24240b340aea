//! The dashboard and the alert rules name nothing that isn't there.

use std::{collections::BTreeSet, fs, path::Path};

use haggle::telemetry::names::{Kind, METRICS};

fn operations(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations").join(file)).unwrap()
}

/// What a PromQL text may name.
fn exported() -> BTreeSet<String> {
    let names = METRICS.iter().flat_map(|metric| match metric.kind {
        Kind::Histogram => ["_bucket", "_sum", "_count"].map(|end| format!("{}{end}", metric.name)).to_vec(),
        _ => vec![metric.name.to_owned()],
    });
    names.collect()
}

/// Words that begin as our metrics do.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("haggle_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

/// Expressions only: labels and titles are words too.
fn expressions(dashboard: &serde_json::Value, found: &mut Vec<String>) {
    match dashboard {
        serde_json::Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(|it| it.as_str()).map(str::to_owned));
            fields.values().for_each(|value| expressions(value, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

#[test]
fn every_metric_on_the_dashboard_exists_and_every_one_is_on_it() {
    let dashboard = serde_json::from_str(&operations("grafana-dashboard.json")).unwrap();
    let mut found = Vec::new();
    expressions(&dashboard, &mut found);
    let named = named(&found.join("\n"));
    assert_eq!(named.difference(&exported()).collect::<Vec<_>>(), Vec::<&String>::new());
    let is_shown = |name: &str| named.iter().any(|it| it.starts_with(name));
    let unseen: Vec<_> = METRICS.iter().map(|metric| metric.name).filter(|name| !is_shown(name)).collect();
    assert_eq!(unseen, [""; 0], "nobody looks at these");
}

#[test]
fn every_metric_in_the_alert_rules_exists() {
    let named = named(&operations("prometheus-rules.yml"));
    assert!(named.len() > 8, "{named:?}");
    assert_eq!(named.difference(&exported()).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_metrics_name_says_what_it_is() {
    for metric in METRICS {
        assert_eq!(metric.name.ends_with("_total"), metric.kind == Kind::Counter, "{}", metric.name);
        assert!(!metric.help.is_empty() && metric.help.is_ascii(), "{}", metric.name);
    }
    let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len());
}
