use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{
    approvals, apps, audit, cases, categories, invitations, jobs, legal, overview, people, products, search,
    sellers, settings, setup, state::State, webhooks,
};
use crate::{legal::MAX_TEXT, products::single_photo::MAX_FORM};

/// A legal page as forms write it: each byte three.
const MAX_LEGAL_FORM: usize = MAX_TEXT * 4 * 3;

pub fn router(state: State) -> Router {
    let large = Router::new()
        .route("/admin/settings/logo", post(settings::set_logo).layer(DefaultBodyLimit::max(MAX_FORM)))
        .route(
            "/admin/legal/{page}",
            get(legal::edit).post(legal::publish).layer(DefaultBodyLimit::max(MAX_LEGAL_FORM)),
        );
    Router::new()
        .merge(large)
        .route("/setup", get(setup::show).post(setup::set_up))
        .route("/admin/settings", get(settings::show).post(settings::save))
        .route("/admin/settings/logo/remove", post(settings::remove_logo))
        .route("/admin/legal", get(legal::list))
        .route("/admin/invitations", get(invitations::list).post(invitations::create))
        .route("/admin/invitations/{id}/revoke", post(invitations::revoke))
        .route("/admin/apps", get(apps::list).post(apps::add))
        .route("/admin/apps/{id}/remove", post(apps::remove))
        .route("/admin/webhooks", get(webhooks::list).post(webhooks::add))
        .route("/admin/webhooks/{id}/remove", post(webhooks::remove))
        .route("/admin/webhooks/{id}/enable", post(webhooks::enable))
        .route("/admin/webhooks/{id}/test", post(webhooks::test))
        .route("/admin/webhooks/{id}/send-again", post(webhooks::send_again))
        .route("/admin/approvals", get(approvals::list))
        .route("/admin/approvals/people/{id}", post(approvals::person))
        .route("/admin/approvals/products/{id}", post(approvals::product))
        .route("/admin", get(overview::show))
        .route("/admin/people", get(people::list))
        .route("/admin/people/{id}/suspend", post(people::suspend))
        .route("/admin/people/{id}/restore", post(people::restore))
        .route("/admin/people/{id}/demote", post(people::demote))
        .route("/admin/people/{id}/remove-second-factor", post(people::remove_second_factor))
        .route("/admin/sellers/{id}", get(sellers::show))
        .route("/admin/products", get(products::list))
        .route("/admin/products/{id}/hide", post(products::hide))
        .route("/admin/products/{id}/show", post(products::show))
        .route("/admin/products/{id}/photos/{key}/take-down", post(products::take_down_photo))
        .route("/admin/search", get(search::show).post(search::save).layer(DefaultBodyLimit::max(1 << 20)))
        .route("/admin/categories", get(categories::list).post(categories::create))
        .route("/admin/categories/{id}", post(categories::update))
        .route("/admin/categories/{id}/move", post(categories::shift))
        .route("/admin/categories/{id}/delete", post(categories::delete))
        .route("/admin/cases", get(cases::list))
        .route("/admin/cases/{id}", get(cases::show).post(cases::decide))
        .route("/admin/cases/{id}/appeal", post(cases::decide_appeal))
        .route("/admin/audit", get(audit::list))
        .route("/admin/jobs", get(jobs::list))
        .route("/admin/jobs/{id}/send-again", post(jobs::send_again))
        .with_state(state)
}
