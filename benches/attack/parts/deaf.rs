//! Ten thousand connections that never read, and others' answers (M4).
//!
//! A third say nothing; a third ask for one page; a third ask for very many, so that the answers fill what the system
//! keeps for a connection. They come from several addresses, with packets of the size that a network has: loopback's
//! would let the system keep megabytes for each.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use haggle::web::assets::{self, STYLE_SHEET};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
};

use crate::{
    Options,
    honest::HonestPerson,
    market::Market,
    report::{Answers, Report, Rounds},
};

const CONNECTIONS: usize = 10_000;
const ADDRESSES: usize = 10;
const IN_FLIGHT: usize = 64;
/// Requests on one connection whose answers would be 90 MB.
const PIPELINED: usize = 1000;
const SEGMENT: u32 = 1460;
/// Some two hundred of each kind.
const WINDOW: Duration = Duration::from_secs(10);
const GONE_WITHIN: Duration = Duration::from_secs(60);

pub async fn measure(options: &Options, market: &Market, report: &mut Report) -> anyhow::Result<()> {
    let mut person = HonestPerson::new(market, 1).await?;
    let quiet_windows = options.rounds.min(3);
    let (mut quiet, mut coming, mut attacked) = (Rounds::default(), Rounds::default(), Rounds::default());
    person.go_on(WINDOW / 4).await?;
    for _ in 0..quiet_windows {
        quiet.add(person.go_on(WINDOW).await?, 0.99);
    }
    let (before, memory) = (market.descriptors(), market.server.resident());
    // While they come, it is a flood of connections and of three thousand pages, as in `dear_reads`.
    let opening = open(market.addr(), market.product.clone());
    let (opened, while_coming) = tokio::join!(opening, person.go_on(WINDOW));
    let (opened, took) = opened?;
    coming.add(while_coming?, 0.99);
    let all_opened = Instant::now();
    let gone = AtomicBool::new(false);
    // Counting ten thousand descriptors takes milliseconds: on a thread of its own, and once a second, so that the honest
    // one's times aren't the watcher's.
    let watch = || {
        let (mut most, mut most_memory) = (0, 0);
        while all_opened.elapsed() < 2 * GONE_WITHIN {
            std::thread::sleep(Duration::from_secs(1));
            let open = market.descriptors().saturating_sub(before);
            (most, most_memory) = (most.max(open), most_memory.max(market.server.resident()));
            // Some connections of the database may have come.
            if most > CONNECTIONS / 2 && open < 20 {
                break;
            }
        }
        gone.store(true, Relaxed);
        (most, most_memory, all_opened.elapsed())
    };
    let going_on = async {
        while !gone.load(Relaxed) && all_opened.elapsed() < 2 * GONE_WITHIN {
            attacked.add(person.go_on(WINDOW).await?, 0.99);
        }
        anyhow::Ok(())
    };
    let (most, most_memory, took_to_go) = std::thread::scope(|threads| {
        let watching = threads.spawn(watch);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(going_on))?;
        watching.join().map_err(|_| anyhow::anyhow!("the watcher panicked"))
    })?;
    for _ in 0..quiet_windows {
        quiet.add(person.go_on(WINDOW).await?, 0.99);
    }
    eprintln!(
        "  {} opened in {:.1} s, {most} held at once, {:.0} MB more in the program; the honest one missed: {}",
        opened.len(),
        took.as_secs_f64(),
        most_memory.saturating_sub(memory) as f64 / 1e6,
        person.failures,
    );
    drop(opened);
    let part = "10,000 that never read";
    let text = format!("{:.0} s", took_to_go.as_secs_f64());
    report.add(
        &format!("{part}: gone so long after the last was opened"),
        text,
        "≤ 60 s",
        took_to_go <= GONE_WITHIN,
    );
    report.add_limits(&format!("{part}, while they come, p50 / p99"), &quiet, &coming);
    report.add_ratios(&format!("{part}, while they are there, p50 / p99"), &quiet, &attacked, 1.5);
    let missed: &Answers = &person.failures;
    report.add(
        &format!("{part}: refused to the honest one"),
        missed.count().to_string(),
        "0",
        missed.count() == 0,
    );
    Ok(())
}

/// Whatever is opened stays open at this end.
async fn open(server: std::net::SocketAddr, page: String) -> anyhow::Result<(Vec<TcpStream>, Duration)> {
    let began = Instant::now();
    let one = format!("GET {page} HTTP/1.1\r\nHost: {server}\r\n\r\n");
    let many =
        format!("GET {} HTTP/1.1\r\nHost: {server}\r\n\r\n", assets::url(STYLE_SHEET)).repeat(PIPELINED);
    let (one, many) = (one.as_str(), many.as_str());
    let connections = stream::iter(0..CONNECTIONS)
        .map(|n| async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 0, 4, (n % ADDRESSES) as u8 + 1), 0).into())?;
            socket.set_recv_buffer_size(4096)?;
            socket2::SockRef::from(&socket).set_tcp_mss(SEGMENT)?;
            let mut stream = socket.connect(server).await?;
            let asked = match n % 3 {
                0 => "",
                1 => one,
                _ => many,
            };
            // It takes only a part of many, and the rest isn't needed.
            let _ = tokio::time::timeout(Duration::from_millis(20), stream.write_all(asked.as_bytes())).await;
            anyhow::Ok(stream)
        })
        .buffer_unordered(IN_FLIGHT)
        .filter_map(async |opened| opened.ok())
        .collect()
        .await;
    Ok((connections, began.elapsed()))
}
