//! How cost grows from 1 room to 10,000: closed loops as in `closed_loop`, drawn into `docs/plots/`.

use std::fs;

use crate::{BenchOptions, dataset::Dataset, figures::median, plot, rows::closed_loop, server::Server};

/// As many as fit below a limit of 20,000 open files, two sockets a room, at the end.
const ROOMS: [usize; 5] = [1, 10, 100, 1_000, 9_900];

pub async fn measure(
    options: &BenchOptions,
    haggle: &Server,
    baseline: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    let (mut speed, mut cpu) = (Vec::new(), Vec::new());
    for rooms in ROOMS {
        let pairs = &dataset.pairs[..rooms];
        let (mut ours, mut limit) = (Vec::new(), Vec::new());
        for _ in 0..options.runs.min(3) {
            limit.push(closed_loop::run(baseline, pairs, options.duration).await?);
            ours.push(closed_loop::run(haggle, pairs, options.duration).await?);
        }
        let of = |runs: &[closed_loop::Speed], figure: fn(&closed_loop::Speed) -> f64| {
            median(runs.iter().map(figure).collect())
        };
        let row = [of(&ours, |run| run.per_second), of(&limit, |run| run.per_second)];
        let cost = [of(&ours, closed_loop::Speed::total_us), of(&limit, closed_loop::Speed::total_us)];
        eprintln!(
            "  {rooms} rooms: {:.0}/s, {:.0} µs (limit: {:.0}/s, {:.0} µs)",
            row[0], cost[0], row[1], cost[1]
        );
        speed.push((rooms as f64, row));
        cpu.push((rooms as f64, cost));
    }
    fs::create_dir_all("docs/plots")?;
    let names = ["Haggle", "bare broadcast"];
    fs::write("docs/plots/speed.svg", plot::draw("Messages stored and delivered a second", names, &speed))?;
    fs::write(
        "docs/plots/cost.svg",
        plot::draw("Processor time a message, µs (server and database)", names, &cpu),
    )?;
    Ok(())
}
