//! A bar chart of one number per day, as geometry: the template draws it, CSS colours it.
//!
//! The SVG is stretched to its container, so it holds no text; that stands around it.

use crate::admin::sentences;
use time::{Date, macros::format_description};

/// The drawing's size, in its own units.
pub(super) const WIDTH: i64 = 300;
pub(super) const HEIGHT: i64 = 60;

#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// Part of the ids in the page.
    pub id: &'static str,
    pub name: &'static str,
    pub bars: Vec<Bar>,
    pub total: i64,
    /// The busiest day's count.
    pub peak: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub day: String,
    pub count: i64,
}

impl Chart {
    /// The days in their order. A day with anything at all gets a bar that can be seen.
    pub fn new(
        id: &'static str,
        name: &'static str,
        counts: impl ExactSizeIterator<Item = (Date, i64)> + Clone,
    ) -> Self {
        let peak = counts.clone().map(|(_, count)| count).max().unwrap_or(0);
        let step = WIDTH / (counts.len() as i64).max(1);
        let total = counts.clone().map(|(_, count)| count).sum();
        let bar = |(at, (day, count)): (usize, (Date, i64))| {
            let height = if count > 0 { (count * HEIGHT / peak).max(2) } else { 0 };
            let (x, y, width) = (at as i64 * step + 1, HEIGHT - height, step - 2);
            Bar { x, y, width, height, day: short_date(day), count }
        };
        Chart { id, name, bars: counts.enumerate().map(bar).collect(), total, peak }
    }

    /// The drawing in words.
    pub fn description(&self) -> String {
        let busiest = self.bars.iter().find(|bar| bar.count == self.peak && self.peak > 0);
        match busiest {
            Some(bar) => format!("{} in all; most on {}: {}.", self.total, bar.day, bar.count),
            None => sentences::NONE_YET.to_owned(),
        }
    }

    pub fn first_day(&self) -> &str {
        self.bars.first().map_or("", |bar| &bar.day)
    }

    pub fn last_day(&self) -> &str {
        self.bars.last().map_or("", |bar| &bar.day)
    }
}

/// `4 Nov`
pub(super) fn short_date(day: Date) -> String {
    day.format(format_description!("[day padding:none] [month repr:short]")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn chart(counts: &[i64]) -> Chart {
        let days = counts.iter().enumerate();
        Chart::new(
            "x",
            "X",
            days.map(|(at, count)| (date!(2026 - 11 - 01) + time::Duration::days(at as i64), *count)),
        )
    }

    #[test]
    fn the_busiest_day_fills_the_height_and_no_day_with_anything_vanishes() {
        let chart = chart(&[0, 1, 1000]);
        let heights: Vec<i64> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0, 2, HEIGHT]);
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height == HEIGHT && bar.x + bar.width <= WIDTH));
        assert_eq!(chart.description(), "1001 in all; most on 3 Nov: 1000.");
    }

    #[test]
    fn a_month_without_anything_is_a_chart_too() {
        assert_eq!(chart(&[0, 0]).description(), "None yet.");
        assert_eq!(chart(&[]).first_day(), "");
    }
}
