//! Publish/subscribe: a product that stands elsewhere now, for whoever is just talking about it.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// Changes that the one who tells of them may be behind before some are lost.
const MAX_PENDING: usize = 256;

/// Ids only, the rows are the truth. Nodes send it to each other, so serialized names stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanged {
    #[serde(rename = "p")]
    pub product_id: i64,
}

#[derive(Clone, Debug)]
pub struct ProductEvents(broadcast::Sender<ProductChanged>);

impl Default for ProductEvents {
    fn default() -> Self {
        ProductEvents(broadcast::Sender::new(MAX_PENDING))
    }
}

impl ProductEvents {
    /// After the commit. What is lost is seen when a page is opened anew.
    pub fn publish(&self, changed: ProductChanged) {
        let _ = self.0.send(changed);
    }

    pub fn subscribe(&self) -> broadcast::Receiver<ProductChanged> {
        self.0.subscribe()
    }
}
