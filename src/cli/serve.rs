//! `haggle serve`: opens the database, starts the tasks, serves until Ctrl-C or SIGTERM.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::Context;
use sqlx::PgPool;
use tokio::{net::TcpListener, time::interval};

use super::{
    open_uploads::open_uploads,
    secret_key::{letter_ids, sealing_key},
    seed,
    terminal::{picture_progress, print_step, sign_ins, summary},
};
use crate::{
    accounts::{self, ConfirmationPolicy, oauth::AppRedirects},
    app::{self, App},
    catalog::IndexHome,
    chat::{self, MessageKind, MessageLimits},
    config::Config,
    db::{self, DataDir, Database},
    jobs::Policy,
    mail::Mailer,
    notices::{AllowedNetworks, PushClient},
    products::{Currency, PhotoQuota, ProductQuota, photos::Uploads},
    safety::NewRoomQuota,
    telemetry::exporter::Exporter,
    web::{Contact, Marketplace, NativeApps, assets, forgery::PublicOrigin},
};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let (nats, uploads) = (config.nats()?, open_uploads(config)?);
    // Each socket takes a file descriptor, and systems allow 1,024 by default.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let data = DataDir::open(&config.data)?;
    let listener = listen(&config.addr).await?;
    let addr = listener.local_addr()?;
    let marketplace = marketplace(config, addr)?;
    let sealing_key = sealing_key(config, data.path())?;
    let mailer = mailer(config, &marketplace, data.path())?.with_ids(letter_ids(&sealing_key));
    let app_redirects = AppRedirects::parse(&config.app_redirects)?;
    let push_allow = AllowedNetworks::parse(&config.push_allow)?;
    let metrics = match &config.metrics_addr {
        Some(addr) => Some(open_metrics(addr).await?),
        None => None,
    };
    let mut database = Database::open(config.database_url.as_deref(), &data, print_step).await?;
    db::migrate(&database.pool).await?;
    uploads.prepare().await.with_context(|| {
        format!("photos can't be written to {uploads} (HAGGLE_UPLOADS, or uploads under HAGGLE_DATA)")
    })?;
    let demo = database.is_private() && !config.no_demo;
    if demo && accounts::has_no_accounts(&database.pool).await? {
        println!("{}", summary(&seed::insert(&database.pool).await?));
        println!("{}\n", sign_ins()?);
    }
    let mut app = App::new(
        database.pool.clone(),
        uploads,
        marketplace,
        config.trusted_proxies,
        MessageLimits::new(config.messages_per_second)
            .with_new_rooms(NewRoomQuota { per_day: config.new_rooms_per_day.get().into() }),
    );
    app.use_mailer(mailer);
    app.accounts.sealing_key = sealing_key.clone();
    (app.webhooks.sealing_key, app.webhooks.allowed) = (sealing_key, push_allow.clone());
    app.accounts.app_redirects = app_redirects;
    if app.accounts.confirmation == ConfirmationPolicy::NotDemanded {
        accounts::demand_no_confirmations(&app.db).await?;
    }
    app.settings.refresh().await?;
    app.notices.pusher.client = PushClient::new(push_allow);
    app.products.quota = ProductQuota {
        per_day: config.products_per_day.get().into(),
        in_all: config.products_per_seller.get().into(),
    };
    let photos = PhotoQuota::of_mb(config.photo_mb_per_day.get(), config.photo_mb_per_account.get());
    app.products.photo_limits.quota = photos;
    app.chat.send.photo_limits.quota = photos;
    app.catalog.index.start(IndexHome::of(data.path()), &app.supervisor);
    println!("Haggle is at http://{}   (Ctrl-C stops it)", display_address(addr));
    if demo {
        if config.public_url.is_some() || !addr.ip().is_loopback() {
            println!(
                "Everybody knows the demo's password: open the marketplace to others with --no-demo and a data directory of its own."
            );
        }
        let (db, uploads) = (app.db.clone(), app.products.uploads.clone());
        let photos = move || resume_demo_photos(db.clone(), uploads.clone());
        app.supervisor.spawn("demo.photos", Policy::UntilDone, photos);
    }
    if accounts::has_no_admin(&app.db).await? {
        let page = app.admin.setup_key.path();
        let origin = match config.public_url {
            Some(_) => app.settings.base().origin.0.to_string(),
            None => format!("http://{}", display_address(addr)),
        };
        println!("Nobody runs this marketplace yet. Set it up at {origin}{page}");
    }
    tokio::task::spawn_blocking(assets::prepare);
    chat::join_cluster(&app.chat, nats, &app.supervisor).await?;
    app.start_notices(MessageKind { push_after: config.push_after, mail_after: config.mail_after });
    app::start_jobs(&app);
    start_sweeps(&app);
    let metrics = serve_metrics(metrics, app.clone());
    let served = tokio::select! {
        served = app::serve(listener, app, stop_signal()) => served,
        error = database.supervise() => Err(error.into()),
        () = metrics => Ok(()),
    };
    database.close().await;
    served
}

fn marketplace(config: &Config, addr: SocketAddr) -> anyhow::Result<Marketplace> {
    let name = Marketplace::parse_name(&config.name).context("HAGGLE_NAME")?;
    let contact = config.contact.as_deref().map(|text| {
        Contact::parse(text)
            .context("HAGGLE_CONTACT is an e-mail address, or a page like https://market.example/contact")
    });
    Ok(Marketplace {
        name,
        contact: contact.transpose()?,
        origin: PublicOrigin(config.public_origin(addr)?),
        currencies: currencies(config)?,
        apps: NativeApps::parse(&config.android_app, &config.ios_app)?.into(),
        ..Marketplace::default()
    })
}

fn mailer(config: &Config, marketplace: &Marketplace, data: &Path) -> anyhow::Result<Mailer> {
    let contact = match &marketplace.contact {
        Some(Contact::Email(address)) => Some(address.as_str()),
        _ => None,
    };
    let from = config.mail_from.as_deref().or(contact);
    match &config.smtp_url {
        Some(url) => {
            let from = from.context("SMTP_URL needs HAGGLE_MAIL_FROM, the address that letters come from")?;
            Mailer::smtp(url, from)
        }
        None => {
            let folder = data.join("mail");
            println!("Mail isn't set up (SMTP_URL): letters are files in {}", folder.display());
            Mailer::folder(folder, from.unwrap_or("haggle@localhost"))
        }
    }
}

/// None for all.
fn currencies(config: &Config) -> anyhow::Result<Vec<String>> {
    let Some(code) = &config.currency else { return Ok(Vec::new()) };
    let only = Currency::from_code(&code.trim().to_uppercase())
        .context("HAGGLE_CURRENCY is a code like EUR, of the currencies that a price can be in")?;
    Ok(vec![only.code().to_owned()])
}

/// Says where, and if strangers may get there: the figures name nobody, but are nobody else's business.
async fn open_metrics(addr: &str) -> anyhow::Result<(TcpListener, Exporter)> {
    let listener = TcpListener::bind(addr)
        .await
        .with_context(|| format!("can't listen on {addr} (HAGGLE_METRICS_ADDR, like 127.0.0.1:9100)"))?;
    let addr = listener.local_addr()?;
    println!("Metrics are at http://{}/metrics", display_address(addr));
    if !addr.ip().is_loopback() {
        println!("Everybody who can reach {addr} can read them: keep that address behind a firewall.");
    }
    Ok((listener, Exporter::install()?))
}

/// For ever.
async fn serve_metrics(metrics: Option<(TcpListener, Exporter)>, app: App) {
    match metrics {
        Some((listener, exporter)) => app::serve_metrics(listener, &app, exporter).await,
        None => std::future::pending().await,
    }
}

async fn listen(addr: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.with_context(|| {
        format!("can't listen on {addr}; another address can be given with --addr or HAGGLE_ADDR, like 127.0.0.1:3000")
    })
}

/// An address that a browser on this machine can be given.
fn display_address(addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        return format!("localhost:{}", addr.port());
    }
    addr.to_string()
}

/// Resumes the demo's photos where an interrupted start left them.
async fn resume_demo_photos(db: PgPool, uploads: Uploads) {
    if let Err(error) = seed::compose_pictures(db, uploads, picture_progress()).await {
        tracing::error!(%error, "the demo's pictures are not complete; the next start goes on with them");
    }
}

/// Removes idle rate-limit buckets every hour: they are in this node's memory.
fn start_sweeps(app: &App) {
    let sign_in = app.accounts.sign_in_limits.clone();
    let (chat, photos, gate) = (app.chat.clone(), app.products.photo_limits.clone(), app.gate.clone());
    let api = app.api.clone();
    app.supervisor.spawn("sweep.limits", Policy::Background, move || {
        let (sign_in, chat, photos, gate) = (sign_in.clone(), chat.clone(), photos.clone(), gate.clone());
        let api = api.clone();
        async move {
            let mut hours = interval(HOUR);
            loop {
                hours.tick().await;
                sign_in.sweep();
                chat.sweep_limits();
                photos.sweep();
                gate.sweep();
                api.sweep();
            }
        }
    });
}

/// Resolves at Ctrl-C or SIGTERM.
async fn stop_signal() {
    let ctrl_c = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return ctrl_c.await };
        tokio::select! {
            () = ctrl_c => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    ctrl_c.await;
}
