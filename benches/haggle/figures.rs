//! The table that is printed, and what its figures are made of.

use std::fmt;

/// One line: what, our figure, the limit beside it, and what it should reach.
struct Row {
    what: String,
    ours: String,
    limit: String,
    reach: String,
    reached: bool,
}

#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    pub fn add(&mut self, what: &str, ours: String, limit: String, reach: &str, reached: bool) {
        let row = Row { what: what.to_owned(), ours, limit, reach: reach.to_owned(), reached };
        eprintln!("  {}: {} (limit: {})", row.what, row.ours, row.limit);
        self.0.push(row);
    }

    /// A limit alone, for the rows around it.
    pub fn limit(&mut self, what: &str, limit: String) {
        self.add(what, "–".to_owned(), limit, "(a limit)", true);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | Haggle | limit, same run | reach | |\n| --- | --- | --- | --- | --- |")?;
        for Row { what, ours, limit, reach, reached } in &self.0 {
            let verdict = if *reached { "yes" } else { "no" };
            writeln!(f, "| {what} | {ours} | {limit} | {reach} | {verdict} |")?;
        }
        Ok(())
    }
}

/// The middle one; of an even number the lower.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// The value that `share` of the figures don't exceed.
pub fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = ((figures.len() as f64 * share).ceil() as usize).saturating_sub(1);
    figures.get(at).copied().unwrap_or(f64::NAN)
}

/// 12345.6 as `12,346`.
pub fn whole(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
