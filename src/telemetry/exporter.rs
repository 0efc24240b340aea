//! The recorder behind the `metrics` facade, and its text for Prometheus.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::names::{self, Kind, METRICS};

/// A quarter of a millisecond to the time at which everybody has gone.
const SECONDS: [f64; 15] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const ENTRIES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Takes what is counted from now on.
#[derive(Clone)]
pub struct Exporter(PrometheusHandle);

impl Exporter {
    /// One for the whole process: a second call gives the first one's.
    pub fn install() -> Result<Self, BuildError> {
        static INSTALLED: OnceLock<Exporter> = OnceLock::new();
        if let Some(installed) = INSTALLED.get() {
            return Ok(installed.clone());
        }
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Full(names::BATCH_ENTRIES.to_owned()), &ENTRIES)?
            .install_recorder()?;
        for metric in METRICS {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
            }
        }
        metrics::gauge!(names::INFO, "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(INSTALLED.get_or_init(|| Exporter(handle)).clone())
    }

    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Folds what histograms have taken into their buckets; to be called now and then, or it stays in memory until
    /// somebody reads.
    pub fn fold(&self) {
        self.0.run_upkeep();
    }
}
