//! Forty-eight visitors in a loop on the dearest address, and a signed-in person (H3).

use std::{net::Ipv4Addr, process::Command, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    Options,
    figures::median,
    honest::HonestPerson,
    http::Client,
    market::Market,
    report::{Answers, Report, Rounds},
};

const ATTACKERS: u8 = 48;
/// Searches of every kind, and the other pages that read many rows.
const CANDIDATES: [&str; 14] = [
    "/",
    "/products",
    "/products?q=old+wooden+chair",
    "/products?q=old+OR+good+OR+like+OR+new",
    "/products?q=-zzzz",
    "/products?q=a+-old+-new+-good",
    "/products?sort=price_low",
    "/products?sort=price_high&page=42",
    "/products?q=table&condition=good&sort=price_low",
    "/products?place=Berlin&max=300",
    "/products?condition=good&min=10&max=100&place=Zz",
    "/products?q=bike+OR+lamp+OR+chair+OR+table+OR+camera&sort=price_high&place=Zz",
    "/products?page=42",
    "/sellers/1?page=40",
];
/// What the last round's attackers still have in hand, until the next one.
const SETTLE: Duration = Duration::from_millis(500);

pub async fn measure(options: &Options, market: &Market, report: &mut Report) -> anyhow::Result<()> {
    measure_one_core_taken(options, market, report).await?;
    let dearest = dearest(market).await?;
    // From one address, and each from its own.
    for (part, spread) in [("48 visitors, one address", false), ("48 visitors, 48 addresses", true)] {
        let mut person = HonestPerson::new(market, 0).await?;
        let (mut quiet, mut attacked, mut answers) =
            (Rounds::default(), Rounds::default(), Answers::default());
        person.go_on(options.duration / 4).await?;
        let (mut own, mut database) = (0.0, 0.0);
        for _ in 0..options.rounds {
            quiet.add(person.go_on(options.duration).await?, 0.95);
            let attack = Attack::start(market, &dearest, spread);
            let before = market.server.cpu();
            attacked.add(person.go_on(options.duration).await?, 0.95);
            let spent = market.server.cpu();
            own += (spent.own - before.own).as_secs_f64();
            database += (spent.database - before.database).as_secs_f64();
            answers.merge(attack.stop().await);
            tokio::time::sleep(SETTLE).await;
        }
        let seconds = options.duration.as_secs_f64() * options.rounds as f64;
        eprintln!(
            "  {part} on {dearest}: {answers} in {seconds:.0} s; cores at work: haggle {:.2}, PostgreSQL {:.2}; the honest one missed: {}",
            own / seconds,
            database / seconds,
            person.failures,
        );
        report.add_ratios(part, &quiet, &attacked, 2.0);
        report.add(
            &format!("{part}: refused to the honest one"),
            person.failures.count().to_string(),
            "0",
            person.failures.count() == 0,
        );
        anyhow::ensure!(answers.of(200) + answers.of(503) > 0, "the attack didn't arrive: {answers}");
    }
    Ok(())
}

/// What it costs to share a machine: as much of a core as a loop takes that has nothing to do with Haggle. Nothing that a
/// server does for strangers can be felt less than this, as long as it does anything for them on one core.
async fn measure_one_core_taken(
    options: &Options,
    market: &Market,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut person = HonestPerson::new(market, 0).await?;
    let (mut quiet, mut shared) = (Rounds::default(), Rounds::default());
    person.go_on(options.duration / 4).await?;
    for _ in 0..options.rounds {
        quiet.add(person.go_on(options.duration).await?, 0.95);
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).spawn()?;
        let samples = person.go_on(options.duration).await;
        busy.kill()?;
        busy.wait()?;
        shared.add(samples?, 0.95);
    }
    report.add_limits("(a limit) one core taken by a loop", &quiet, &shared);
    Ok(())
}

/// By asking each a few times.
async fn dearest(market: &Market) -> anyhow::Result<String> {
    let mut client = Client::new(market.addr(), Ipv4Addr::LOCALHOST, "");
    let mut dearest = (0.0, "/");
    for path in CANDIDATES {
        let mut times = Vec::new();
        let mut status = 0;
        for _ in 0..5 {
            let answer = client.get(path).await?;
            status = answer.status;
            times.push(answer.took.as_secs_f64() * 1000.0);
        }
        let time = median(times);
        eprintln!("  {time:7.1} ms  {status}  {path}");
        if time > dearest.0 {
            dearest = (time, path);
        }
    }
    Ok(dearest.1.to_owned())
}

struct Attack {
    attackers: JoinSet<Answers>,
    stop: watch::Sender<bool>,
}

impl Attack {
    fn start(market: &Market, path: &str, spread: bool) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut attackers = JoinSet::new();
        for n in 0..ATTACKERS {
            let from = Ipv4Addr::new(127, 0, 1, if spread { n + 1 } else { 1 });
            let mut client = Client::new(market.addr(), from, "");
            let (path, mut stopped) = (path.to_owned(), stopped.clone());
            attackers.spawn(async move {
                let mut answers = Answers::default();
                loop {
                    tokio::select! {
                        answer = client.get(&path) => answers.add(answer.map_or(0, |answer| answer.status)),
                        _ = stopped.changed() => return answers,
                    }
                }
            });
        }
        Attack { attackers, stop }
    }

    async fn stop(self) -> Answers {
        drop(self.stop);
        let mut all = Answers::default();
        for answers in self.attackers.join_all().await {
            all.merge(answers);
        }
        all
    }
}
