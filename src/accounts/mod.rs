//! People: registration, sign-in, sessions, and the two profiles.
//!
//! Every account but an admin's is a `Buyer` from registration on; registering as a seller or
//! "Start selling" adds the `Customer` profile. A handler that takes [`CurrentUser`], [`Seller`] or
//! [`Admin`] has proved who is asking. Whoever must not be here any longer (signed out, password
//! changed, suspended) loses their sessions in the database first and is then told of through
//! [`AccessEvents`], to which chat's sockets listen.

mod access;
mod current_user;
mod extract;
mod limits;
mod model;
mod moderation;
mod pages;
mod password;
mod profiles;
mod registration;
mod routes;
mod sessions;
mod sign_in;
mod state;
mod store;
mod views;

pub use access::{AccessChange, AccessEvents, AccessSignal, AccessSubscription};
pub use current_user::CurrentUser;
pub use extract::{Admin, MaybeUser, Seller};
pub use limits::SignInLimits;
pub use model::{Email, Name, NewAccount, Password, Role, SellerCard, ShopName};
pub use moderation::{restore, suspend};
pub use password::{Hash, hash};
pub use profiles::seller_card;
pub use registration::{create_admin, has_no_accounts};
pub use routes::router;
pub use state::State;
