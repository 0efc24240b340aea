//! Fifty addresses that guess passwords, and honest sign-ins (M8).

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    Options,
    figures::percentile,
    http::{Client, Content},
    market::Market,
    report::{Answers, Report, Samples},
};

const ADDRESSES: u8 = 50;
/// Of each address, side by side: more than there are places to wait.
const EACH: usize = 4;
const EMAIL: &str = "buyer%40demo.haggle";
/// Of the demo's people.
const PASSWORD: &str = "haggle-demo";
const HONEST: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 1);
const MAX: f64 = 2000.0;

pub async fn measure(options: &Options, market: &Market, report: &mut Report) -> anyhow::Result<()> {
    let mut known = Client::new(market.addr(), HONEST, "");
    let first = known.post("/login", form(EMAIL, PASSWORD)).await?;
    anyhow::ensure!(first.status == 303, "the honest one can't sign in: {}", first.status);
    known.set_cookie(first.cookie("haggle_browser").unwrap_or_default());
    let duration = options.duration * 4;
    let (quiet, _) = sign_ins(market, &mut known, duration / 4).await;

    let mut attackers = JoinSet::new();
    let until = Instant::now() + duration + Duration::from_secs(1);
    for n in 0..usize::from(ADDRESSES) * EACH {
        let from = Ipv4Addr::new(127, 0, 2, (n % usize::from(ADDRESSES)) as u8 + 1);
        let mut client = Client::new(market.addr(), from, "");
        attackers.spawn(async move {
            let mut answers = Answers::default();
            let mut tried = 0;
            while Instant::now() < until {
                tried += 1;
                // Not one address often enough for its own limit, and at times the honest one's.
                let email =
                    if tried % 5 == 0 { EMAIL.to_owned() } else { format!("{n}.{tried}%40x.example") };
                let answer = client.post("/login", form(&email, "not-this-one")).await;
                answers.add(answer.map_or(0, |answer| answer.status));
            }
            answers
        });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (attacked, refused) = sign_ins(market, &mut known, duration).await;
    let mut answers = Answers::default();
    for its in attackers.join_all().await {
        answers.merge(its);
    }
    eprintln!(
        "  {ADDRESSES} addresses × {EACH} guessing: {answers} in {:.0} s",
        duration.as_secs_f64() + 1.0
    );
    for (kind, figures) in attacked.all() {
        let mut before = quiet.all().find(|it| it.0 == kind).map(|it| it.1.to_vec()).unwrap_or_default();
        let mut figures = figures.to_vec();
        let worst = percentile(&mut figures, 1.0);
        let text = format!(
            "{:.0} / {worst:.0} ms of {} (quiet {:.0} ms)",
            percentile(&mut figures, 0.5),
            figures.len(),
            percentile(&mut before, 0.5)
        );
        report.add(&format!("50 addresses guessing: {kind}, p50 / worst"), text, "≤ 2 s", worst <= MAX);
    }
    report.add(
        "50 addresses guessing: honest ones refused",
        if refused.count() > 0 { refused.to_string() } else { "0".to_owned() },
        "0",
        refused.count() == 0,
    );
    anyhow::ensure!(answers.of(422) > 0, "nothing was guessed");
    Ok(())
}

/// In turn from a browser that has been here and from one that hasn't.
async fn sign_ins(market: &Market, known: &mut Client, duration: Duration) -> (Samples, Answers) {
    let (began, mut samples, mut refused) = (Instant::now(), Samples::default(), Answers::default());
    while began.elapsed() < duration {
        let mut unknown = Client::new(market.addr(), HONEST, "");
        for (kind, client) in [("known browser", &mut *known), ("unknown browser", &mut unknown)] {
            match client.post("/login", form(EMAIL, PASSWORD)).await {
                Ok(answer) if answer.status == 303 => samples.add(kind, answer.took),
                Ok(answer) => refused.add(answer.status),
                Err(_) => refused.add(0),
            }
        }
    }
    (samples, refused)
}

fn form(email: &str, password: &str) -> Content {
    Content::Form(format!("email={email}&password={password}"))
}
