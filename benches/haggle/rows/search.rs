//! Search at a million products (a hundred thousand with `--quick`): building the index, the time from a commit to a search
//! that finds it, suggestions, and searches of every kind, over HTTP as a visitor.

use std::time::{Duration, Instant};

use reqwest::Client;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    BenchOptions,
    figures::{Table, median},
    server::{self, Server},
};

const KINDS: [&str; 20] = [
    "",
    "q=bike",
    "q=leather+sofa",
    "q=old+wooden+chair",
    "q=guitr",
    "q=bycicle",
    "q=bik",
    "q=caf%C3%A9",
    "sort=price_low",
    "sort=price_high",
    "category=electronics",
    "category=sports&sort=price_low",
    "q=lamp&max=50",
    "condition=good&min=10&max=100",
    "q=table&condition=good&sort=price_low",
    "place=Berlin",
    "place=Berlin&within=50",
    "q=bike&place=Berlin&max=300",
    "q=zzzzqqqq",
    "q=the",
];
const TYPED: [&str; 10] =
    ["b", "bi", "bik", "gu", "leather%20s", "old%20wo", "ca", "be", "zzq", "mountain%20bike"];
/// Changes a second beside the one that is waited for.
const CHANGES: u64 = 50;

pub async fn measure(options: &BenchOptions, table: &mut Table) -> anyhow::Result<()> {
    let products = if options.runs == 1 { 100_000 } else { 1_000_000 };
    let folder = server::folder()?;
    let mut seed = server::haggle(folder.path());
    let seeded = seed.args(["seed", "--products", &products.to_string()]).output()?;
    anyhow::ensure!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    let server = Server::haggle_in(folder, None)?;
    let (client, begin, before) = (Client::new(), Instant::now(), server.resident());
    let is_built = async |client: &Client| -> anyhow::Result<bool> {
        Ok(!get(client, &server, "products?q=bike").await?.contains("is being built"))
    };
    while !is_built(&client).await? {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let built = begin.elapsed().as_secs_f64();
    let grown = server.resident().saturating_sub(before) as f64 / 1e6;
    let what = format!("search index of {products} products built");
    table.add(&what, format!("{built:.1} s"), "–".into(), "< 60 s", built < 60.0);
    table.add(
        "resident memory that it took",
        format!("{grown:.0} MB"),
        "–".into(),
        "≤ 200 MB",
        grown <= 200.0,
    );

    let db = PgPoolOptions::new().max_connections(4).connect_with(server.database()?).await?;
    let changing = tokio::spawn(change_for_ever(db.clone()));
    let mut waits = Vec::new();
    for round in 0..20 * options.runs {
        let word = format!("qx{round}zwv");
        sqlx::query("UPDATE products SET title = $1 WHERE id = (SELECT id FROM products WHERE is_listed ORDER BY id LIMIT 1 OFFSET $2)")
            .bind(&word)
            .bind(round as i64)
            .execute(&db)
            .await?;
        let begin = Instant::now();
        while !get(&client, &server, &format!("products?q={word}")).await?.contains("product-card-title") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waits.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    changing.abort();
    let p99 = percentile(&mut waits, 0.99);
    let what = format!("change to visible in search, p99, at {CHANGES} changes/s");
    table.add(&what, format!("{p99:.0} ms"), "–".into(), "≤ 1,000 ms", p99 <= 1_000.0);

    let mut times = Vec::new();
    for _ in 0..10 * options.runs {
        for typed in TYPED {
            times.push(timed(&client, &server, &format!("suggestions?q={typed}")).await?);
        }
    }
    let p95 = percentile(&mut times, 0.95);
    table.add("suggestions, p95", format!("{p95:.1} ms"), "–".into(), "< 5 ms", p95 < 5.0);

    let (mut medians, mut worst) = (Vec::new(), (0.0, ""));
    for kind in KINDS {
        let mut times = Vec::new();
        for _ in 0..10 * options.runs {
            // As after a change, so that none is answered from memory.
            sqlx::query("NOTIFY catalogue").execute(&db).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            times.push(timed(&client, &server, &format!("products?{kind}")).await?);
        }
        medians.push(percentile(&mut times, 0.5));
        let p95 = percentile(&mut times, 0.95);
        eprintln!("    {kind}: p95 {p95:.1} ms");
        if p95 > worst.0 {
            worst = (p95, kind);
        }
    }
    let p50 = median(medians);
    table.add("20 kinds of search, median p50", format!("{p50:.1} ms"), "–".into(), "≤ 2 ms", p50 <= 2.0);
    let what = format!("20 kinds of search, worst p95 ({})", worst.1);
    table.add(&what, format!("{:.1} ms", worst.0), "–".into(), "≤ 10 ms", worst.0 <= 10.0);
    Ok(())
}

async fn get(client: &Client, server: &Server, path: &str) -> anyhow::Result<String> {
    let answer = client.get(format!("http://{}/{path}", server.addr)).send().await?;
    Ok(answer.error_for_status()?.text().await?)
}

async fn timed(client: &Client, server: &Server, path: &str) -> anyhow::Result<f64> {
    let begin = Instant::now();
    get(client, server, path).await?;
    Ok(begin.elapsed().as_secs_f64() * 1000.0)
}

async fn change_for_ever(db: PgPool) {
    let mut ticks = interval(Duration::from_micros(1_000_000 / CHANGES));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut number = 0_i64;
    loop {
        ticks.tick().await;
        number += 1;
        let change = sqlx::query(
            "UPDATE products SET price_minor = price_minor + 1 WHERE id = (SELECT id FROM products WHERE id > $1 AND is_listed ORDER BY id LIMIT 1)",
        );
        let _ = change.bind(1_000 + number % 10_000).execute(&db).await;
    }
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() as f64 * share) as usize).min(values.len() - 1)]
}
