use std::collections::{BTreeMap, BTreeSet};

use haggle::telemetry::names::METRICS;
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::{
    routes::ROUTES,
    support::{Process, Product, TestApp, TestDatabase, picture, room},
};

/// Each line's name with its labels, and its value.
struct Metrics(BTreeMap<String, f64>, String);

impl Metrics {
    async fn read(process: &Process) -> Self {
        let url = format!("http://{}/metrics", process.metrics().expect("it serves metrics"));
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        let text = answer.text().await.unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let values = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        });
        Metrics(values.collect(), text)
    }

    /// Over all lines that begin so and have these labels.
    fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let fits = |line: &&String| {
            line.split('{').next() == Some(name) && labels.iter().all(|label| line.contains(label))
        };
        self.0.keys().filter(fits).map(|line| self.0[line]).sum()
    }

    fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let within = self.0.keys().filter_map(|line| line.split_once('{')?.1.strip_suffix('}'));
        // No value has a comma but a route's, and none of ours does.
        within.flat_map(|labels| labels.split("\",")).filter_map(|label| {
            let (name, value) = label.split_once("=\"")?;
            Some((name, value.trim_end_matches('"')))
        })
    }
}

#[tokio::test]
async fn what_people_do_is_counted_and_nobody_is_named() {
    let database = TestDatabase::new().await;
    let process = Process::start(&database.url(), &[("HAGGLE_METRICS_ADDR", "127.0.0.1:0")]).await;
    assert!(!process.said.iter().any(|line| line.contains("firewall")));
    let app = TestApp::outside(process.addr, database.pool().await);
    let before = Metrics::read(&process).await;

    let (ana, tomas) = (app.register_buyer("Ana Quartz").await, app.register_seller("Tomas Zinc").await);
    let lamp = Product::new("A xylophone").create(&app, &tomas).await;
    let name = room(&ana, &tomas);
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    ana.messages_about(lamp, "Is the xylophone there?").await;
    socket.expect("message").await;
    socket
        .send(json!({ "type": "send", "client_id": "00000000-0000-4000-8000-000000000001", "body": "Hello" }))
        .await;
    socket.expect("message").await;
    let file = Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name("photo.jpg");
    ana.post_multipart(&format!("/rooms/{name}/messages"), Form::new().part("photo", file)).await.expect(303);
    ana.get(&format!("/products/{lamp}")).await.ok();
    app.visitor().get("/products?q=xylophone").await.ok();
    app.visitor().get("/nowhere/xylophone").await.expect(404);

    let after = Metrics::read(&process).await;
    let grew = |name: &str, labels: &[&str]| after.sum(name, labels) - before.sum(name, labels);
    assert_eq!(
        grew("haggle_http_requests_total", &["route=\"/products/{id}\"", "method=\"GET\"", "status=\"2xx\""]),
        1.0
    );
    assert_eq!(grew("haggle_http_requests_total", &["route=\"unmatched\"", "status=\"4xx\""]), 1.0);
    assert_eq!(grew("haggle_http_request_seconds_count", &["route=\"/products\"", "status=\"2xx\""]), 1.0);
    assert_eq!(grew("haggle_http_request_seconds_bucket", &["route=\"/products\"", "le=\"+Inf\""]), 1.0);
    assert_eq!(grew("haggle_messages_total", &["outcome=\"stored\""]), 3.0);
    assert_eq!(grew("haggle_batch_entries_sum", &[]), 3.0);
    assert!(grew("haggle_commit_seconds_count", &[]) >= 1.0);
    assert_eq!(grew("haggle_photos_total", &["outcome=\"done\""]), 1.0);
    assert_eq!(after.sum("haggle_sockets", &[]), 1.0);
    assert_eq!(after.sum("haggle_rooms", &[]), 1.0);
    assert!(after.sum("haggle_http_connections", &[]) >= 1.0);
    assert_eq!(after.sum("haggle_database_up", &[]), 1.0);
    assert_eq!(after.sum("haggle_pool_max_connections", &[]), 20.0);
    for lane in ["visitors", "visitor_search", "people_search", "hash_known", "hash_network"] {
        assert!(after.0.contains_key(&format!("haggle_lane_waiting{{lane=\"{lane}\"}}")), "{lane}");
    }

    let known: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    for line in after.0.keys() {
        let name = line.split('{').next().unwrap();
        let ends = ["_bucket", "_sum", "_count"].into_iter().filter_map(|end| name.strip_suffix(end));
        let mut names = ends.chain([name]);
        assert!(names.any(|name| known.contains(name)), "{name} is in no list");
    }
    for (label, value) in after.labels() {
        match label {
            "route" => {
                assert!(value == "unmatched" || ROUTES.iter().any(|route| route.1 == value), "{value}")
            }
            "le" | "version" | "quantile" => {}
            "task" | "job" | "queue" | "state" | "lane" | "budget" | "outcome" | "method" | "status" => {
                let is_word = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.');
                let is_fixed = value.trim_end_matches(|c: char| c.is_ascii_digit()).chars().all(is_word);
                assert!(is_fixed || label == "status", "{label}={value}");
            }
            _ => panic!("{label} is a label that nobody knows"),
        }
    }
    for private in ["Quartz", "Zinc", "xylophone", "@", "example.com", &*name] {
        assert!(!after.1.contains(private), "{private} is in the metrics");
    }
    socket.close().await;
}

#[tokio::test]
async fn metrics_are_off_by_default_and_never_at_the_public_address() {
    let database = TestDatabase::new().await;
    let off = Process::start(&database.url(), &[("HAGGLE_METRICS_ADDR", "")]).await;
    assert_eq!(off.metrics(), None);
    let on = Process::start(&database.url(), &[("HAGGLE_METRICS_ADDR", "0.0.0.0:0")]).await;
    assert!(on.said.iter().any(|line| line.contains("firewall")), "{:?}", on.said);
    Metrics::read(&on).await;
    for process in [&off, &on] {
        let app = TestApp::outside(process.addr, database.pool().await);
        app.visitor().get("/metrics").await.expect(404);
    }
    let elsewhere = reqwest::get(format!("http://{}/products", on.metrics().unwrap())).await.unwrap();
    assert_eq!(elsewhere.status(), 404);
}
