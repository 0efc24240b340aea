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
mod addresses;
mod admission;
mod browser;
mod confirmation;
mod current_user;
mod email;
mod export;
mod extract;
mod gate;
mod hash_queue;
mod house_names;
mod invitations;
mod known_browsers;
mod leaving;
mod letters;
mod limits;
mod link;
mod links;
mod mail_jobs;
mod model;
mod moderation;
mod named_account;
pub mod oauth;
mod pages;
mod passkeys;
mod password;
mod pending_sign_in;
mod profiles;
mod reauthentication;
mod registration;
mod reset;
mod routes;
mod scopes;
mod sealing;
mod second_factor;
mod security_events;
mod sentences;
mod session_lookup;
pub mod session_store;
mod sessions;
mod sign_in;
mod state;
mod store;
pub mod tokens;
mod totp;
mod views;

pub use access::{AccessChange, AccessEvents, AccessSignal, AccessSubscription};
pub use addresses::mail_address;
pub use admission::{PendingUser, WaitingPerson, decide_admission, waiting_people};
pub use current_user::CurrentUser;
pub use export::{EXPORT, export_account, store_export, sweep_exports};
pub use extract::{Admin, MaybePending, MaybeUser, Seller};
pub use gate::{Gate, Payer, pass};
pub use invitations::{
    Invitation, InvitationToken, MAX_DAYS, MAX_USES, NewInvitation, invitations, invite, revoke_invitation,
};
pub use leaving::{Erased, due_leavers, erase};
pub use limits::{SignInLimits, Taken, network};
pub use links::sweep_links;
pub use mail_jobs::{SEND_LINK, send_link};
pub use model::{AdminAccount, Admission, Email, Name, NewAccount, Password, Role, SellerCard, ShopName};
pub use moderation::{Moderated, admins, demote, remove_second_factor, restore, set_password, suspend};
pub use named_account::name_account;
pub use pages::sessions::{end_session, open_sessions};
pub use passkeys::RelyingParty;
pub use password::{Hash, hash, record_gauges};
pub use profiles::{change as change_profile, change_seller, seller_card, set_photo, start_selling};
pub use reauthentication::ask_again;
pub use registration::{
    FirstAdmin, create_admin, create_first_admin, demand_no_confirmations, has_no_accounts, has_no_admin,
};
pub use routes::router;
pub use scopes::{Scope, Scopes, UnknownScope};
pub use sealing::SealingKey;
pub use security_events::{SECURITY_JOB, SecurityEvent};
pub use state::{ConfirmationPolicy, State};
pub use store::session_accounts::Unread;
pub use totp::{code as totp_code, step_at as totp_step_at};
pub use views::{SessionKind, SessionLine};
