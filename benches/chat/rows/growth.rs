//! How cost grows from 1 room to 10,000: closed loops as in `talk`, drawn into `docs/plots/`.

use std::fs;

use crate::{Plan, figures::median, plot, program::Program, rows::talk, world::World};

/// As many as fit below a limit of 20,000 open files, two sockets a room, at the end.
const ROOMS: [usize; 5] = [1, 10, 100, 1_000, 9_900];

pub async fn measure(plan: &Plan, haggle: &Program, bare: &Program, world: &World) -> anyhow::Result<()> {
    let (mut speed, mut cpu) = (Vec::new(), Vec::new());
    for rooms in ROOMS {
        let pairs = &world.pairs[..rooms];
        let (mut ours, mut limit) = (Vec::new(), Vec::new());
        for _ in 0..plan.runs.min(3) {
            limit.push(talk::run(bare, pairs, plan.span).await?);
            ours.push(talk::run(haggle, pairs, plan.span).await?);
        }
        let of =
            |runs: &[talk::Speed], figure: fn(&talk::Speed) -> f64| median(runs.iter().map(figure).collect());
        let row = [of(&ours, |run| run.per_second), of(&limit, |run| run.per_second)];
        let cost = [of(&ours, talk::Speed::total_us), of(&limit, talk::Speed::total_us)];
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
