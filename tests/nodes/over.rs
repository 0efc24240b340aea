//! How nodes tell each other.

use std::fmt;

use crate::nats_server::NatsServer;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Over {
    Database,
    Nats,
}

impl Over {
    /// The server that it takes, if it takes one.
    pub async fn server(self) -> Option<NatsServer> {
        match self {
            Over::Database => None,
            Over::Nats => Some(NatsServer::start().await),
        }
    }
}

/// As in the tests' names.
impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Over::Database => "database",
            Over::Nats => "nats",
        })
    }
}
