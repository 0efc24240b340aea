//! What the other nodes tell, by LISTEN.

use std::time::Duration;

use sqlx::{PgPool, postgres::PgListener};
use uuid::Uuid;

use super::{hear, outbox};
use crate::{
    accounts::{AccessEnded, AccessEvents},
    chat::{Hub, store::CHANNEL},
};

const RETRY: Duration = Duration::from_secs(1);

/// Listens for ever; after every gap it brings up to date what may have been missed.
pub async fn listen(db: PgPool, hub: Hub, access: AccessEvents, node: Uuid) {
    loop {
        tokio::select! {
            biased;
            () = hub.closing() => return,
            heard = listen_once(&db, &hub, &access, node) => {
                if let Err(error) = heard {
                    tracing::warn!(%error, "the other nodes can't be heard just now");
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn listen_once(db: &PgPool, hub: &Hub, access: &AccessEvents, node: Uuid) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(db).await?;
    listener.listen(CHANNEL).await?;
    // Whatever was told while nobody listened here.
    hub.doubt();
    hub.meet();
    access.hear(AccessEnded::Unsure);
    // `None`: the connection was lost, and with it what was told meanwhile.
    while let Some(notification) = listener.try_recv().await? {
        let Some((from, news)) = outbox::read(notification.payload()) else { continue };
        if from != node {
            news.for_each(|news| hear(hub, access, from, news));
        }
    }
    Ok(())
}
