//! What the cluster's tasks share.

use sqlx::PgPool;
use uuid::Uuid;

use super::membership::Membership;
use crate::{
    accounts::AccessEvents,
    chat::live::{
        inboxes::Inboxes, outlet::ClusterOutlet, rooms::Rooms, screen::Screen, shutdown::Shutdown,
        staleness::Staleness, subscriptions::Subscriptions,
    },
    products::ProductEvents,
};

#[derive(Clone)]
pub struct ClusterParts {
    /// This node's id, new at every start.
    pub node: Uuid,
    pub db: PgPool,
    pub rooms: Rooms,
    pub screen: Screen,
    pub inboxes: Inboxes,
    pub outlet: ClusterOutlet,
    pub staleness: Staleness,
    pub subscriptions: Subscriptions,
    pub shutdown: Shutdown,
    pub access: AccessEvents,
    /// Of the other nodes.
    pub products: ProductEvents,
    pub membership: Membership,
}
