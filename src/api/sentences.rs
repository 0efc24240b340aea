//! What the API says, each sentence once.

pub(super) const ABOUT_THE_API: &str = "A marketplace where buyer and seller talk directly. Lists are paged by keyset: \
    `next` is the `cursor` of the page after it. Ids are strings, money is in minor units, times are RFC 3339. Whatever is \
    refused is problem details (RFC 9457) with a stable `code`. Fields and values may be added; ignore what you don't know.";
pub(super) const ABOUT_TOKENS: &str = "OAuth 2 with PKCE (S256) in the system browser gives an access token for an hour \
    and a refresh token; scripts use a personal token from /account/tokens. Either is sent as `Authorization: Bearer`.";
pub(super) const ABOUT_IDEMPOTENCY_KEYS: &str = "A UUID. The same request under the same key is carried out once, and \
    answered the same for a day.";
pub(super) const DONE: &str = "Done.";
pub(super) const IT_WAS_MADE: &str = "It was made.";
pub(super) const WHAT_WAS_ASKED_FOR: &str = "What was asked for.";
pub(super) const A_PROBLEM: &str = "Why not.";
pub(super) const TAGS: [(&str, &str); 7] = [
    ("Marketplace", "What this place is."),
    ("Account", "Oneself, and where one is signed in."),
    ("Find", "Products, sellers, categories, places."),
    ("Sell", "Pictures, products and what becomes of them."),
    ("Talk", "Rooms, messages, sockets."),
    ("Be told", "Notices, and devices that are pushed to."),
    ("Be safe", "Blocks and reports."),
];

pub(super) const AN_ID_IS_DIGITS_IN_A_STRING: &str = "an id is digits in a string";
pub(super) const A_HUNDRED_AT_MOST: &str = "A hundred at most.";
pub(super) const A_KEY_IS_A_UUID: &str = "An Idempotency-Key is a UUID.";
pub(super) const A_LIMIT_IS_1_TO_100: &str = "A limit is 1 to 100.";
pub(super) const A_NUMBER_OF_AN_ENTRY: &str = "The number of an entry is 0 or more.";
pub(super) const CHANGED_MEANWHILE: &str = "The product was changed since it was read.";
pub(super) const NO_SUCH_UPLOAD: &str = "One of these pictures isn't the product's, nor an upload of yours.";
pub(super) const SEND_A_PICTURE: &str = "Send one picture, as multipart/form-data or as the body.";
pub(super) const STILL_BEING_CARRIED_OUT: &str = "The request under this key is still being carried out.";
pub(super) const THAT_CURSOR_ISNT_OURS: &str = "That cursor isn't one of this list's.";
pub(super) const THAT_ISNT_A_PRICE: &str = "A price is 0 to 1,000,000,000,000 in minor units.";
pub(super) const THAT_KEY_WAS_USED: &str = "That Idempotency-Key was used for another request.";
pub(super) const THAT_TOKEN_OPENS_NOTHING: &str = "That token opens nothing: it has expired, or was ended.";
pub(super) const THE_BODY_COULDNT_BE_READ: &str = "The body couldn't be read.";
pub(super) const THE_BODY_HAS_TO_BE_JSON: &str = "The body has to be application/json.";
pub(super) const THE_BODY_IS_TOO_LARGE: &str = "The body is too large.";
pub(super) const THIS_NEEDS_A_TOKEN: &str = "This needs a token: Authorization: Bearer.";
pub(super) const TOO_MANY_REQUESTS: &str =
    "That was very often in a short time. Wait as long as Retry-After says.";
pub(super) const UNKNOWN_CURRENCY: &str = "There is no such currency here.";
pub(super) const VERY_MANY_TODAY: &str = "That was very much for one day.";

pub(super) fn not_json(error: &serde_json::Error) -> String {
    format!("The body isn't JSON: {error}")
}

pub(super) fn the_token_lacks(scope: &str) -> String {
    format!("The token lacks the scope {scope}.")
}
