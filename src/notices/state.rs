//! What the handlers share; each takes the part it needs.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{bell::Bell, kind::Kinds, letters::Letters, pusher::Pusher};
use crate::{
    jobs::{Policy, Supervisor},
    web::ShellSource,
};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub bell: Bell,
    pub kinds: Kinds,
    pub pusher: Pusher,
    pub letters: Letters,
    pub shell: ShellSource,
}

impl State {
    /// Starts what `haggle serve` runs beside the pages.
    pub fn start(&self, supervisor: &Supervisor) {
        self.bell.start(&self.db, supervisor);
        let letters = self.letters.clone();
        supervisor.spawn("notices.letters", Policy::Background, move || letters.clone().run());
        let pusher = self.pusher.clone();
        supervisor.spawn("notices.pusher", Policy::Background, move || pusher.clone().run());
    }
}
