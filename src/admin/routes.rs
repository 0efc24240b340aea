use axum::{
    Router,
    routing::{get, post},
};

use crate::admin::{audit, categories, jobs, overview, people, products, sellers, state::State};

pub fn router(state: State) -> Router {
    Router::new()
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
        .route("/admin/categories", get(categories::list).post(categories::create))
        .route("/admin/categories/{id}", post(categories::update))
        .route("/admin/categories/{id}/move", post(categories::shift))
        .route("/admin/categories/{id}/delete", post(categories::delete))
        .route("/admin/audit", get(audit::list))
        .route("/admin/jobs", get(jobs::list))
        .route("/admin/jobs/{id}/send-again", post(jobs::send_again))
        .with_state(state)
}
