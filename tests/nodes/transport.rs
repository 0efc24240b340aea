//! How nodes tell each other.

use std::fmt;

use crate::nats_server::NatsServer;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transport {
    Database,
    Nats,
}

impl Transport {
    /// The server that it takes, if it takes one.
    pub async fn server(self) -> Option<NatsServer> {
        match self {
            Transport::Database => None,
            Transport::Nats => Some(NatsServer::start().await),
        }
    }
}

/// As in the tests' names.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transport::Database => "database",
            Transport::Nats => "nats",
        })
    }
}
