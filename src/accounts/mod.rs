//! People: registration, sign-in, sessions, and the two profiles.
//!
//! Every account but an admin's is a `Buyer` from registration on; registering as a seller or
//! "Start selling" adds the `Customer` profile. A handler that takes [`CurrentUser`], [`Seller`] or
//! [`Admin`] has proved who is asking. When access ends (sign-out, password change, suspension),
//! the session's row goes first, then [`AccessEvents`] signals the sockets that were opened with
//! it.
//!
//! ```text
//! routes → pages → registration, sign_in, sessions, profiles, moderation → store
//!          pages → extract (CurrentUser, …) ─────────────────────────────→ store
//! ```

mod access;
mod browser;
mod confirmation;
mod current_user;
mod email;
mod extract;
mod gate;
mod hash_queue;
mod known_browsers;
mod letters;
mod limits;
mod link;
mod links;
mod mail_jobs;
mod model;
mod moderation;
mod pages;
mod password;
mod pending_sign_in;
mod profiles;
mod registration;
mod reset;
mod routes;
mod sealing;
mod second_factor;
pub mod session_store;
mod sessions;
mod sign_in;
mod state;
mod store;
mod totp;
mod views;

pub use access::{AccessChange, AccessEvents, AccessSignal, AccessSubscription};
pub use current_user::CurrentUser;
pub use extract::{Admin, MaybeUser, Seller};
pub use gate::{Gate, pass};
pub use limits::SignInLimits;
pub use links::sweep_links;
pub use mail_jobs::{SEND_LINK, send_link};
pub use model::{AdminAccount, Email, Name, NewAccount, Password, Role, SellerCard, ShopName};
pub use moderation::{Moderated, admins, demote, remove_second_factor, restore, set_password, suspend};
pub use password::{Hash, hash, record_gauges};
pub use profiles::{seller_card, start_selling};
pub use registration::{create_admin, demand_no_confirmations, has_no_accounts};
pub use routes::router;
pub use sealing::SealingKey;
pub use state::{ConfirmationPolicy, State};
pub use totp::{code as totp_code, step_at as totp_step_at};
