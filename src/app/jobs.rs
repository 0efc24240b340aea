//! Every durable job's handler and every schedule: the one place that knows who handles what.
//!
//! Mail has a worker of its own: a mail server that answers slowly holds up letters, and nothing else.

use std::time::Duration;

use super::{App, export, leaving};
use crate::{
    accounts, admin, api, catalog, chat,
    jobs::{self, Policy, Worker},
    mail, notices, products, safety, webhooks,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Starts this node's workers of durable jobs.
pub fn start_jobs(app: &App) {
    for (name, worker) in [("jobs.worker", worker(app)), ("jobs.mail", mail_worker(app))] {
        app.supervisor.spawn_draining(name, Policy::Background, move |stop| worker.clone().run(stop));
    }
}

fn worker(app: &App) -> Worker {
    let db = &app.db;
    let sessions = db.clone();
    let (photos_db, uploads) = (db.clone(), app.products.uploads.clone());
    let (days, market, done, letters) = (db.clone(), db.clone(), db.clone(), db.clone());
    let changes = db.clone();
    let (moved, account, old) = (db.clone(), db.clone(), db.clone());
    let (openings, keys, calls) = (db.clone(), db.clone(), db.clone());
    let (leavers, access, answers) = (db.clone(), app.accounts.access.clone(), db.clone());
    let (export_db, pictures, shell) = (db.clone(), app.products.uploads.clone(), app.accounts.shell.clone());
    Worker::new(db)
        .every(HOUR, "accounts.sweep_sessions", move |_| {
            let db = sessions.clone();
            async move {
                accounts::sweep_links(&db).await?;
                accounts::sweep_exports(&db).await?;
                accounts::tokens::sweep(&db).await?;
                Ok(accounts::session_store::sweep_sessions(&db).await.map(drop)?)
            }
        })
        .every(HOUR, "catalog.sweep", move |_| {
            let db = changes.clone();
            async move { Ok(catalog::sweep(&db).await?) }
        })
        .every(HOUR, "accounts.delete_due", move |_| {
            let (db, access) = (leavers.clone(), access.clone());
            async move { leaving::delete_due(&db, &access).await }
        })
        .on(accounts::EXPORT, move |job| {
            let (db, uploads, shell) = (export_db.clone(), pictures.clone(), shell.clone());
            async move { export::make_export(&db, &uploads, &shell, &job).await }
        })
        .every(24 * HOUR, "chat.answer_times", move |_| {
            let db = answers.clone();
            async move { Ok(chat::count_answer_times(&db).await?) }
        })
        .every(HOUR, "uploads.sweep", move |_| {
            let (db, uploads) = (photos_db.clone(), uploads.clone());
            async move {
                chat::sweep_photos(&db).await?;
                products::stored_photos::sweep(&db, &uploads).await
            }
        })
        .every(HOUR, "admin.daily_stats", move |_| {
            let db = days.clone();
            async move { Ok(admin::count_days(&db).await?) }
        })
        .every(5 * MINUTE, "admin.market_stats", move |_| {
            let db = market.clone();
            async move { Ok(admin::count_market(&db).await?) }
        })
        .on(products::PRODUCT_MOVED_JOB, move |job| {
            let db = moved.clone();
            async move { chat::tell_product_moved(&db, job.payload).await }
        })
        .on(accounts::SECURITY_JOB, move |job| {
            let db = account.clone();
            async move { notices::record_account_security(&db, &job.payload).await }
        })
        .every(24 * HOUR, "notices.sweep", move |_| {
            let db = old.clone();
            async move { Ok(notices::sweep(&db).await.map(drop)?) }
        })
        .every(24 * HOUR, "safety.sweep_openings", move |_| {
            let db = openings.clone();
            async move { Ok(safety::sweep_openings(&db).await.map(drop)?) }
        })
        .every(HOUR, "api.sweep", move |_| {
            let db = keys.clone();
            async move { Ok(api::sweep_idempotency_keys(&db).await.map(drop)?) }
        })
        .every(HOUR, "webhooks.sweep", move |_| {
            let db = calls.clone();
            async move { Ok(webhooks::sweep(&db).await.map(drop)?) }
        })
        .every(24 * HOUR, "jobs.sweep", move |_| {
            let db = done.clone();
            async move { Ok(jobs::sweep(&db).await.map(drop)?) }
        })
        .every(24 * HOUR, "mail.sweep", move |_| {
            let db = letters.clone();
            async move { Ok(mail::sweep(&db).await.map(drop)?) }
        })
}

/// Whatever ends in a letter being handed over.
fn mail_worker(app: &App) -> Worker {
    let (db, mailer) = (app.db.clone(), app.mailer.clone());
    let state = app.accounts.clone();
    Worker::new(&app.db)
        .on(mail::SEND, move |job| {
            let (db, mailer) = (db.clone(), mailer.clone());
            async move { mail::run_job(&db, &mailer, &job).await }
        })
        .on(accounts::SEND_LINK, move |job| {
            let state = state.clone();
            async move { accounts::send_link(&state, &job).await }
        })
}
