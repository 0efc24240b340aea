//! Notices' State, and the registry of their kinds: a further one is a line here and a file in its feature.

use std::sync::Arc;

use sqlx::PgPool;

use super::App;
use crate::{
    admin::Moderation,
    chat::{MessageKind, Tail, WebhookTail},
    jobs::Policy,
    notices::{
        self, AccountSecurity, AllowedNetworks, Bell, Kinds, Letters, PushClient, Pusher, UnsubscribeKey,
    },
    products::ProductStateKind,
    web::{Marketplace, ShellSource},
    webhooks::WebhookKind,
};

/// In the order in which the page of choices has them.
pub(super) fn all(messages: MessageKind) -> Kinds {
    Kinds::new(vec![
        Arc::new(messages),
        Arc::new(ProductStateKind),
        Arc::new(Moderation),
        Arc::new(AccountSecurity),
        Arc::new(WebhookKind),
    ])
}

pub(super) fn state(db: &PgPool, bell: &Bell, shell: &ShellSource) -> notices::State {
    let (marketplace, kinds) = (shell.0.marketplace(), all(MessageKind::default()));
    let pusher = Pusher {
        db: db.clone(),
        kinds: kinds.clone(),
        client: PushClient::new(AllowedNetworks::default()),
        origin: marketplace.origin.clone(),
        subject: push_subject(&marketplace),
        key: Arc::default(),
    };
    let (key, shell) = (UnsubscribeKey::default(), shell.clone());
    let letters = Letters { db: db.clone(), kinds: kinds.clone(), shell: shell.clone(), key };
    notices::State { db: db.clone(), bell: bell.clone(), kinds, pusher, letters, shell }
}

/// Whom push services may write to: the public address, or the contact where that isn't https; some refuse others.
fn push_subject(marketplace: &Marketplace) -> String {
    match &marketplace.contact {
        Some(contact) if !marketplace.origin.is_https() => contact.url(),
        _ => marketplace.origin.0.to_string(),
    }
}

impl App {
    /// Starts what makes notices and tells of them beside the pages.
    pub fn start_notices(&mut self, messages: MessageKind) {
        let kinds = all(messages);
        (self.notices.pusher.kinds, self.notices.letters.kinds) = (kinds.clone(), kinds.clone());
        self.notices.kinds = kinds;
        self.notices.start(&self.supervisor);
        let tail = Tail { db: self.db.clone(), kind: messages };
        self.supervisor.spawn("chat.notices.tail", Policy::Background, move || tail.clone().run());
        self.webhooks.start(&self.supervisor);
        let tail = WebhookTail { db: self.db.clone() };
        self.supervisor.spawn("chat.webhooks.tail", Policy::Background, move || tail.clone().run());
    }
}
