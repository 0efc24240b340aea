//! What a socket's task holds on to, beside the connection.

use sqlx::PgPool;

use crate::{
    accounts::AccessEvents,
    chat::{
        live::{
            inboxes::Inboxes, outlet::ClusterOutlet, publish::Publisher, quota::ConnectionQuota,
            rooms::Rooms, shutdown::Shutdown, subscriptions::Subscriptions,
        },
        sockets::{limits::FrameLimits, unread_counts::UnreadCounts, ws_io::KeepAlive},
        write::MessageWriter,
    },
    notices::Bell,
};

#[derive(Clone)]
pub struct SocketParts {
    pub db: PgPool,
    pub rooms: Rooms,
    pub inboxes: Inboxes,
    pub publisher: Publisher,
    pub outlet: ClusterOutlet,
    pub subscriptions: Subscriptions,
    pub quota: ConnectionQuota,
    pub shutdown: Shutdown,
    pub writer: MessageWriter,
    pub access: AccessEvents,
    pub bell: Bell,
    pub unread_counts: UnreadCounts,
    pub frame_limits: FrameLimits,
    pub keep_alive: KeepAlive,
}
