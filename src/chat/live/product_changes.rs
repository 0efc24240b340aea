//! Tells open rooms that a product they may speak of stands elsewhere now: reserved, sold, hidden, for sale again.
//!
//! A change of this node goes to the other nodes, and from each node to its own rooms with that seller. At most once:
//! a page that is opened anew shows the state in any case.

use sqlx::PgPool;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{event::ClusterEvent, frames::ServerFrame, outlet::ClusterOutlet, rooms::Rooms};
use crate::{
    products::{self, ProductChanged, ProductEvents},
    web::with_task_timeout,
};

#[derive(Clone)]
pub struct ProductChanges {
    pub db: PgPool,
    pub rooms: Rooms,
    pub outlet: ClusterOutlet,
    /// Of this node.
    pub local: ProductEvents,
    /// Of the others.
    pub remote: ProductEvents,
}

impl ProductChanges {
    pub async fn run(self) {
        let (mut local, mut remote) = (self.local.subscribe(), self.remote.subscribe());
        loop {
            let changed = tokio::select! {
                changed = next(&mut local) => {
                    self.outlet.publish(ClusterEvent::Product(changed));
                    changed
                }
                changed = next(&mut remote) => changed,
            };
            if let Err(error) = with_task_timeout(self.tell(changed)).await {
                tracing::debug!(%error, "rooms weren't told about a product");
            }
        }
    }

    async fn tell(&self, changed: ProductChanged) -> sqlx::Result<()> {
        for product in products::summaries(&self.db, &[changed.product_id]).await? {
            let frame = ServerFrame::Product {
                product_id: product.id,
                state: product.state.code(),
                label: product.state.label(),
            };
            self.rooms.tell_rooms_of_seller(product.seller_id, &frame.text());
        }
        Ok(())
    }
}

async fn next(changes: &mut Receiver<ProductChanged>) -> ProductChanged {
    loop {
        match changes.recv().await {
            Ok(changed) => return changed,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
