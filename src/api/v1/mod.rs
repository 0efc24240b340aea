//! The endpoints, a file for each thing there is.

pub mod me;
pub mod messages;
pub mod notices;
pub mod places;
pub mod products;
pub mod rooms;
pub mod root;
pub mod safety;
pub mod sellers;
pub mod selling;
pub mod sockets;
pub mod webhooks;
