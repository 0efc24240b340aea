//! Running the place: what an admin sees and does, and what nobody else and no admin ever sees.

mod categories;
mod moderation;
mod pages;
mod setup;

use crate::support::{Person, TestApp};

/// What the audit log says, the latest first: who, what, to what.
async fn log(admin: &Person) -> Vec<String> {
    let page = admin.get("/admin/audit").await.ok();
    let cells = page.texts("tbody td:not(:first-child)");
    cells.chunks(3).map(|line| line.join(" | ")).collect()
}

/// A marketplace with an admin.
async fn with_admin() -> (TestApp, Person) {
    let app = TestApp::start().await;
    let admin = app.admin("Ines").await;
    (app, admin)
}
