//! What is printed: figures beside those of a quiet marketplace, and answers counted by status.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::figures::{median, percentile};

/// One line.
struct Row {
    what: String,
    quiet: String,
    attacked: String,
    ratio: String,
    reach: String,
    reached: bool,
}

#[derive(Default)]
pub struct Report(Vec<Row>);

/// How long something took, in milliseconds, by what it was.
#[derive(Default)]
pub struct Samples(BTreeMap<&'static str, Vec<f64>>);

/// One value for each round.
#[derive(Default)]
pub struct Rounds(BTreeMap<&'static str, Vec<[f64; 2]>>);

/// Answers by status; 0 is a connection that ended without one.
#[derive(Clone, Default)]
pub struct Answers(BTreeMap<u16, u64>);

impl Report {
    /// A figure of its own, without a quiet one.
    pub fn add(&mut self, what: &str, figure: String, reach: &str, reached: bool) {
        self.push(Row {
            what: what.to_owned(),
            quiet: "–".to_owned(),
            attacked: figure,
            ratio: "–".to_owned(),
            reach: reach.to_owned(),
            reached,
        });
    }

    /// Each kind's second figure (a high percentile) against the quiet one: `at_most` times it.
    pub fn add_ratios(&mut self, part: &str, quiet: &Rounds, attacked: &Rounds, at_most: f64) {
        self.compare(part, quiet, attacked, Some(at_most));
    }

    /// The same, for the rows around it: nothing is asked of them.
    pub fn add_limits(&mut self, part: &str, quiet: &Rounds, attacked: &Rounds) {
        self.compare(part, quiet, attacked, None);
    }

    fn compare(&mut self, part: &str, quiet: &Rounds, attacked: &Rounds, at_most: Option<f64>) {
        for (kind, rounds) in &attacked.0 {
            let Some(before) = quiet.0.get(kind) else { continue };
            let middle = |rounds: &[[f64; 2]], at: usize| median(rounds.iter().map(|it| it[at]).collect());
            let (was, is) = (middle(before, 1), middle(rounds, 1));
            let pair =
                |rounds: &[[f64; 2]]| format!("{:.1} / {:.1} ms", middle(rounds, 0), middle(rounds, 1));
            self.push(Row {
                what: format!("{part}: {kind}"),
                quiet: pair(before),
                attacked: pair(rounds),
                ratio: format!("{:.2}", is / was),
                reach: at_most.map_or("–".to_owned(), |at_most| format!("≤ {at_most} × quiet")),
                reached: at_most.is_none_or(|at_most| is <= at_most * was),
            });
        }
    }

    fn push(&mut self, row: Row) {
        let Row { what, quiet, attacked, ratio, reach, reached } = &row;
        let verdict = if *reached { "ok" } else { "MISSED" };
        eprintln!("  {what}: {quiet} → {attacked}, {ratio} ({reach}) {verdict}");
        self.0.push(row);
    }

    pub fn is_reached(&self) -> bool {
        self.0.iter().all(|row| row.reached)
    }
}

impl Samples {
    pub fn add(&mut self, kind: &'static str, took: Duration) {
        self.0.entry(kind).or_default().push(took.as_secs_f64() * 1000.0);
    }

    pub fn all(&self) -> impl Iterator<Item = (&'static str, &[f64])> {
        self.0.iter().map(|(kind, figures)| (*kind, figures.as_slice()))
    }
}

impl Rounds {
    /// The middle and this percentile of what was measured in a round.
    pub fn add(&mut self, samples: Samples, high: f64) {
        for (kind, mut figures) in samples.0 {
            let pair = [percentile(&mut figures, 0.5), percentile(&mut figures, high)];
            self.0.entry(kind).or_default().push(pair);
        }
    }
}

impl Answers {
    pub fn add(&mut self, status: u16) {
        *self.0.entry(status).or_default() += 1;
    }

    pub fn merge(&mut self, other: Answers) {
        for (status, count) in other.0 {
            *self.0.entry(status).or_default() += count;
        }
    }

    pub fn of(&self, status: u16) -> u64 {
        self.0.get(&status).copied().unwrap_or_default()
    }

    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (status, count)) in self.0.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            match status {
                0 => write!(f, "{comma}{count} without an answer")?,
                status => write!(f, "{comma}{count} × {status}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | quiet | attacked | ratio | reach | |\n| --- | --- | --- | --- | --- | --- |")?;
        for Row { what, quiet, attacked, ratio, reach, reached } in &self.0 {
            let verdict = if *reached { "ok" } else { "missed" };
            writeln!(f, "| {what} | {quiet} | {attacked} | {ratio} | {reach} | {verdict} |")?;
        }
        Ok(())
    }
}
