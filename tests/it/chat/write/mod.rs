//! Writing a message: once, in order, whatever happens meanwhile.

mod backpressure;
mod idempotency;
mod interleaving;
mod lost_acknowledgement;
